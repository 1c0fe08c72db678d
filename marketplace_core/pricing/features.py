"""What a forecast looks at, the same in training and at run time: prices of one market and of its state.

All prices are natural logarithms; days are ordinals. Nothing after the origin is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, isnan, nan, pi, sin

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Days = NDArray[np.int64]

#: A market must have reported so often, in so many days, and so lately, before a model may speak for it.
FEWEST_DAYS, WITHIN, NEWEST_WITHIN = 60, 150, 10
BACK = (7, 14, 30, 90)
WINDOWS = (7, 14, 28, 90, 365)
YEAR, AROUND = 365, 5

NAMES = (
    "days_since_report",
    *(f"above_median_{days}" for days in WINDOWS),
    *(f"since_{days}" for days in BACK),
    "reports_28",
    "noise_60",
    "above_state",
    "state_week",
    "state_month",
    "horizon",
    "season",
    "sin_year",
    "cos_year",
)


@dataclass(frozen=True)
class History:
    days: Days
    logs: Floats

    def __len__(self) -> int:
        return len(self.days)

    def until(self, origin: int) -> "History":
        end = int(self.days.searchsorted(origin, side="right"))
        return History(self.days[:end], self.logs[:end])

    def between(self, first: int, last: int) -> Floats:
        start, end = self.days.searchsorted(first), self.days.searchsorted(last + 1)
        return self.logs[start:end]

    def median(self, first: int, last: int) -> float:
        found = self.between(first, last)
        return _middle(found)

    def as_of(self, day: int) -> float:
        """The newest price on or before a day; not a number before the first."""
        at = int(self.days.searchsorted(day, side="right")) - 1
        return float(self.logs[at]) if at >= 0 else nan


def _middle(logs: Floats) -> float:
    # np.median asks many questions first; this is asked some thirty times a forecast.
    if not len(logs):
        return nan
    ordered, half = np.sort(logs), len(logs) // 2
    return float(ordered[half] if len(logs) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def ready(market: History, origin: int) -> bool:
    """Whether a model may speak: enough reports, lately, up to the origin."""
    if not len(market) or origin - int(market.days[-1]) > NEWEST_WITHIN:
        return False
    return len(market.between(origin - WITHIN, origin)) >= FEWEST_DAYS


def features(market: History, state: History, origin: int, horizons: Sequence[int]) -> Floats:
    """One row a horizon. Both histories may go on beyond the origin: what is later is cut off first."""
    market, state = market.until(origin), state.until(origin)
    last = float(market.logs[-1])
    lately = market.between(origin - 59, origin)
    week = state.median(origin - 6, origin)
    fixed = [
        origin - int(market.days[-1]),
        *(last - market.median(origin - days + 1, origin) for days in WINDOWS),
        *(last - market.as_of(origin - days) for days in BACK),
        len(market.between(origin - 27, origin)),
        float(np.std(np.diff(lately))) if len(lately) > 2 else nan,
        last - week,
        week - state.median(origin - 13, origin - 7),
        week - state.median(origin - 36, origin - 30),
    ]
    rows = []
    for horizon in horizons:
        turn = 2 * pi * ((origin + horizon) % 365.25) / 365.25
        rows.append([*fixed, horizon, _season(market, state, origin, horizon), sin(turn), cos(turn)])
    return np.array(rows, dtype=np.float64)


def _season(market: History, state: History, origin: int, horizon: int) -> float:
    """What the price did over the same days last year; the state's where the market had closed."""
    for each in (market, state):
        then, later = origin - YEAR, origin - YEAR + horizon
        moved = each.median(later - AROUND, later + AROUND) - each.median(then - AROUND, then + AROUND)
        if not isnan(moved):
            return moved
    return nan
