"""The market days that come with the product, so that a first run knows prices.

    python -m marketplace_core.pricing.shipped all_india_2026_07.csv.gz

makes `data/markets.csv` and `data/market_days.csv.gz` from twenty days of July 2026: our commodities alone,
one line a series, its days behind it.
"""

import csv
import gzip
import io
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from marketplace_core.places.gazetteer import districts, offices, pincodes
from marketplace_core.pricing.markets import known_district, spot
from marketplace_core.pricing.reports import drop_slips, read

DATA = resources.files("marketplace_core.pricing") / "data"
MARKETS, DAYS = "markets.csv", "market_days.csv.gz"
#: How a source is named to people. The licence of the shipped days asks for exactly these words.
SHIPPED = "krashimitra"
SOURCES = {
    SHIPPED: "Mandi price data via KrashiMitra, sourced from Agmarknet / data.gov.in (CC BY 4.0)",
    "agmarknet": "Agmarknet / data.gov.in",
}


def markets() -> Iterator[tuple[Any, ...]]:
    """State, district, name, lat, lon, exact; the days call the first one 1."""
    with (DATA / MARKETS).open(encoding="utf-8") as lines:
        for state, district, name, lat, lon, exact in csv.reader(lines):
            yield state, district, name, lat or None, lon or None, exact == "1"


def market_days(ids: Sequence[int]) -> Iterator[str]:
    """Rows of `market_price` for COPY, a series at a time; `ids` are those of `markets()` in the database."""
    with (DATA / DAYS).open("rb") as packed, gzip.open(packed, "rt", encoding="ascii") as lines:
        first = date.fromisoformat(next(lines).strip())
        written = [str(first + timedelta(days=n)) for n in range(100)]
        for line in lines:
            commodity, number, *days = line.rstrip().split(",")
            block = []
            for each in days:
                after, likely, *around = each.split(" ")
                paise = int(likely)
                low, high = (paise - int(around[0]), paise + int(around[1])) if around else (paise, paise)
                day = written[int(after)]
                block.append(
                    f"{commodity}\t{ids[int(number) - 1]}\t{day}\t{low}\t{paise}\t{high}\t{SHIPPED}\n"
                )
            yield "".join(block)


def main(path: Path) -> None:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        told = read(csv.DictReader(lines), date.max)
    drop_slips(told)
    everything = offices()
    points = {(row[0], row[1]): (row[4], row[5]) for row in districts(everything)}
    names: dict[str, list[str]] = defaultdict(list)
    for state, district in sorted(points):
        names[state].append(district)
    by_district = defaultdict(list)
    around = {row[0]: row[3:5] for row in pincodes(everything) if row[3]}
    for office in everything:
        # An office without a point of its own stands at its pincode's.
        placed = office._replace(point=office.point or around.get(office.pincode))
        by_district[office.state, office.district].append(placed)
    found = {}
    series: dict[tuple[str, tuple[str, str, str]], dict[date, Any]] = defaultdict(dict)
    for where, days in told.series.items():
        known = known_district(where.district, tuple(names.get(where.state, ())))
        area = where.state, known or where.district
        key = (*area, where.market)
        found[key] = spot(where.market, by_district[area], points.get(area))
        series[where.commodity, key].update(days)
    number = {key: n for n, key in enumerate(sorted(found), start=1)}
    first = min(day for days in series.values() for day in days)
    with (Path(str(DATA)) / MARKETS).open("w", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        for key in number:
            lat, lon, exact = found[key]
            writer.writerow(
                [*key, *("" if each is None else f"{each:.4f}" for each in (lat, lon)), int(exact)]
            )
    packed = io.StringIO()
    packed.write(f"{first}\n")
    for (commodity, key), days in sorted(series.items(), key=lambda each: (each[0][0], number[each[0][1]])):
        told_days = []
        for day, price in sorted(days.items()):
            ends = (price.likely - price.low, price.high - price.likely)
            word = f"{(day - first).days} {price.likely}"
            told_days.append(word + (f" {ends[0]} {ends[1]}" if any(ends) else ""))
        packed.write(",".join([commodity, str(number[key]), *told_days]) + "\n")
    # No name and no time inside: the same days make the same file.
    (Path(str(DATA)) / DAYS).write_bytes(gzip.compress(packed.getvalue().encode("ascii"), 9, mtime=0))
    by_name = sum(each.exact for each in found.values())
    sys.stdout.write(f"{told.market_days} market days, {len(found)} markets, {by_name} found by name\n")
    sys.stdout.write(f"left out: {dict(told.dropped)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
