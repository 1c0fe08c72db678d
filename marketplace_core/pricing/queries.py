"""What a thing brings: a range with its date, from as near as the market days reach."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, and_, or_, select

from marketplace_core.commodities import COMMODITIES
from marketplace_core.desk import Desk
from marketplace_core.places.place import Place
from marketplace_core.pricing.models import reference_price as t

Scope = Literal["district", "state", "india"]


@dataclass(frozen=True)
class Quote:
    """Paise a quintal. `likely` is None where only a range was ever published."""

    commodity: str
    low: int
    likely: int | None
    high: int
    per: str
    as_of: date
    scope: Scope
    where: str
    source: str


async def quote(desk: Desk, *, commodity: str, place: Place | None) -> Quote | None:
    """The district's range, else the state's, else India's; None where nothing is known."""
    known = COMMODITIES.get(commodity)
    if known is None:
        return None
    at: ColumnElement[bool] = t.c.state.is_(None)
    if place:
        here = or_(t.c.district.is_(None), t.c.district == place.district)
        at = or_(at, and_(t.c.state == place.state, here))
    if known.kind == "residue":
        # Straw has no mandi: the one figure published anywhere is better than none, and says where it is from.
        at = or_(at, t.c.district.is_(None))
    in_state: ColumnElement[bool] = t.c.state == place.state if place else t.c.state.is_not(None)
    row = (
        await desk.db.execute(
            select(t)
            .where(t.c.commodity == commodity, at)
            .order_by(t.c.district.is_(None), in_state.is_not(True), t.c.state.is_not(None), t.c.state)
            .limit(1)
        )
    ).one_or_none()
    if row is None:
        return None
    scope: Scope = "district" if row.district else "state" if row.state else "india"
    return Quote(
        commodity=commodity,
        low=row.low_paise,
        likely=row.likely_paise,
        high=row.high_paise,
        per="quintal",
        as_of=row.as_of,
        scope=scope,
        where=row.district or row.state or "India",
        source=row.source,
    )
