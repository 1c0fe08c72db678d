"""What both sides agree to beside price and quantity: written on the booking when it is made, printed with the bill.

Shares are whole numbers: moisture and impurity in tenths of a percent, fee and grade cut in hundredths.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from marketplace_core.commodities import commodity

GRADES = ("A", "B", "C")


@dataclass(frozen=True)
class Terms:
    """`None` means that it was not agreed on, so that nothing is ever taken off for it."""

    grade: str | None = None
    #: Wetter than this is water paid for as grain.
    moisture_base: int | None = None
    impurity_base: int | None = None
    #: For each grade below the agreed one.
    grade_cut: int = 0
    fee: int = 0
    logistics_paise: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Terms":
        return cls(**stored)


FEE = 200

#: What holds where nothing else was agreed, by kind of goods, and where the trade has a norm of its own.
STANDARD: Mapping[str, Terms] = {
    "residue": Terms(moisture_base=200, impurity_base=50, grade_cut=500, fee=FEE),
    "crop": Terms(moisture_base=140, impurity_base=20, grade_cut=500, fee=FEE),
    "produce": Terms(grade_cut=1_000, fee=FEE),
}
MOISTURE_NORMS: Mapping[str, int] = {"paddy": 170, "wheat": 120}


def standard(commodity_id: str, *, grade: str | None, logistics_paise: int) -> Terms:
    terms = STANDARD[commodity(commodity_id).kind]
    return replace(
        terms,
        grade=grade,
        logistics_paise=logistics_paise,
        moisture_base=MOISTURE_NORMS.get(commodity_id, terms.moisture_base),
    )
