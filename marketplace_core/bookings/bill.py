"""The bill, line by line, before and after the scales; pure arithmetic in whole paise.

    goods       billed kg at the agreed price; billed is what was weighed, and never more than was booked
    moisture    of what remains: (found - agreed) / (100 % - agreed), the water above the agreed share
    impurity    of what then remains: likewise
    grade       of what then remains: the agreed percent for each grade below the agreed one
    fee         percent of the goods after deductions
    logistics   as agreed

The buyer pays goods - deductions + fee + logistics; the farmer gets goods - deductions and pays no fee.
Roundings: goods and fee to the nearest paisa, half upwards; a deduction downwards, in the farmer's favour.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from marketplace_core.bookings.rules import total_paise
from marketplace_core.bookings.terms import GRADES, Terms

Kind = Literal["goods", "deduction", "fee", "logistics", "rounding"]
WHOLE = 1_000
HUNDREDTHS = 10_000


@dataclass(frozen=True)
class Line:
    """`note` is the thing that a deduction is for; `formula` shows the figures it was reckoned with."""

    kind: Kind
    paise: int
    note: str = ""
    formula: str = ""


@dataclass(frozen=True)
class Assay:
    """What was found at delivery; moisture and impurity in tenths of a percent, None where not looked at."""

    grade: str | None = None
    moisture: int | None = None
    impurity: int | None = None


@dataclass(frozen=True)
class Bill:
    kg: int
    lines: tuple[Line, ...]

    def sum(self, kind: Kind) -> int:
        return sum(line.paise for line in self.lines if line.kind == kind)

    @property
    def farmer_gets(self) -> int:
        return self.sum("goods") - self.sum("deduction")

    @property
    def buyer_pays(self) -> int:
        return self.farmer_gets + self.sum("fee") + self.sum("logistics") + self.sum("rounding")


def quoted(kg: int, price_paise: int, per: str, terms: Terms) -> Bill:
    """As agreed, before anything was weighed."""
    return final(kg, price_paise, per, terms, weighed_kg=kg)


def final(
    booked_kg: int, price_paise: int, per: str, terms: Terms, *, weighed_kg: int, found: Assay | None = None
) -> Bill:
    kg = min(booked_kg, weighed_kg)
    goods = Line("goods", total_paise(kg, price_paise, per), formula=f"{kg} kg")
    deductions = tuple(_deductions(goods.paise, terms, found or Assay()))
    return _closed(kg, (goods, *deductions), terms)


def decided(agreed: Bill, farmer_paise: int, terms: Terms) -> Bill:
    """As an operator decided a dispute: the farmer gets this much of what was agreed, the fee follows."""
    goods = Line("goods", agreed.sum("goods"), formula=f"{agreed.kg} kg")
    off = goods.paise - farmer_paise
    lines = (goods, Line("deduction", off, "decision")) if off else (goods,)
    return _closed(agreed.kg, lines, terms)


def share(paise: int, hundredths: int) -> int:
    """To the nearest paisa, half upwards."""
    return (2 * paise * hundredths + HUNDREDTHS) // (2 * HUNDREDTHS)


def _closed(kg: int, lines: tuple[Line, ...], terms: Terms) -> Bill:
    worth = Bill(kg, lines).farmer_gets
    fee = Line("fee", share(worth, terms.fee), formula=f"{terms.fee / 100:g} %")
    logistics = Line("logistics", terms.logistics_paise)
    return Bill(kg, (*lines, *(each for each in (fee, logistics) if each.paise)))


def _deductions(goods: int, terms: Terms, found: Assay) -> Iterator[Line]:
    left = goods
    for note, part, of, formula in _cuts(terms, found):
        off = left * part // of
        if off:
            yield Line("deduction", off, note, formula)
        left -= off


def _cuts(terms: Terms, found: Assay) -> Iterator[tuple[str, int, int, str]]:
    """What is taken off of what remains, as a fraction with its formula."""
    for note, agreed, seen in (
        ("moisture", terms.moisture_base, found.moisture),
        ("impurity", terms.impurity_base, found.impurity),
    ):
        if agreed is not None and seen is not None and seen > agreed:
            shown, base = _percent(seen), _percent(agreed)
            yield note, seen - agreed, WHOLE - agreed, f"({shown} - {base}) / (100 - {base})"
    if terms.grade and found.grade:
        lower = GRADES.index(found.grade) - GRADES.index(terms.grade)
        if lower > 0:
            cut = min(lower * terms.grade_cut, HUNDREDTHS)
            yield "grade", cut, HUNDREDTHS, f"{found.grade} for {terms.grade}: {cut / 100:g} %"


def _percent(tenths: int) -> str:
    return f"{tenths / 10:.1f}"
