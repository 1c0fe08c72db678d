"""How much of a thing is for sale, state by state, and what people ask for it."""

from dataclasses import dataclass

from sqlalchemy import func, select

from marketplace_core.desk import Desk
from marketplace_core.window.models import open_listing as t
from marketplace_core.window.queries import QUINTALS_PER_TONNE


@dataclass(frozen=True)
class InState:
    """Paise a quintal, of lots, not of tonnes: a tenth asks less than `low`, a tenth more than `high`."""

    state: str
    lots: int
    kg: int
    low_paise: int
    median_paise: int
    high_paise: int


async def by_state(desk: Desk, commodity: str) -> tuple[InState, ...]:
    """Most for sale first."""
    tenths = [func.percentile_disc(each).within_group(t.c.tonne_paise) for each in (0.1, 0.5, 0.9)]
    kg = func.sum(t.c.kg_left)
    rows = await desk.db.execute(
        select(t.c.place_state, func.count(), kg, *tenths)
        .where(t.c.commodity == commodity, t.c.expires_at > desk.now)
        .group_by(t.c.place_state)
        .order_by(kg.desc(), t.c.place_state)
    )
    return tuple(
        InState(state, lots, int(kilos), *(each // QUINTALS_PER_TONNE for each in prices))
        for state, lots, kilos, *prices in rows
    )
