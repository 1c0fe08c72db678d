"""How good the fair range is: each market's price on a day, told from the other markets up to the day before.

Measured on the shipped market days: no other data are needed.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from statistics import median

from marketplace_core.places.distance import km_between
from marketplace_core.pricing import shipped
from marketplace_core.pricing.bands import band
from marketplace_core.pricing.rules import (
    FEWEST_MARKET_DAYS,
    LAST_DAYS,
    NEAR_KM,
    fair_range,
    weight,
    widened,
)

#: One price in so many is asked for.
ONE_IN = 40
HEAD = f"{'crop':<18}{'n':>6}{'in range':>10}{'width':>8}{'off by':>8}{'state median off by':>21}"

Prices = Mapping[int, Mapping[date, int]]


def lines() -> Iterator[str]:
    """Per crop: share inside the range, its width and the error of its middle in percent of the price."""
    places = [(row[0], row[3], row[4]) for row in shipped.markets()]
    everything: list[tuple[bool, float, float, float]] = []
    yield HEAD
    for crop, prices in sorted(_read().items()):
        found = list(_asked(crop, prices, places))
        everything += found
        if len(found) >= 30:
            yield _line(crop, found)
    yield _line("all", everything)


def _read() -> dict[str, dict[int, dict[date, int]]]:
    found: dict[str, dict[int, dict[date, int]]] = defaultdict(dict)
    for block in shipped.market_days(range(len(list(shipped.markets())))):
        for line in block.splitlines():
            crop, market, day, _, likely, *_ = line.split("\t")
            found[crop].setdefault(int(market), {})[date.fromisoformat(day)] = int(likely)
    return found


def _asked(
    crop: str, prices: Prices, places: list[tuple[str, str | None, str | None]]
) -> Iterator[tuple[bool, float, float, float]]:
    down, _, up = band(crop).at(1)
    points = {m: (float(lat), float(lon)) for m in prices for _, lat, lon in [places[m]] if lat and lon}
    for market, days in prices.items():
        if market not in points:
            continue
        near = None
        for day, paid in days.items():
            if zlib.crc32(f"{crop}{market}{day}".encode()) % ONE_IN:
                continue
            if near is None:
                near = [
                    (km, other)
                    for other, point in points.items()
                    if other != market and (km := km_between(*point, *points[market])) <= NEAR_KM
                ]
            sample = [
                (other_paid, km, then)
                for km, other in near
                for then, other_paid in prices[other].items()
                if timedelta(0) < day - then <= timedelta(days=LAST_DAYS)
            ]
            if len(sample) < FEWEST_MARKET_DAYS:
                continue
            newest = max(then for *_, then in sample)
            range_ = fair_range([(p, weight(km, (newest - then).days)) for p, km, then in sample])
            wide = widened(range_, down, up)
            state = [
                other_paid
                for other, their in prices.items()
                if other != market and places[other][0] == places[market][0]
                for then, other_paid in their.items()
                if timedelta(0) < day - then <= timedelta(days=LAST_DAYS)
            ]
            yield (
                wide.low <= paid <= wide.high,
                (wide.high - wide.low) / paid,
                abs(wide.likely - paid) / paid,
                abs(median(state or [wide.likely]) - paid) / paid,
            )


def _line(crop: str, found: list[tuple[bool, float, float, float]]) -> str:
    inside, width, off, state = (median(each) for each in zip(*found, strict=True))
    inside = sum(each[0] for each in found) / len(found)
    return f"{crop:<18}{len(found):>6}{inside:>10.0%}{width:>8.0%}{off:>8.1%}{state:>21.1%}"
