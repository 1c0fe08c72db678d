"""How far prices move in so many days, measured per commodity: `data/forecasts.json`, made by the training.

For each horizon the logarithm of later price ÷ price, at 10, 50 and 90 percent of all cases.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import sqrt
from typing import Any

REGISTRY = "forecasts.json"
#: For what has no measured series of its own: the middle of those that have.
ALL = "all"


@dataclass(frozen=True)
class Band:
    """`own` is False where the figures are those of all crops together."""

    horizons: Mapping[int, tuple[float, float, float]]
    week_noise: float
    own: bool

    @property
    def longest(self) -> int:
        return max(self.horizons)

    def at(self, days: int) -> tuple[float, float, float]:
        """Between two measured horizons, and beyond the last, errors grow with the square root of time."""
        known = sorted(self.horizons)
        if days > known[-1]:
            times = sqrt(days / known[-1])
            low, middle, high = self.horizons[known[-1]]
            return low * times, middle, high * times
        days = max(known[0], days)
        after = next(each for each in known if each >= days)
        before = max((each for each in known if each <= days), default=after)
        if after == before:
            return self.horizons[after]
        share = (sqrt(days) - sqrt(before)) / (sqrt(after) - sqrt(before))
        low, middle, high = (
            a + (b - a) * share for a, b in zip(self.horizons[before], self.horizons[after], strict=True)
        )
        return low, middle, high


@cache
def registry() -> dict[str, Any]:
    text = (resources.files("marketplace_core.pricing") / "data" / REGISTRY).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def band(commodity: str) -> Band:
    bands = registry()["bands"]
    found = bands.get(commodity) or bands[ALL]
    return Band(
        {int(days): (low, middle, high) for days, (low, middle, high) in found["horizons"].items()},
        found["week_noise"],
        own=commodity in bands,
    )
