"""The market days of one commodity around a place, out of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from marketplace_core.desk import Desk
from marketplace_core.listings.rules import KOLKATA
from marketplace_core.places.distance import box, km_from
from marketplace_core.places.place import Place
from marketplace_core.pricing.models import market as m
from marketplace_core.pricing.models import market_price as t
from marketplace_core.pricing.models import price_edition as e
from marketplace_core.pricing.rules import LAST_DAYS, NEAR_KM


@dataclass(frozen=True)
class MarketDay:
    """Paise a quintal at one market on one day; `km` is None where the distance plays no part."""

    market_id: int
    market: str
    district: str
    state: str
    exact: bool
    km: float | None
    day: date
    likely: int
    source: str


@dataclass(frozen=True)
class MarketWeeks:
    """What one market of a wider area says: its median, and this week's and last week's where it has them."""

    state: str
    likely: int
    this_week: int | None
    last_week: int | None
    days: int
    newest: date
    source: str


def today(desk: Desk) -> date:
    return desk.now.astimezone(KOLKATA).date()


async def newest(desk: Desk, commodity: str) -> tuple[date, UUID] | None:
    """The newest day of a commodity's prices, and the edition they are in."""
    latest = (
        select(t.c.day)
        .where(t.c.commodity == commodity, t.c.day <= today(desk))
        .order_by(t.c.day.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = (await desk.db.execute(select(latest, e.c.edition).where(e.c.commodity == commodity))).one_or_none()
    return (row[0], row[1]) if row and row[0] else None


async def near(desk: Desk, commodity: str, place: Place, newest: date) -> list[MarketDay]:
    west, south, east, north = box(place.lat, place.lon, NEAR_KM)
    inside = m.c.loc.op("<@")(func.box(func.point(west, south), func.point(east, north)))
    km = km_from(place.lat, place.lon, m.c.lat, m.c.lon)
    rows = await desk.db.execute(_days(commodity, newest, inside, km))
    return [day for day in map(_market_day, rows) if day.km is not None and day.km <= NEAR_KM]


async def in_district(desk: Desk, commodity: str, place: Place, newest: date) -> list[MarketDay]:
    here = and_(m.c.state == place.state, m.c.district == place.district)
    return [_market_day(row) for row in await desk.db.execute(_days(commodity, newest, here))]


def _days(
    commodity: str, newest: date, where: ColumnElement[bool], km: ColumnElement[float] | None = None
) -> Select[Any]:
    return (
        select(m, t.c.day, t.c.likely_paise, t.c.source, *([km.label("km")] if km is not None else []))
        .join(t, t.c.market_id == m.c.id)
        .where(where, t.c.commodity == commodity, t.c.day.between(*_window(newest)))
    )


def _market_day(row: Row[Any]) -> MarketDay:
    return MarketDay(
        row.id,
        row.name,
        row.district,
        row.state,
        row.exact,
        getattr(row, "km", None),
        row.day,
        row.likely_paise,
        row.source,
    )


async def by_market(
    desk: Desk, commodity: str, newest: date, *, state: str | None = None
) -> Sequence[MarketWeeks]:
    """One line a market: a state has thousands of days."""
    week = newest - timedelta(days=6)
    middle = func.percentile_disc(0.5).within_group(t.c.likely_paise)
    rows = await desk.db.execute(
        select(
            m.c.state,
            middle.label("likely"),
            middle.filter(t.c.day >= week).label("this_week"),
            middle.filter(t.c.day < week).label("last_week"),
            func.count().label("days"),
            func.max(t.c.day).label("newest"),
            func.max(t.c.source).label("source"),
        )
        .join(t, t.c.market_id == m.c.id)
        .where(
            t.c.commodity == commodity,
            t.c.day.between(*_window(newest)),
            *([m.c.state == state] if state else []),
        )
        .group_by(m.c.id)
    )
    return [MarketWeeks(*row) for row in rows]


def _window(newest: date) -> tuple[date, date]:
    return newest - timedelta(days=LAST_DAYS - 1), newest
