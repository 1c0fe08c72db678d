"""Market days into the database: what is shipped for a first run, and every day's new file.

    python -m marketplace_core.pricing.load FILE|FOLDER [--source agmarknet]

reads CSV files (or .csv.gz) with Agmarknet's columns. Loading a file twice changes nothing; a corrected price
replaces the earlier one.
"""

import argparse
import asyncio
import csv
import gzip
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_core.db.engine import make_engine
from marketplace_core.listings.rules import KOLKATA
from marketplace_core.places.gazetteer import copy_in
from marketplace_core.places.models import district as d
from marketplace_core.places.models import pincode as p
from marketplace_core.places.models import post_office as o
from marketplace_core.pricing import shipped
from marketplace_core.pricing.markets import Point, known_district, spot, state_of
from marketplace_core.pricing.models import market as m
from marketplace_core.pricing.models import market_price as t
from marketplace_core.pricing.reports import USUAL_DAYS, Reported, Series, columns, drop_slips, read

UPSERT = text("""
    INSERT INTO market_price (commodity, market_id, day, low_paise, likely_paise, high_paise, source)
    SELECT * FROM unnest(CAST(:commodity AS text[]), CAST(:market AS int[]), CAST(:day AS date[]),
        CAST(:low AS bigint[]), CAST(:likely AS bigint[]), CAST(:high AS bigint[]))
        AS new, LATERAL (SELECT CAST(:source AS text)) AS its
    ON CONFLICT (commodity, market_id, day) DO UPDATE
    SET low_paise = excluded.low_paise, likely_paise = excluded.likely_paise,
        high_paise = excluded.high_paise, source = excluded.source
    WHERE (market_price.low_paise, market_price.likely_paise, market_price.high_paise)
        IS DISTINCT FROM (excluded.low_paise, excluded.likely_paise, excluded.high_paise)
""")
#: For the planner, which believes in two rows a query until it has looked.
LEARN = text("ANALYZE market, market_price")
COPY = "COPY market_price (commodity, market_id, day, low_paise, likely_paise, high_paise, source) FROM STDIN"
AT_ONCE = 20_000


@dataclass(frozen=True)
class Imported:
    """`written` market days are new or corrected; `dropped` counts rows by reason."""

    rows: int
    market_days: int
    written: int
    new_markets: int
    dropped: Mapping[str, int]


class _Office(NamedTuple):
    name: str
    rank: int
    point: Point | None


async def fill(db: AsyncConnection) -> None:
    """Write the shipped market days, once."""
    if (await db.execute(select(m.c.id).limit(1))).first():
        return
    markets = list(shipped.markets())
    await copy_in(db, "market (state, district, name, lat, lon, exact)", markets)
    ids = await _known_markets(db)
    days = shipped.market_days([ids[state, district, name] for state, district, name, *_ in markets])
    connection = (await db.get_raw_connection()).driver_connection
    assert connection is not None
    async with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for block in days:  # a hundred thousand rows one by one would take a second more
            await copy.write(block)
    await db.execute(LEARN)


async def bring_in(
    db: AsyncConnection, rows: Iterable[Mapping[str, str]], *, today: date, source: str
) -> Imported:
    """One file of reports: cleaned against itself and what the database knows, then written."""
    told = read(rows, today)
    await _to_known_districts(db, told)
    ids, new = await _markets(db, told.series)
    drop_slips(told, await _before(db, told, ids))
    written = await _write(db, told, ids, source)
    await db.execute(LEARN)
    return Imported(told.rows, told.market_days, written, new, {k: n for k, n in told.dropped.items() if n})


async def _to_known_districts(db: AsyncConnection, told: Reported) -> None:
    """Every series under the gazetteer's spelling, so that one market is one market."""
    districts: dict[str, list[str]] = defaultdict(list)
    for row in await db.execute(select(d.c.state, d.c.district).order_by(d.c.state, d.c.district)):
        districts[row.state].append(row.district)
    for where, days in list(told.series.items()):
        state = where.state or state_of(where.district, districts)
        if state is None:
            told.dropped["no_state"] += len(days)
            del told.series[where]
            continue
        known = known_district(where.district, tuple(districts.get(state, ())))
        here = where._replace(state=state, district=known or where.district)
        if here != where:
            told.series.setdefault(here, {}).update(told.series.pop(where))


