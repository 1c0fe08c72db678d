"""Who gets what of a bill. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from marketplace_core.errors import BadTerms

#: Money that was forgotten is its owner's again after so long.
HOLD_FOR = timedelta(days=60)
#: While a booking stands so, the buyer has the goods or may have them, and nothing is forgotten: long before its end
#: the hold begins anew.
ON_THE_WAY = ("in_transit", "delivered", "disputed")
KEEP_BEFORE = timedelta(days=30)


class Line(Protocol):
    """A line of a bill; a deduction's sum is above zero and is taken off."""

    @property
    def kind(self) -> str: ...

    @property
    def paise(self) -> int: ...


@dataclass(frozen=True)
class Shares:
    """What each gets of what the buyer owes; `rounding` may be below zero."""

    farmer: int
    fees: int
    logistics: int
    rounding: int

    @property
    def parts(self) -> list[tuple[str, int]]:
        """Those who get or give something."""
        return [(whom, paise) for whom, paise in vars(self).items() if paise]

    @property
    def owed(self) -> int:
        return self.farmer + self.fees + self.logistics + self.rounding


def shares(lines: Iterable[Line]) -> Shares:
    """The farmer gets the goods less the deduction; the buyer pays that, the fee and the logistics."""
    sums: Counter[str] = Counter()
    for line in lines:
        if line.paise < 0 and line.kind != "rounding":
            raise BadTerms(line.kind)
        sums[line.kind] += line.paise
    if sums.keys() - {"goods", "deduction", "fee", "logistics", "rounding"}:
        raise BadTerms("lines")
    if sums["deduction"] > sums["goods"]:
        raise BadTerms("deduction")
    found = Shares(sums["goods"] - sums["deduction"], sums["fee"], sums["logistics"], sums["rounding"])
    if found.owed < 0:
        raise BadTerms("rounding")
    return found
