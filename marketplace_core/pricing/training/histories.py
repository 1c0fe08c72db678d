"""The long price histories that models learn from and are measured on, cleaned as the daily import cleans.

DATA/prices holds them: see its README for where each is from. Nothing of it is needed at run time.
"""

import csv
import gzip
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from marketplace_core.pricing.features import History
from marketplace_core.pricing.reports import Reported, Series, drop_slips, read

#: Sets whose rows stand for one market a day.
#: One market in so many is read: minutes, not an hour.
TABLES = {
    "onion_india_2023_2025.parquet": 1,
    "history_onion_mh.parquet": 3,
    "history_potato_up.parquet": 6,
    "history_tomato_4_states.parquet": 4,
}
FILES = (
    "up_five_crops_2023_2025.csv.gz",
    "malabar_arecanut.csv.gz",
    "malabar_black-pepper.csv.gz",
    "malabar_coconut.csv.gz",
    "malabar_copra.csv.gz",
)
JULY = "all_india_2026_07.csv.gz"
#: The set names districts alone; the others are of Kerala.
STATE_OF = {"Coimbatore": "Tamil Nadu", "Shivamogga": "Karnataka", "Uttara Kannada": "Karnataka"}


def histories(folder: Path) -> dict[str, dict[Series, History]]:
    """Commodity → series → its days; each series is one market of one state."""
    since = time.monotonic()
    found: dict[str, dict[Series, History]] = defaultdict(dict)
    for name, rows in _sources(folder / "prices"):
        told = read(rows, date(2026, 12, 31))
        drop_slips(told)
        for where, history in _series(told):
            # The same market in two sets keeps two histories: years lie between them.
            found[where.commodity][where._replace(district=f"{name.split('.')[0]} {where.district}")] = (
                history
            )
        sys.stderr.write(f"  {name}: {told.market_days} market days, left out {dict(told.dropped)}\n")
    sys.stderr.write(f"  read in {time.monotonic() - since:.0f} s\n")
    return found


def july(folder: Path) -> dict[str, dict[Series, History]]:
    with gzip.open(folder / "prices" / JULY, "rt", encoding="utf-8") as lines:
        told = read(csv.DictReader(lines), date(2026, 12, 31))
    drop_slips(told)
    found: dict[str, dict[Series, History]] = defaultdict(dict)
    for where, history in _series(told):
        found[where.commodity][where] = history
    return found


def _sources(folder: Path) -> Iterator[tuple[str, Iterable[Mapping[str, str]]]]:
    for name, one_in in TABLES.items():
        table = pd.read_parquet(folder / name)
        if one_in > 1:
            table = table[[zlib.crc32(mandi.encode()) % one_in == 0 for mandi in table["mandi"]]]
        yield name, _rows(table)
    for name in FILES:
        with gzip.open(folder / name, "rt", encoding="utf-8") as lines:
            yield name, (_with_state(row) for row in csv.DictReader(lines))


def _rows(table: Any) -> Iterator[dict[str, str]]:
    names = {"mandi": "market", "crop": "commodity"}
    table = table.rename(columns=names)
    if "commodity" not in table:
        table["commodity"] = "onion"
    wanted = [
        c for c in ("date", "state", "district", "market", "commodity", "min", "max", "modal") if c in table
    ]
    table = table[wanted].copy()
    table["date"] = pd.to_datetime(table["date"]).dt.strftime("%Y-%m-%d")
    for each in ("min", "max"):  # without them the price alone is known
        table[each] = table[each].where((table["min"] <= table["modal"]) & (table["modal"] <= table["max"]))
        table[each] = table[each].fillna(table["modal"])
    table = table.astype(str)
    for row in table.itertuples(index=False):
        yield row._asdict()


def _with_state(row: dict[str, str]) -> dict[str, str]:
    if "state" not in row and "State" not in row:
        row["state"] = STATE_OF.get(row["district"], "Kerala")
    return row


def _series(told: Reported) -> Iterator[tuple[Series, History]]:
    for where, days in told.series.items():
        ordered = sorted(days)
        yield (
            where,
            History(
                np.array([day.toordinal() for day in ordered], dtype=np.int64),
                np.log(np.array([days[day].likely for day in ordered], dtype=np.float64)),
            ),
        )


def state_medians(series: Mapping[Series, History]) -> dict[str, History]:
    """Each state's median of the day."""
    found = {}
    for state in {where.state for where in series}:
        own = [history for where, history in series.items() if where.state == state]
        days, logs = (np.concatenate([getattr(each, name) for each in own]) for name in ("days", "logs"))
        by_day = pd.Series(logs).groupby(days).median()
        found[state] = History(by_day.index.to_numpy(np.int64), by_day.to_numpy(np.float64))
    return found
