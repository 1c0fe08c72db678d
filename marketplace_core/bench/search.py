"""How long a search takes in a small market, a large one and a very large one."""

import random
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.bench import Row, percentile
from marketplace_core.bench.million import COMMON, fill, sweep
from marketplace_core.desk import Desk, open_desk
from marketplace_core.seed import TENANT
from marketplace_core.window.queries import Wanted, feed, search

SIZES = (1_000, 100_000, 1_000_000)
ROUNDS, WARM_UP = 300, 30
HERE = text(
    "SELECT lat, lon, district, state FROM post_office TABLESAMPLE BERNOULLI (1) REPEATABLE (7) WHERE lat > 0"
)

Ask = Callable[[Desk, Any, str], Awaitable[object]]


def _within(km: int, *, of_one: bool) -> Ask:
    def ask(desk: Desk, at: Any, commodity: str) -> Awaitable[object]:
        wanted = Wanted(commodity=commodity if of_one else None)
        return search(desk, lat=at.lat, lon=at.lon, km=km, wanted=wanted)

    return ask


QUESTIONS: dict[str, Ask] = {
    "one commodity within 50 km": _within(50, of_one=True),
    "one commodity within 100 km": _within(100, of_one=True),
    "anything within 50 km": _within(50, of_one=False),
    "nothing fits within 100 km": lambda desk, at, commodity: search(
        desk, lat=at.lat, lon=at.lon, km=100, wanted=Wanted(commodity=commodity, min_kg=900_000)
    ),
    "feed of India": lambda desk, at, commodity: feed(desk),
    "feed of a commodity": lambda desk, at, commodity: feed(desk, wanted=Wanted(commodity=commodity)),
    "feed of a state": lambda desk, at, commodity: feed(desk, state=at.state),
    "feed of a district": lambda desk, at, commodity: feed(desk, state=at.state, district=at.district),
}


async def measure(engine: AsyncEngine) -> Sequence[Row]:
    owner_url = engine.url.set(username="mandi_owner").render_as_string(hide_password=False)
    took: dict[str, dict[int, tuple[float, float]]] = {question: {} for question in QUESTIONS}
    for size in SIZES:
        fill(owner_url, size)
        async with open_desk(engine, TENANT, datetime.now(UTC)) as desk:
            places = (await desk.db.execute(HERE)).all()
            for question, ask in QUESTIONS.items():
                took[question][size] = await _time(desk, ask, places)
    sweep(owner_url)
    return [Row(question, _figures(by_size)) for question, by_size in took.items()]


def _figures(by_size: dict[int, tuple[float, float]]) -> tuple[str, ...]:
    smallest, *_, largest = by_size.values()
    return (
        *(
            f"{size:,}: p50 {1000 * p50:.1f} ms, p95 {1000 * p95:.1f} ms"
            for size, (p50, p95) in by_size.items()
        ),
        f"p50 grows {largest[0] / smallest[0]:.2f} times",
    )


async def _time(desk: Desk, ask: Ask, places: Sequence[Any]) -> tuple[float, float]:
    dice = random.Random(1)  # noqa: S311 - the same questions in every market
    seconds = []
    for _ in range(WARM_UP + ROUNDS):
        at, commodity = dice.choice(places), dice.choice(list(COMMON))
        since = time.perf_counter()
        await ask(desk, at, commodity)
        seconds.append(time.perf_counter() - since)
    return percentile(seconds[WARM_UP:], 0.5), percentile(seconds[WARM_UP:], 0.95)