async def _markets(
    db: AsyncConnection, series: Iterable[Series]
) -> tuple[dict[tuple[str, str, str], int], int]:
    wanted = {each[1:] for each in series}
    known = await _known_markets(db)
    for key in sorted(wanted - known.keys()):
        state, district, name = key
        place = spot(name, *await _offices(db, state, district))
        await db.execute(
            insert(m)
            .values(
                state=state, district=district, name=name, lat=place.lat, lon=place.lon, exact=place.exact
            )
            .on_conflict_do_nothing()
        )
    new = len(wanted - known.keys())
    return (await _known_markets(db) if new else known), new


async def _known_markets(db: AsyncConnection) -> dict[tuple[str, str, str], int]:
    rows = await db.execute(select(m.c.state, m.c.district, m.c.name, m.c.id))
    return {(row.state, row.district, row.name): row.id for row in rows}


async def _offices(db: AsyncConnection, state: str, district: str) -> tuple[Sequence[_Office], Point | None]:
    # An office without a point of its own stands at its pincode's.
    lat, lon = func.coalesce(o.c.lat, p.c.lat), func.coalesce(o.c.lon, p.c.lon)
    rows = await db.execute(
        select(o.c.name, o.c.rank, lat.label("lat"), lon.label("lon"))
        .join(p, p.c.pincode == o.c.pincode)
        .where(o.c.state == state, o.c.district == district, lat.is_not(None))
        .order_by(o.c.pincode, o.c.name)
    )
    centre = (
        await db.execute(select(d.c.lat, d.c.lon).where(d.c.state == state, d.c.district == district))
    ).one_or_none()
    return [_Office(row.name, row.rank, (row.lat, row.lon)) for row in rows], (
        (centre.lat, centre.lon) if centre else None
    )


async def _before(
    db: AsyncConnection, told: Reported, ids: Mapping[tuple[str, str, str], int]
) -> dict[Series, dict[date, int]]:
    first: dict[str, date] = {}
    for where, days in told.series.items():
        first[where.commodity] = min(first.get(where.commodity, date.max), *days)
    last = {where.commodity: max(days) for where, days in told.series.items()}
    series = {(where.commodity, ids[where[1:]]): where for where in told.series}
    before: dict[Series, dict[date, int]] = defaultdict(dict)
    for commodity, day in first.items():
        rows = await db.execute(
            select(t.c.market_id, t.c.day, t.c.likely_paise).where(
                t.c.commodity == commodity,
                t.c.day.between(day - timedelta(days=USUAL_DAYS), last[commodity]),
            )
        )
        for row in rows:
            if known := series.get((commodity, row.market_id)):
                before[known][row.day] = row.likely_paise
    return before


async def _write(
    db: AsyncConnection, told: Reported, ids: Mapping[tuple[str, str, str], int], source: str
) -> int:
    rows = sorted(
        (where.commodity, ids[where[1:]], day, *price)
        for where, days in told.series.items()
        for day, price in days.items()
    )
    written = 0
    for start in range(0, len(rows), AT_ONCE):
        columns_of = zip(*rows[start : start + AT_ONCE], strict=True)
        names = ("commodity", "market", "day", "low", "likely", "high")
        values = {name: list(each) for name, each in zip(names, columns_of, strict=True)}
        written += (await db.execute(UPSERT, values | {"source": source})).rowcount
    return written


def files(path: Path) -> Iterator[tuple[Path, Iterator[dict[str, str]]]]:
    """Every price file there, open; other files are left alone."""
    for each in sorted(path.rglob("*.csv*")) if path.is_dir() else [path]:
        opened = gzip.open if each.suffix == ".gz" else open
        with opened(each, "rt", encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            if columns(reader.fieldnames or ()):
                yield each, reader
            elif not path.is_dir():
                raise SystemExit(f"{each.name} has no columns of market prices")


async def load(url: str, path: Path, source: str) -> None:
    engine = make_engine(url)
    today = datetime.now(KOLKATA).date()
    for file, rows in files(path):
        async with engine.begin() as db:
            done = await bring_in(db, rows, today=today, source=source)
        left_out = ", ".join(f"{reason} {count}" for reason, count in Counter(done.dropped).most_common())
        sys.stdout.write(
            f"{file.name}: {done.rows} rows, {done.market_days} market days, {done.written} written, "
            f"{done.new_markets} new markets; left out: {left_out or 'nothing'}\n"
        )
    await engine.dispose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--source", default="agmarknet", choices=sorted(shipped.SOURCES))
    asked = parser.parse_args()
    asyncio.run(load(os.environ["DATABASE_URL"], asked.path, asked.source))
