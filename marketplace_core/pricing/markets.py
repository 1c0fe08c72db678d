"""Where a market stands: found by its name among the post offices of its district."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple, Protocol

from rapidfuzz import fuzz

from marketplace_core.places.distance import km_between
from marketplace_core.places.names import KNOWN_AS
from marketplace_core.places.sounds import plain, sounds

#: How alike (of 100) two spellings of a district must be.
SAME_DISTRICT = 82
#: How alike a market and a post office must be: with the same sound, and without.
SAME_SOUND, SAME_NAME = 60, 90
#: No market lies farther from its district's head office: that point is wrong.
LONGEST_KM = 150
KIND = re.compile(
    r"\b(?:apmc|mandi|market|yard|sub|main|uzhavar sandhai|uzhavarsandhai|regulated|f ?& ?v|veg(?:etable)?s?|"
    r"grain|fruits?|and|new|old|vfpck|rythu bazar|primary|society)\b",
    re.IGNORECASE,
)

Point = tuple[float, float]


class Office(Protocol):
    """A post office with a point to trust."""

    @property
    def name(self) -> str: ...
    @property
    def rank(self) -> int: ...
    @property
    def point(self) -> Point | None: ...


class Spot(NamedTuple):
    lat: float | None
    lon: float | None
    exact: bool


def spot(market: str, offices: Sequence[Office], district: Point | None) -> Spot:
    """The post office that sounds like the market, else the district's point, marked as such."""
    for name in _names(market):
        key, words = sounds(name), plain(name)
        alike = [
            (office, fuzz.ratio(plain(office.name), words))
            for office in offices
            if office.point and (district is None or km_between(*office.point, *district) <= LONGEST_KM)
        ]
        found = [
            (office.rank, -ratio, office)
            for office, ratio in alike
            if ratio >= SAME_NAME or (ratio >= SAME_SOUND and sounds(office.name) == key)
        ]
        if found:
            point = min(found, key=lambda each: each[:2])[2].point
            assert point
            return Spot(point[0], point[1], exact=True)
    lat, lon = district or (None, None)
    return Spot(lat, lon, exact=False)


def _names(market: str) -> Iterable[str]:
    """ "Lasalgaon(Niphad)" → "Lasalgaon", "Niphad"."""
    for part in re.split(r"[()/,]|-(?=\D)", market):
        name = KIND.sub(" ", part).strip(" .-")
        if len(name) > 2:
            yield name


@cache
def known_district(name: str, known: tuple[str, ...]) -> str | None:
    """The gazetteer's spelling of a district of Agmarknet's, or None."""
    written = plain(name)
    named = KNOWN_AS.get(written, written)
    best = max(
        known, key=lambda each: (sounds(each) == sounds(named), fuzz.ratio(plain(each), named)), default=None
    )
    if best is None:
        return None
    alike = fuzz.ratio(plain(best), named)
    return best if alike >= SAME_DISTRICT or (sounds(best) == sounds(named) and alike >= 60) else None


def state_of(district: str, districts: Mapping[str, Sequence[str]]) -> str | None:
    """The one state with a district of that name, or None."""
    states = [state for state, names in districts.items() if known_district(district, tuple(names))]
    return states[0] if len(states) == 1 else None
