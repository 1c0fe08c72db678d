"""A small market to look at: people of every role in many states, their lots, what they agreed on and wait for.

Four tables say who, what, when; the market's own commands make it so, each at its hour of the past days.
"""

import csv
from collections.abc import Mapping
from importlib import resources

Row = Mapping[str, str]


def table(name: str) -> list[Row]:
    with (resources.files("marketplace_core.demo") / f"{name}.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


PEOPLE, LOTS, WISHES, DEALS = map(table, ("people", "lots", "wishes", "deals"))
