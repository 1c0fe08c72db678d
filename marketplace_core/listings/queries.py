"""What is for sale: mine, one by its code, those near a place."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from marketplace_core.codes import spoken
from marketplace_core.desk import Desk
from marketplace_core.listings.models import listing as t
from marketplace_core.places.models import place_of
from marketplace_core.places.place import Place
from marketplace_core.places.plane import shown
from marketplace_core.window.queries import Wanted, search


@dataclass(frozen=True)
class Listing:
    """`price_paise` is for one `per`; `unit` is the one the farmer spoke in."""

    id: UUID
    code: str
    seller_id: UUID
    state: str
    commodity: str
    kg: int
    kg_left: int
    unit: str
    price_paise: int
    per: str
    negotiable: bool
    grade: str | None
    graded_by: str | None
    place: Place
    available_from: date
    expires_at: datetime
    photos: tuple[UUID, ...]
    created_at: datetime


@dataclass(frozen=True)
class Found:
    """A listing as a stranger sees it: the place, and so the distance, to about a kilometre."""

    listing: Listing
    km: float


def listing_of(row: Any, now: datetime) -> Listing:
    # The nightly job may be late; what has run out is expired from that moment on.
    state = "expired" if row.state == "active" and row.expires_at <= now else row.state
    return Listing(
        id=row.id,
        code=row.code,
        seller_id=row.seller_id,
        state=state,
        commodity=row.commodity,
        kg=row.kg,
        kg_left=row.kg_left,
        unit=row.unit,
        price_paise=row.price_paise,
        per=row.per,
        negotiable=row.negotiable,
        grade=row.grade,
        graded_by=row.graded_by,
        place=place_of(row),
        available_from=row.available_from,
        expires_at=row.expires_at,
        photos=tuple(row.photos),
        created_at=row.created_at,
    )


def for_strangers(listing: Listing) -> Listing:
    place = listing.place
    return replace(listing, place=replace(place, lat=shown(place.lat), lon=shown(place.lon)))


async def mine(
    desk: Desk, seller_id: UUID, *, limit: int = 9, before: UUID | None = None
) -> tuple[Listing, ...]:
    """What a seller still has in hand, newest first: cancelled and sold listings are over."""
    rows = await desk.db.execute(
        select(t)
        .where(
            t.c.tenant_id == desk.tenant,
            t.c.seller_id == seller_id,
            t.c.state.not_in(("cancelled", "sold")),
            *([t.c.id < before] if before else []),
        )
        .order_by(t.c.id.desc())
        .limit(limit)
    )
    return tuple(listing_of(row, desk.now) for row in rows)


async def by_code(desk: Desk, code: str) -> Listing | None:
    """Any listing, in whatever state, as a stranger sees it."""
    row = (
        await desk.db.execute(select(t).where(t.c.tenant_id == desk.tenant, t.c.code == spoken(code)))
    ).one_or_none()
    return for_strangers(listing_of(row, desk.now)) if row else None


async def near(
    desk: Desk,
    *,
    commodity: str | None,
    lat: float,
    lon: float,
    km: float,
    min_kg: int = 1,
    limit: int = 9,
    not_seller: UUID | None = None,
    grade: str | None = None,
    cheapest: bool = False,
    most_paise: int | None = None,
) -> tuple[Found, ...]:
    """What can be booked here within `km`, nearest or cheapest first: lots of this market alone.

    `most_paise` is a quintal's.
    """
    in_window = await search(
        desk,
        lat=lat,
        lon=lon,
        km=km,
        wanted=Wanted(commodity=commodity, grade=grade, min_kg=min_kg, most_paise=most_paise),
        limit=limit,
        own_market=True,
        not_seller=not_seller,
        cheapest=cheapest,
    )
    rows = await desk.db.execute(
        select(t).where(t.c.tenant_id == desk.tenant, t.c.id.in_([one.listing_id for one in in_window]))
    )
    lots = {row.id: for_strangers(listing_of(row, desk.now)) for row in rows}
    return tuple(Found(lots[one.listing_id], one.km or 0.0) for one in in_window if one.listing_id in lots)
