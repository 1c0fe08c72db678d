"""What a buyer waits for, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from marketplace_core.desk import Desk
from marketplace_core.listings.models import listing
from marketplace_core.listings.queries import Listing, for_strangers, listing_of
from marketplace_core.places.models import place_of
from marketplace_core.places.place import Place
from marketplace_core.wishes.models import wish as t
from marketplace_core.wishes.models import wish_match
from marketplace_core.wishes.transitions import WISH_LIFE


@dataclass(frozen=True)
class Wish:
    """Lots of `least_kg` to `most_kg` for at most `price_paise` per `per`; None is "whatever". `grade` or better."""

    id: UUID
    buyer_id: UUID
    state: str
    commodity: str
    grade: str | None
    least_kg: int
    most_kg: int | None
    price_paise: int | None
    per: str | None
    place: Place
    km: int
    until: datetime
    created_at: datetime


def wish_of(row: Any, now: datetime) -> Wish:
    return Wish(
        id=row.id,
        buyer_id=row.buyer_id,
        state=WISH_LIFE.standing(row.state, row, now),
        commodity=row.commodity,
        grade=row.grade,
        least_kg=row.least_kg,
        most_kg=row.most_kg,
        price_paise=row.price_paise,
        per=row.per,
        place=place_of(row),
        km=row.km,
        until=row.until,
        created_at=row.created_at,
    )


async def mine(desk: Desk, buyer_id: UUID) -> tuple[Wish, ...]:
    """The wishes that stand, newest first."""
    rows = await desk.db.execute(
        select(t)
        .where(
            t.c.tenant_id == desk.tenant,
            t.c.buyer_id == buyer_id,
            t.c.state == "active",
            t.c.until > desk.now,
        )
        .order_by(t.c.id.desc())
    )
    return tuple(wish_of(row, desk.now) for row in rows)


async def matched(desk: Desk, wish_id: UUID, *, limit: int = 20) -> tuple[Listing, ...]:
    """The lots that a buyer was told of for this wish, the last first, as a stranger sees them."""
    rows = await desk.db.execute(
        select(listing)
        .join(
            wish_match,
            and_(wish_match.c.tenant_id == listing.c.tenant_id, wish_match.c.listing_id == listing.c.id),
        )
        .where(wish_match.c.tenant_id == desk.tenant, wish_match.c.wish_id == wish_id)
        .order_by(wish_match.c.matched_at.desc(), listing.c.id.desc())
        .limit(limit)
    )
    return tuple(for_strangers(listing_of(row, desk.now)) for row in rows)
