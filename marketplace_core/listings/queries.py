"""What is for sale: mine, one by its code, those near a place."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Float, Select, and_, func, literal_column, select

from marketplace_core.codes import spoken
from marketplace_core.desk import Desk
from marketplace_core.listings.models import listing as t
from marketplace_core.places.distance import box, km_from
from marketplace_core.places.models import place_of
from marketplace_core.places.place import Place

#: Around a busy market the first small circle is full of offers; nobody sorts a whole district for nine rows.
WIDENING = (1 / 16, 1 / 4, 1)


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
    return replace(listing, place=replace(place, lat=round(place.lat, 2), lon=round(place.lon, 2)))


async def mine(desk: Desk, seller_id: UUID, *, limit: int = 9) -> tuple[Listing, ...]:
    """What a seller still has in hand, newest first: cancelled and sold listings are over."""
    rows = await desk.db.execute(
        select(t)
        .where(
            t.c.tenant_id == desk.tenant,
            t.c.seller_id == seller_id,
            t.c.state.not_in(("cancelled", "sold")),
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
) -> tuple[Found, ...]:
    """What is for sale within `km`, nearest first."""
    rows: Sequence[Any] = ()
    for reach in WIDENING:
        rows = (
            await desk.db.execute(
                _near(
                    desk,
                    commodity=commodity,
                    lat=lat,
                    lon=lon,
                    km=km * reach,
                    min_kg=min_kg,
                    limit=limit,
                    not_seller=not_seller,
                )
            )
        ).all()
        if len(rows) == limit:
            break
    return tuple(Found(for_strangers(listing_of(row, desk.now)), round(row.km, 1)) for row in rows)


def _near(
    desk: Desk,
    *,
    commodity: str | None,
    lat: float,
    lon: float,
    km: float,
    min_kg: int,
    limit: int,
    not_seller: UUID | None,
) -> Select[Any]:
    west, south, east, north = box(lat, lon, km)
    around = func.box(func.point(west, south), func.point(east, north))
    shown_lon = literal_column("listing.loc[0]", Float)
    shown_lat = literal_column("listing.loc[1]", Float)
    within = (
        select(t, km_from(lat, lon, shown_lat, shown_lon).label("km"))
        .where(
            and_(
                t.c.loc.op("<@")(around),
                # written out, not bound: the planner must see that the partial index applies
                literal_column("listing.state") == literal_column("'active'"),
                t.c.tenant_id == desk.tenant,
                t.c.expires_at > desk.now,
                t.c.kg_left >= min_kg,
            ),
            *([t.c.commodity == commodity] if commodity else []),
            *([t.c.seller_id != not_seller] if not_seller else []),
        )
        .subquery()
    )
    return select(within).where(within.c.km <= km).order_by(within.c.km, within.c.id.desc()).limit(limit)
