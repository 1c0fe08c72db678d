"""What the market trades: one row of `commodities.csv` each."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Literal, cast

Kind = Literal["crop", "residue", "produce"]
Unit = Literal["t", "quintal", "kg"]

KG_PER: Mapping[str, int] = {"t": 1000, "quintal": 100, "kg": 1}


@dataclass(frozen=True)
class Commodity:
    """`name` is English and a key of the catalogues; `unit` is the one people trade it in.

    Outside `low_paise` to `high_paise` a quintal a price is more likely a slip than a price; both are None
    where nothing is known. `agmarknet` holds the government's names for it.
    """

    id: str
    name: str
    kind: Kind
    unit: Unit
    low_paise: int | None
    high_paise: int | None
    agmarknet: tuple[str, ...]


def _read() -> dict[str, Commodity]:
    table = resources.files("marketplace_core") / "commodities.csv"
    with table.open(encoding="utf-8") as lines:
        return {
            row["id"]: Commodity(
                row["id"],
                row["name"],
                cast(Kind, row["kind"]),
                cast(Unit, row["unit"]),
                int(row["low_paise"]) if row["low_paise"] else None,
                int(row["high_paise"]) if row["high_paise"] else None,
                tuple(filter(None, row["agmarknet"].split(";"))),
            )
            for row in csv.DictReader(lines)
        }


COMMODITIES: Mapping[str, Commodity] = _read()


def commodity(commodity_id: str) -> Commodity:
    return COMMODITIES[commodity_id]
