"""What a planned round saves against a way of its own for every booking, and how long planning takes."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from time import perf_counter

from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.bench import Row
from marketplace_core.routes.finding import plan
from marketplace_core.routes.rules import Fleet, Plan, Stop, nearest_first, planned

YARD = (30.9, 75.85)
SIZES = (10, 30, 60)


def _day(count: int) -> tuple[Fleet, list[Stop]]:
    """Stops within some forty kilometres around Ludhiana, a tonne or two at each, in half-day windows."""
    random = Random(count)  # noqa: S311 - the same day every time
    dawn = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
    stops = []
    for nth in range(count):
        spot = (YARD[0] + random.uniform(-0.35, 0.35), YARD[1] + random.uniform(-0.4, 0.4))
        opens = dawn + timedelta(hours=random.choice((0, 0, 6)))
        closes = opens + timedelta(hours=random.choice((6, 12)))
        stops.append(Stop(str(nth), spot, random.randint(500, 2_000), opens, closes))
    return Fleet(YARD, dawn, trucks=1 + count // 8, truck_kg=12_000), stops


async def measure(engine: AsyncEngine) -> Sequence[Row]:
    rows = []
    for count in SIZES:
        fleet, stops = _day(count)
        began = perf_counter()
        simple = planned(fleet, nearest_first(fleet, stops), stops, "nearest first")
        rows += [_row(count, simple, perf_counter() - began)] if simple else []
        began = perf_counter()
        found = await asyncio.to_thread(plan, fleet, stops)
        rows.append(_row(count, found, perf_counter() - began))
    return rows


def _row(count: int, it: Plan, seconds: float) -> Row:
    figures = (
        f"{it.km:6.0f} km",
        f"one by one {it.one_by_one_km:6.0f} km",
        f"saved {100 * it.saved:4.1f} %",
        f"{len(it.routes)} trucks",
        f"left out {len(it.left_out)}",
        f"{seconds:5.2f} s",
    )
    return Row(f"route: {count} stops, {it.found_by}", figures)
