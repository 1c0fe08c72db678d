"""From what markets report to one believable price a day, saying what was left out and why.

The rows come as Agmarknet and its friends write them: rupees a quintal, one row per day, market, commodity,
variety and grade.
"""

from bisect import bisect_left, insort
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from statistics import median
from typing import NamedTuple

from marketplace_core.commodities import COMMODITIES

#: What each column is called where; compared in lower case, with "_" for everything that is no letter.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "day": ("date", "arrival_date", "price_date", "reported_date"),
    "state": ("state", "state_name"),
    "district": ("district", "district_name"),
    "market": ("market", "market_name", "mandi"),
    "commodity": ("commodity", "commodity_name", "commodity_slug"),
    "variety": ("variety",),
    "grade": ("grade",),
    "low": ("min_price", "min_price_rs_quintal", "min_x0020_price", "min"),
    "high": ("max_price", "max_price_rs_quintal", "max_x0020_price", "max"),
    "likely": ("modal_price", "modal_price_rs_quintal", "modal_x0020_price", "modal"),
}
NEEDED = ("day", "market", "commodity", "low", "high", "likely")
DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d-%b-%Y", "%d %b %Y")
#: A state's own bulletin repeats one price three times under its own variety names: another series, not ours.
OTHER_PUBLISHER = "DES"

#: Agmarknet's names for states, where sound does not lead to the gazetteer's.
STATES = {
    "Chattisgarh": "Chhattisgarh",
    "Keralam": "Kerala",
    "NCT of Delhi": "Delhi",
    "Pondicherry": "Puducherry",
    "Jammu & Kashmir": "Jammu and Kashmir",
    "Tamilnadu": "Tamil Nadu",
    "Orissa": "Odisha",
    "Uttrakhand": "Uttarakhand",
}
OURS = {name.casefold(): each.id for each in COMMODITIES.values() for name in each.agmarknet} | {
    name: name for name in COMMODITIES
}
#: Names of earlier years.
OURS |= {"paddy(dhan)(common)": "paddy", "paddy(dhan)(basmati)": "paddy", "tur": "pigeonpea"}

#: A price this many times above or below the market's own median of the last days is a slip.
SLIP, USUAL_DAYS, FEWEST_USUAL = 3, 60, 5
#: A crash may take a price below its usual band; this many times outside it is a price per kilogram or per sack.
ABSURD = 4
#: A crash is no slip: what this many reports in a row say is believed.
CONFIRMED = 3


class Series(NamedTuple):
    """One commodity at one market."""

    commodity: str
    state: str
    district: str
    market: str


class Price(NamedTuple):
    """Paise a quintal, with low ≤ likely ≤ high."""

    low: int
    likely: int
    high: int


Days = dict[date, Price]


@dataclass
class Reported:
    """What could be believed, and how many rows were not, by reason."""

    series: dict[Series, Days] = field(default_factory=dict)
    rows: int = 0
    dropped: Counter[str] = field(default_factory=Counter)

    @property
    def market_days(self) -> int:
        return sum(map(len, self.series.values()))


def columns(header: Iterable[str]) -> dict[str, str] | None:
    """Our name of each column → the file's; None where it is no price file."""
    written = {"_".join("".join(c if c.isalnum() else " " for c in h.lower()).split()): h for h in header}
    found = {
        ours: written[name] for ours, names in COLUMNS.items() for name in reversed(names) if name in written
    }
    return found if all(name in found for name in NEEDED) else None


