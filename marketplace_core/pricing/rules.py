"""How prices that were reported become a fair range, a trend, and the reasons for both. All pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from math import exp, hypot, log
from typing import Literal

Direction = Literal["rising", "stable", "falling"]
#: `deals`: our own, closed around the place.
Scope = Literal["deals", "markets", "district", "state", "india"]
Fact = str | int | float | bool

#: Fewer days at a market than these are an anecdote.
FEWEST_MARKET_DAYS = 5
#: "The last days": what is older than this beside the newest report has no say in today's price.
LAST_DAYS = 14
#: Farther than this a market is not near.
NEAR_KM = 100
#: A report counts half at this distance, and half at this age beside the newest.
HALF_KM, HALF_DAYS = 30.0, 4.0
#: Older than this a price is said with a warning.
STALE_DAYS = 10
LOW, LIKELY, HIGH = 0.1, 0.5, 0.9
RUPEE = 100


@dataclass(frozen=True)
class Reason:
    """Why the number is what it is: a code and its figures; others put it into words."""

    code: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True)
class Range:
    """Paise a quintal."""

    low: int
    likely: int
    high: int


@dataclass(frozen=True)
class Trend:
    """This week's median against the week's before; `noise_percent` is what moves in a usual week."""

    direction: Direction
    percent: float
    noise_percent: float
    as_of: date


def weight(km: float, days: int) -> float:
    return float(0.5 ** (km / HALF_KM + days / HALF_DAYS))


def quantile(weighted: Iterable[tuple[float, float]], share: float) -> float:
    """The price below which this share of the weight lies: always a price that was really paid."""
    ordered = sorted(weighted)
    wanted = share * sum(weight for _, weight in ordered)
    reached = accumulate(weight for _, weight in ordered)
    return next(
        (price for (price, _), sum_ in zip(ordered, reached, strict=True) if sum_ >= wanted - 1e-9),
        ordered[-1][0],
    )


def fair_range(weighted: Sequence[tuple[float, float]]) -> Range:
    low, likely, high = (round(quantile(weighted, share)) for share in (LOW, LIKELY, HIGH))
    return Range(low, likely, high)


def widened(found: Range, down: float, up: float) -> Range:
    """For what a price may have done since: `down` and `up` are logarithms, at most one tenth beyond each.

    What markets differ by and what time does are independent, so their widths add like the sides of a
    right angle. Whole rupees: the low end down, the high end up.
    """
    low = found.likely * exp(-hypot(log(found.likely / found.low), down))
    high = found.likely * exp(hypot(log(found.high / found.likely), up))
    likely = max(RUPEE, round(found.likely / RUPEE) * RUPEE)
    return Range(
        low=min(likely, max(RUPEE, int(low / RUPEE) * RUPEE)),
        likely=likely,
        high=max(likely, -int(-high // RUPEE) * RUPEE),
    )


def trend(weeks: Iterable[tuple[float, float, float]], *, week_noise: float, as_of: date) -> Trend | None:
    """From (this week's median, last week's, weight) of each market; a market is compared with itself alone.

    `week_noise` is the logarithm by which a week's median usually moves.
    """
    moves = [(log(now / before), weight) for now, before, weight in weeks]
    if not moves:
        return None
    moved = quantile(moves, 0.5)
    direction: Direction = "stable"
    if abs(moved) > week_noise:
        direction = "rising" if moved > 0 else "falling"
    return Trend(direction, _percent(moved), _percent(week_noise), as_of)


def _percent(logarithm: float) -> float:
    return round((exp(logarithm) - 1) * 100, 1)
