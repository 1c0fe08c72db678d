"""Computes `reference_prices.csv` from a folder of mandi prices, and loads it into the database.

    python -m marketplace_core.pricing.reference FOLDER

reads FOLDER/prices/all_india_2026_07.csv.gz (CC BY 4.0: Mandi price data via KrashiMitra, sourced from
Agmarknet / data.gov.in): rupees a quintal, one row per day, market, commodity, variety and grade.
"""

import csv
import gzip
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from rapidfuzz import fuzz
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_core.commodities import COMMODITIES
from marketplace_core.places.gazetteer import copy_in, offices
from marketplace_core.places.names import KNOWN_AS
from marketplace_core.places.sounds import plain, sounds

TABLE = "reference_prices.csv"
COLUMNS = ("commodity", "state", "district", "low_paise", "likely_paise", "high_paise", "as_of")
MANDI, PARALI = "mandi", "parali"
SOURCES = {
    MANDI: "Mandi price data via KrashiMitra, sourced from Agmarknet / data.gov.in (CC BY 4.0)",
    PARALI: "Published spot prices of paddy straw in Haryana, November 2022",
}
#: ₹200–700 a quintal is all that was ever published for straw; nobody published a middle.
PARALI_ROW = ("paddy_straw", "Haryana", "", 20_000, "", 70_000, "2022-11-30", PARALI, "")

#: Fewer days at a market than this are an anecdote.
FEWEST_MARKET_DAYS = 5
#: A price this many times above or below the market's own median is a slip.
SLIP = 3
LOW, LIKELY, HIGH = 0.1, 0.5, 0.9

#: Agmarknet's names for states and districts, where sound does not lead to the gazetteer's.
STATES = {
    "Chattisgarh": "Chhattisgarh",
    "Keralam": "Kerala",
    "NCT of Delhi": "Delhi",
    "Pondicherry": "Puducherry",
}
#: How alike (of 100) two spellings of a district must be.
SAME_DISTRICT = 82


class MarketDay(NamedTuple):
    """One commodity at one market on one day: the median over varieties and grades, in rupees a quintal."""

    commodity: str
    state: str
    district: str
    market: str
    day: str
    rupees: float


def market_days(rows: Iterable[Mapping[str, str]]) -> list[MarketDay]:
    """The believable part of the rows, cleaned."""
    ours = {name: each.id for each in COMMODITIES.values() for name in each.agmarknet}
    seen: set[tuple[str, ...]] = set()
    prices: dict[tuple[str, str, str, str, str], list[float]] = defaultdict(list)
    for row in rows:
        commodity = ours.get(row["commodity"])
        if commodity is None:
            continue
        where = (row["state"], row["district"], row["market"])
        key = (row["date"], *where, row["commodity"], row["variety"], row["grade"])
        low, high, modal = (float(row[name]) for name in ("min_price", "max_price", "modal_price"))
        if key in seen or not low <= modal <= high or not _plausible(commodity, modal):
            continue
        seen.add(key)
        prices[commodity, *where, row["date"]].append(modal)
    days = [MarketDay(*key, median(found)) for key, found in prices.items()]
    return list(_without_slips(days))


def _plausible(commodity: str, rupees: float) -> bool:
    band = COMMODITIES[commodity]
    return (
        band.low_paise is None or band.high_paise is None or band.low_paise <= rupees * 100 <= band.high_paise
    )


def _without_slips(days: Sequence[MarketDay]) -> Iterator[MarketDay]:
    usual: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for day in days:
        usual[day[:4]].append(day.rupees)
    middle = {market: median(found) for market, found in usual.items()}
    for day in days:
        if middle[day[:4]] / SLIP <= day.rupees <= middle[day[:4]] * SLIP:
            yield day


def reference_rows(
    days: Sequence[MarketDay], districts: Mapping[str, Sequence[str]]
) -> list[tuple[Any, ...]]:
    """Per commodity: India, each state, each district with enough market days."""
    grouped: dict[tuple[str, str, str], list[MarketDay]] = defaultdict(list)
    for day in days:
        state = STATES.get(day.state, day.state)
        grouped[day.commodity, state, ""].append(day)
        district = known_district(day.district, tuple(districts.get(state, ())))
        if district:
            grouped[day.commodity, state, district].append(day)
    states = {key: found for key, found in grouped.items() if not key[2] and len(found) >= FEWEST_MARKET_DAYS}
    india: dict[str, list[tuple[float, float]]] = defaultdict(list)
    newest: Counter[str] = Counter()
    for (commodity, *_), found in states.items():
        # Each state counts once: most rows are from Tamil Nadu, and India is not Tamil Nadu.
        india[commodity] += [(day.rupees, 1 / len(found)) for day in found]
        newest[commodity] += len(found)
    rows = [
        _row(
            (commodity, "", ""),
            weighted,
            max(d.day for d in days if d.commodity == commodity),
            newest[commodity],
        )
        for commodity, weighted in india.items()
    ]
    for key, found in grouped.items():
        if len(found) >= FEWEST_MARKET_DAYS:
            rows.append(
                _row(key, [(day.rupees, 1.0) for day in found], max(day.day for day in found), len(found))
            )
    return sorted([*rows, PARALI_ROW])


def _row(
    key: tuple[str, str, str], weighted: Sequence[tuple[float, float]], as_of: str, market_days: int
) -> tuple[Any, ...]:
    low, likely, high = (round(quantile(weighted, share) * 100) for share in (LOW, LIKELY, HIGH))
    return (*key, low, likely, high, as_of, MANDI, market_days)


def quantile(weighted: Sequence[tuple[float, float]], share: float) -> float:
    """The price below which this share of the weight lies: always a price that was really paid."""
    ordered = sorted(weighted)
    reached, wanted = 0.0, share * sum(weight for _, weight in ordered)
    for price, weight in ordered:
        reached += weight
        if reached >= wanted - 1e-9:
            return price
    return ordered[-1][0]


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


def shipped() -> Iterator[dict[str, str]]:
    table = resources.files("marketplace_core.pricing") / TABLE
    with table.open(encoding="utf-8") as lines:
        yield from csv.DictReader(line for line in lines if not line.startswith("#"))


async def fill(db: AsyncConnection) -> None:
    """Write the shipped prices, once."""
    if (await db.exec_driver_sql("SELECT EXISTS (SELECT FROM reference_price)")).scalar():
        return
    await copy_in(
        db,
        f"reference_price ({', '.join(COLUMNS)}, source, market_days)",
        (
            (*(row[name] or None for name in COLUMNS), SOURCES[row["source"]], row["market_days"] or None)
            for row in shipped()
        ),
    )


def main(folder: Path) -> None:
    with gzip.open(folder / "prices" / "all_india_2026_07.csv.gz", "rt", encoding="utf-8") as lines:
        days = market_days(csv.DictReader(lines))
    districts: dict[str, set[str]] = defaultdict(set)
    for office in offices():
        districts[office.state].add(office.district)
    rows = reference_rows(days, {state: sorted(names) for state, names in districts.items()})
    with (Path(__file__).parent / TABLE).open("w", encoding="utf-8") as out:
        out.write(f"# {SOURCES[MANDI]}. Computed: see reference.py.\n")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*COLUMNS, "source", "market_days"])
        writer.writerows(rows)
    newest = max(date.fromisoformat(day.day) for day in days)
    sys.stdout.write(f"{len(days)} market days up to {newest}: {len(rows)} reference prices\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
