"""Offers as both sides see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from marketplace_core.accounts.models import person
from marketplace_core.accounts.queries import may_act_for
from marketplace_core.bookings.rules import total_paise
from marketplace_core.codes import spoken
from marketplace_core.desk import Desk
from marketplace_core.errors import NotFound
from marketplace_core.listings.models import listing
from marketplace_core.offers.models import offer as t
from marketplace_core.offers.models import offer_step as s
from marketplace_core.offers.transitions import ANSWER_WITHIN, OFFER_LIFE, OPEN


@dataclass(frozen=True)
class Offer:
    """`turn` is whose answer is awaited, until `answer_by`; None when it is over."""

    id: UUID
    code: str
    state: str
    turn: str | None
    listing_id: UUID
    listing_code: str
    commodity: str
    unit: str
    grade: str | None
    seller_id: UUID
    buyer_id: UUID
    seller_name: str | None
    buyer_name: str | None
    kg: int
    price_paise: int
    per: str
    #: What the lot was graded when this price was named; `grade` is what it is now.
    for_grade: str | None
    total_paise: int
    pay_by: str
    logistics_paise: int
    buyer_prices: int
    seller_prices: int
    created_at: datetime
    moved_at: datetime
    moved_by: str
    answer_by: datetime

    @property
    def prices(self) -> int:
        """How many were named so far."""
        return self.buyer_prices + self.seller_prices

    @property
    def as_graded(self) -> bool:
        """Whether the lot is still what its last price was named for."""
        return self.grade == self.for_grade


@dataclass(frozen=True)
class Step:
    """One price that was named."""

    by: str
    kg: int
    price_paise: int
    per: str
    note: str
    at: datetime


seller, buyer = person.alias("seller"), person.alias("buyer")

OFFERS = select(
    t,
    listing.c.code.label("listing_code"),
    listing.c.commodity,
    listing.c.unit,
    listing.c.grade,
    listing.c.seller_id,
    seller.c.name.label("seller_name"),
    buyer.c.name.label("buyer_name"),
).select_from(
    t.join(listing, and_(listing.c.tenant_id == t.c.tenant_id, listing.c.id == t.c.listing_id))
    .join(seller, and_(seller.c.tenant_id == t.c.tenant_id, seller.c.id == listing.c.seller_id))
    .join(buyer, and_(buyer.c.tenant_id == t.c.tenant_id, buyer.c.id == t.c.buyer_id))
)


def offer_of(row: Any, now: datetime) -> Offer:
    state = OFFER_LIFE.standing(row.state, row, now)
    return Offer(
        id=row.id,
        code=row.code,
        state=state,
        turn=row.turn if state in OPEN else None,
        listing_id=row.listing_id,
        listing_code=row.listing_code,
        commodity=row.commodity,
        unit=row.unit,
        grade=row.grade,
        seller_id=row.seller_id,
        buyer_id=row.buyer_id,
        seller_name=row.seller_name,
        buyer_name=row.buyer_name,
        kg=row.kg,
        price_paise=row.price_paise,
        per=row.per,
        for_grade=row.for_grade,
        total_paise=total_paise(row.kg, row.price_paise, row.per),
        pay_by=row.pay_by,
        logistics_paise=row.logistics_paise,
        buyer_prices=row.buyer_prices,
        seller_prices=row.seller_prices,
        created_at=row.created_at,
        moved_at=row.moved_at,
        moved_by=row.moved_by,
        answer_by=row.moved_at + ANSWER_WITHIN,
    )


async def by_code(desk: Desk, code: str) -> Offer | None:
    row = (
        await desk.db.execute(OFFERS.where(t.c.tenant_id == desk.tenant, t.c.code == spoken(code)))
    ).one_or_none()
    return offer_of(row, desk.now) if row else None


async def made_by(
    desk: Desk, buyer_id: UUID, *, limit: int = 9, before: UUID | None = None
) -> tuple[Offer, ...]:
    """A buyer's offers, newest first."""
    rows = await desk.db.execute(
        OFFERS.where(
            t.c.tenant_id == desk.tenant,
            t.c.buyer_id == buyer_id,
            t.c.code.is_not(None),
            *([t.c.id < before] if before else []),
        )
        .order_by(t.c.id.desc())
        .limit(limit)
    )
    return tuple(offer_of(row, desk.now) for row in rows)


async def open_on(desk: Desk, listing_code: str, person_id: UUID, *, limit: int = 50) -> tuple[Offer, ...]:
    """The open offers on a lot, the best price first: all of them for its seller, a buyer's own for a buyer."""
    lot = (
        await desk.db.execute(
            select(listing.c.id, listing.c.seller_id).where(
                listing.c.tenant_id == desk.tenant, listing.c.code == spoken(listing_code)
            )
        )
    ).one_or_none()
    if lot is None:
        raise NotFound("listing")
    own = not await may_act_for(desk, person_id, lot.seller_id)
    rows = await desk.db.execute(
        OFFERS.where(
            t.c.tenant_id == desk.tenant,
            t.c.listing_id == lot.id,
            t.c.state.in_(OPEN),
            t.c.moved_at > desk.now - ANSWER_WITHIN,
            *([t.c.buyer_id == person_id] if own else []),
        ).limit(limit)
    )
    offers = [offer_of(row, desk.now) for row in rows]
    return tuple(sorted(offers, key=lambda each: (-each.total_paise / each.kg, each.id)))


async def waiting_for_seller(desk: Desk, seller_id: UUID, *, limit: int = 9) -> tuple[Offer, ...]:
    """What a farmer has to answer, the most urgent first."""
    rows = await desk.db.execute(
        OFFERS.where(
            t.c.tenant_id == desk.tenant,
            listing.c.tenant_id == desk.tenant,
            listing.c.seller_id == seller_id,
            t.c.state.in_(OPEN),
            t.c.turn == "seller",
            t.c.moved_at > desk.now - ANSWER_WITHIN,
        )
        .order_by(t.c.moved_at, t.c.id)
        .limit(limit)
    )
    return tuple(offer_of(row, desk.now) for row in rows)


async def open_of(desk: Desk, person_id: UUID, *, limit: int = 9) -> tuple[Offer, ...]:
    """The open offers of somebody as buyer or seller: first those that wait for them, then the oldest."""
    found = []
    for side, whose in (("buyer", t.c.buyer_id), ("seller", listing.c.seller_id)):
        rows = await desk.db.execute(
            OFFERS.where(
                t.c.tenant_id == desk.tenant,
                listing.c.tenant_id == desk.tenant,
                whose == person_id,
                t.c.state.in_(OPEN),
                t.c.code.is_not(None),
                t.c.moved_at > desk.now - ANSWER_WITHIN,
            )
            .order_by((t.c.turn == side).desc(), t.c.moved_at, t.c.id)
            .limit(limit)
        )
        found += [(row.turn != side, row.moved_at, row.id, row) for row in rows]
    return tuple(offer_of(row, desk.now) for *_, row in sorted(found, key=lambda each: each[:3])[:limit])


async def history(desk: Desk, offer_id: UUID) -> tuple[Step, ...]:
    """Every price that was named, in the order in which they were."""
    rows = await desk.db.execute(
        select(s.c.by, s.c.kg, s.c.price_paise, s.c.per, s.c.note, s.c.at)
        .where(s.c.tenant_id == desk.tenant, s.c.offer_id == offer_id)
        .order_by(s.c.id)
    )
    return tuple(Step(*row) for row in rows)
