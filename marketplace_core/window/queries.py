"""What is for sale anywhere: nearest first around a place, or newest first; of every market, to anybody."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zlib import crc32

from sqlalchemy import ColumnElement, Float, Select, func, select, tuple_

from marketplace_core.commodities import COMMODITIES
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms
from marketplace_core.listings.models import listing
from marketplace_core.places.distance import km_between, km_from
from marketplace_core.places.models import place_of
from marketplace_core.places.place import Place
from marketplace_core.places.plane import box_on_plane, up
from marketplace_core.tenants.models import tenant
from marketplace_core.window.models import MAP_WIDTH, MAPS
from marketplace_core.window.models import open_listing as t

#: The plane's order and the sphere's differ by less than a hundredth within a day's drive: among so many more than
#: were asked for are all that could change places at the end of the list.
SPARE = 4
QUINTALS_PER_TONNE = 10


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; None is "whatever". `grade` or better; prices in paise a quintal, both inclusive."""

    commodity: str | None = None
    grade: str | None = None
    min_kg: int = 1
    least_paise: int | None = None
    most_paise: int | None = None
    available_by: date | None = None


ANYTHING = Wanted()


@dataclass(frozen=True)
class OpenListing:
    """A lot as strangers see it. `market` is the tenant's name: who wants it must go there to book."""

    tenant_id: int
    market: str
    listing_id: UUID
    code: str
    commodity: str
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
    opened_at: datetime
    km: float | None = None


@dataclass(frozen=True)
class Mark:
    """Where a reader of the feed has come to; the next page begins after it."""

    opened_at: datetime
    listing_id: UUID


@dataclass(frozen=True)
class Page:
    listings: tuple[OpenListing, ...]
    next: Mark | None


async def search(
    desk: Desk,
    *,
    lat: float,
    lon: float,
    km: float,
    wanted: Wanted = ANYTHING,
    limit: int = 9,
    own_market: bool = False,
    not_seller: UUID | None = None,
    cheapest: bool = False,
) -> tuple[OpenListing, ...]:
    """What is for sale within `km`, nearest or cheapest first. Nothing in reach is missed while there is room."""
    _check(lat=abs(lat) <= 90, lon=abs(lon) <= 180, km=0 < km < float("inf"), limit=limit >= 1)
    if wanted.commodity is not None and wanted.commodity not in COMMODITIES:
        return ()
    rows = (
        await desk.db.execute(
            nearest(
                desk,
                lat=lat,
                lon=lon,
                km=km,
                wanted=wanted,
                limit=limit + SPARE,
                own_market=own_market,
                not_seller=not_seller,
                cheapest=cheapest,
            )
        )
    ).all()
    found = [(km_between(lat, lon, row.lat, row.lon), row) for row in rows]
    # of neighbours the newer first
    found.sort(key=lambda each: (each[1].tonne_paise if cheapest else 0, each[0], -each[1].listing_id.int))
    return tuple(_shown(row, round(away, 1)) for away, row in found[:limit])


async def feed(
    desk: Desk,
    *,
    wanted: Wanted = ANYTHING,
    state: str | None = None,
    district: str | None = None,
    after: Mark | None = None,
    limit: int = 20,
) -> Page:
    """What came last first. A district goes with its state: several states have a Bilaspur."""
    _check(limit=limit >= 1, district=district is None or state is not None)
    statement = newest(desk, wanted=wanted, state=state, district=district, after=after, limit=limit + 1)
    rows = (await desk.db.execute(statement)).all()
    listings = tuple(_shown(row, None) for row in rows[:limit])
    more = len(rows) > limit
    return Page(listings, Mark(listings[-1].opened_at, listings[-1].listing_id) if more else None)


def nearest(
    desk: Desk,
    *,
    lat: float,
    lon: float,
    km: float,
    wanted: Wanted,
    limit: int,
    own_market: bool,
    not_seller: UUID | None,
    cheapest: bool = False,
) -> Select[Any]:
    if wanted.commodity is None:
        place, offset = t.c.ground, 0
    else:
        place, offset = t.c.spot, MAP_WIDTH * (crc32(wanted.commodity.encode()) % MAPS)
    west, south, east, north = box_on_plane(lat, lon, km)
    around = func.box(func.point(west + offset, south), func.point(east + offset, north))
    here = func.point(lon + offset, up(lat))
    close = (
        select(t)
        .where(
            place.op("<@")(around),
            km_from(lat, lon, t.c.lat, t.c.lon) <= km,
            # the map says which commodity it is; saying it again would mislead the planner about how many there are
            *_wanted(desk, replace(wanted, commodity=None)),
            *([t.c.tenant_id == desk.tenant] if own_market else []),
            *([t.c.listing_id.not_in(_lots_of(desk, not_seller))] if not_seller else []),
        )
        .order_by(*([t.c.tonne_paise] if cheapest else []), place.op("<->", return_type=Float)(here))
        .limit(limit)
        .subquery()
    )
    return select(close, tenant.c.name.label("market")).join(tenant, tenant.c.id == close.c.tenant_id)


def newest(
    desk: Desk, *, wanted: Wanted, state: str | None, district: str | None, after: Mark | None, limit: int
) -> Select[Any]:
    at = (t.c.opened_at, t.c.listing_id)
    page = (
        select(t)
        .where(
            *_wanted(desk, wanted),
            *([t.c.place_state == state] if state else []),
            *([t.c.district == district] if district else []),
            *([tuple_(*at) < tuple_(after.opened_at, after.listing_id)] if after else []),
        )
        .order_by(*(column.desc() for column in at))
        .limit(limit)
        .subquery()
    )
    return (
        select(page, tenant.c.name.label("market"))
        .join(tenant, tenant.c.id == page.c.tenant_id)
        .order_by(page.c.opened_at.desc(), page.c.listing_id.desc())
    )


def _wanted(desk: Desk, wanted: Wanted) -> list[ColumnElement[bool]]:
    asked: tuple[tuple[Any, Callable[[Any], ColumnElement[bool]]], ...] = (
        (wanted.commodity, lambda it: t.c.commodity == it),
        # A is the best; what nobody has graded has no grade at all
        (wanted.grade, lambda it: t.c.grade <= it),
        (wanted.least_paise, lambda it: t.c.tonne_paise >= QUINTALS_PER_TONNE * it),
        (wanted.most_paise, lambda it: t.c.tonne_paise <= QUINTALS_PER_TONNE * it),
        (wanted.available_by, lambda it: t.c.available_from <= it),
    )
    # what has run out is gone from that moment on, even if the nightly job is late
    return [
        t.c.expires_at > desk.now,
        t.c.kg_left >= wanted.min_kg,
        *(condition(value) for value, condition in asked if value is not None),
    ]


def _lots_of(desk: Desk, seller_id: UUID) -> Select[Any]:
    return select(listing.c.id).where(
        listing.c.tenant_id == desk.tenant, listing.c.seller_id == seller_id, listing.c.state == "active"
    )


def _check(**fields: bool) -> None:
    for field, good in fields.items():
        if not good:
            raise BadTerms(field)


def _shown(row: Any, km: float | None) -> OpenListing:
    return OpenListing(
        tenant_id=row.tenant_id,
        market=row.market,
        listing_id=row.listing_id,
        code=row.code,
        commodity=row.commodity,
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
        opened_at=row.opened_at,
        km=km,
    )
