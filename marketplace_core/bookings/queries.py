"""How my agreements stand."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, and_, or_, select

from marketplace_core.accounts.models import person
from marketplace_core.bookings.models import booking as t
from marketplace_core.bookings.transitions import DEADLINES
from marketplace_core.codes import spoken
from marketplace_core.desk import Desk
from marketplace_core.listings.models import listing
from marketplace_core.places.models import place_of
from marketplace_core.places.place import Place

Role = Literal["buyer", "seller"]


@dataclass(frozen=True)
class Booking:
    """`my_role` is set where somebody asks for their own; `place` is where the goods lie."""

    id: UUID
    code: str
    state: str
    kg: int
    commodity: str
    unit: str
    price_paise: int
    per: str
    total_paise: int
    listing_id: UUID
    listing_code: str
    seller_id: UUID
    buyer_id: UUID
    seller_name: str | None
    buyer_name: str | None
    place: Place
    created_at: datetime
    moved_at: datetime
    moved_by: str
    why: str | None
    my_role: Role | None = None


seller, buyer = person.alias("seller"), person.alias("buyer")

BOOKINGS = select(
    t,
    listing.c.commodity,
    listing.c.unit,
    listing.c.code.label("listing_code"),
    listing.c.pincode,
    listing.c.village,
    listing.c.district,
    listing.c.place_state,
    listing.c.lat,
    listing.c.lon,
    seller.c.name.label("seller_name"),
    buyer.c.name.label("buyer_name"),
).select_from(
    t.join(listing, and_(listing.c.tenant_id == t.c.tenant_id, listing.c.id == t.c.listing_id))
    .join(seller, and_(seller.c.tenant_id == t.c.tenant_id, seller.c.id == t.c.seller_id))
    .join(buyer, and_(buyer.c.tenant_id == t.c.tenant_id, buyer.c.id == t.c.buyer_id))
)


def standing(state: str, moved_at: datetime, now: datetime) -> str:
    """The state that holds now: the job that lets bookings lapse may be late."""
    deadline = DEADLINES.get(state)  # type: ignore[call-overload]
    return deadline.target if deadline and moved_at + deadline.after <= now else state


def booking_of(row: Any, now: datetime) -> Booking:
    return Booking(
        id=row.id,
        code=row.code,
        state=standing(row.state, row.moved_at, now),
        kg=row.kg,
        commodity=row.commodity,
        unit=row.unit,
        price_paise=row.price_paise,
        per=row.per,
        total_paise=row.total_paise,
        listing_id=row.listing_id,
        listing_code=row.listing_code,
        seller_id=row.seller_id,
        buyer_id=row.buyer_id,
        seller_name=row.seller_name,
        buyer_name=row.buyer_name,
        place=place_of(row),
        created_at=row.created_at,
        moved_at=row.moved_at,
        moved_by=row.moved_by,
        why=row.why,
    )


async def mine(desk: Desk, person_id: UUID, *, limit: int = 9) -> tuple[Booking, ...]:
    """What a person sells or buys, newest first."""
    # Each half walks its own index from the new end.
    newest = [
        select(t.c.id)
        .where(t.c.tenant_id == desk.tenant, side == person_id)
        .order_by(t.c.id.desc())
        .limit(limit)
        .scalar_subquery()
        for side in (t.c.seller_id, t.c.buyer_id)
    ]
    rows = await desk.db.execute(
        BOOKINGS.where(t.c.tenant_id == desk.tenant, or_(*(t.c.id.in_(half) for half in newest)))
        .order_by(t.c.id.desc())
        .limit(limit)
    )
    return tuple(
        replace(booking_of(row, desk.now), my_role="seller" if row.seller_id == person_id else "buyer")
        for row in rows
    )


async def by_code(desk: Desk, code: str) -> Booking | None:
    row = (await desk.db.execute(_by_code(desk, code))).one_or_none()
    return booking_of(row, desk.now) if row else None


def _by_code(desk: Desk, code: str) -> Select[Any]:
    return BOOKINGS.where(t.c.tenant_id == desk.tenant, t.c.code == spoken(code))
