"""What the market is measured by: each module measures one room and returns rows of one table."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass(frozen=True)
class Row:
    """`figures` are printed as they stand: a p50, a p95, a ratio, each with its unit in words."""

    what: str
    figures: tuple[str, ...]


#: Measures in a fresh database with the gazetteer and an empty market.
Measure = Callable[[AsyncEngine], Awaitable[Sequence[Row]]]


def percentile(seconds: Sequence[float], share: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