def read(rows: Iterable[Mapping[str, str]], today: date) -> Reported:
    """The rows of one file, cleaned and merged; slips are for `without_slips`, which knows the past."""
    told = Reported()
    seen: set[tuple[str, ...]] = set()
    prices: dict[tuple[Series, date], list[Price]] = defaultdict(list)
    names: dict[str, str] | None = None
    for row in rows:
        if names is None and (names := columns(row)) is None:
            raise ValueError("no column for one of: " + ", ".join(NEEDED))
        told.rows += 1
        said = {ours: (row[name] or "").strip() for ours, name in names.items()}
        commodity = OURS.get(said["commodity"].casefold()) or OURS.get(said["commodity"].replace("-", "_"))
        if commodity is None:
            told.dropped["not_ours"] += 1
            continue
        refused = _believe(said, commodity, today, seen)
        if isinstance(refused, str):
            told.dropped[refused] += 1
            continue
        day, price = refused
        state = said.get("state", "")
        where = Series(commodity, STATES.get(state, state), said.get("district", ""), said["market"])
        prices[where, day].append(price)
    for (where, day), found in prices.items():
        # Medians of ordered triples are ordered.
        low, likely, high = (int(median(each)) for each in zip(*found, strict=True))
        told.series.setdefault(where, {})[day] = Price(low, likely, high)
    return told


def _believe(
    said: Mapping[str, str], commodity: str, today: date, seen: set[tuple[str, ...]]
) -> tuple[date, Price] | str:
    if said.get("grade") == OTHER_PUBLISHER:
        return "other_publisher"
    day = read_day(said["day"])
    if day is None or not said["market"]:
        return "no_day_or_market"
    if day > today:
        return "in_the_future"
    try:
        likely = float(said["likely"])
        low, high = (float(said[name] or likely) for name in ("low", "high"))
    except ValueError:
        return "no_price"
    if not low <= likely <= high:  # also when one of them is not a number
        return "modal_outside_range"
    band = COMMODITIES[commodity]
    least, most = (band.low_paise or 1) / ABSURD, (band.high_paise or 10**9) * ABSURD
    if not least <= likely * 100 <= most or low <= 0 or high > 10**7:
        return "absurd"
    key = tuple(
        said.get(name, "") for name in ("day", "state", "district", "market", "commodity", "variety", "grade")
    )
    if key in seen:
        return "repeated"
    seen.add(key)
    return day, Price(*(round(rupees * 100) for rupees in (low, likely, high)))


@cache
def read_day(written: str) -> date | None:
    for pattern in DATES:
        try:
            return datetime.strptime(written, pattern).date()  # noqa: DTZ007 - a market day has no hour
        except ValueError:
            continue
    return None


def without_slips(days: Mapping[date, Price], before: Mapping[date, int] | None = None) -> tuple[Days, int]:
    """Without what lies beyond three times the market's median of the last 60 days; `before` is known already.

    A series that only begins has no past: its first days are held against each other.
    """
    known = {**(before or {}), **{day: price.likely for day, price in days.items()}}
    ordered = sorted(known)
    start = median(known[day] for day in ordered if (day - ordered[0]).days <= USUAL_DAYS)
    window: deque[date] = deque()
    in_order: list[int] = []
    lately: deque[int] = deque(maxlen=CONFIRMED)
    kept: Days = {}
    for day in ordered:
        while window and (day - window[0]).days > USUAL_DAYS:
            in_order.pop(bisect_left(in_order, known[window.popleft()]))
        usual = [_middle(in_order) if len(in_order) >= FEWEST_USUAL else start]
        if len(lately) == CONFIRMED:
            usual.append(median(lately))
        if day in days and any(each / SLIP <= known[day] <= each * SLIP for each in usual):
            kept[day] = days[day]
        window.append(day)
        insort(in_order, known[day])
        lately.append(known[day])
    return kept, len(days) - len(kept)


def _middle(ordered: Sequence[int]) -> float:
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def drop_slips(told: Reported, before: Mapping[Series, Mapping[date, int]] | None = None) -> None:
    """Take the slips out of every series; `before` holds what is known of them from earlier imports."""
    for where, days in list(told.series.items()):
        kept, slips = without_slips(days, (before or {}).get(where))
        told.dropped["slip"] += slips
        if kept:
            told.series[where] = kept
        else:
            del told.series[where]
