"""An estimate with its sources; biogenic CO2 is not counted, for the next crop takes it up again.

CO2e = kg x dry part x burnt part x (CH4 x its warming + N2O x its warming), each from a published table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

#: Grams for a kilogram of dry matter burnt; agricultural residues.
CH4_G, N2O_G, CO_G = Fraction("2.7"), Fraction("0.07"), Fraction(92)
EMISSIONS = "IPCC 2006 Guidelines, volume 4, chapter 2, table 2.5 (agricultural residues)"
#: Over a hundred years, without feedbacks.
CH4_WARMS, N2O_WARMS = 28, 265
WARMING = "IPCC Fifth Assessment Report, working group I, table 8.A.1"
BURNT = "IPCC 2006 Guidelines, volume 4, chapter 2, table 2.6"
DRY = "IPCC 2006 Guidelines, volume 4, chapter 11, table 11.2 (the crop's, for want of its straw's)"
SOURCES = (EMISSIONS, BURNT, DRY, WARMING)


@dataclass(frozen=True)
class Burning:
    """How a residue burns in the field: the part of it that is dry, and the part of that which burns."""

    dry: Fraction
    burnt: Fraction


#: Those that are burnt in fields and stand in the tables. Husks, shells and bagasse lie at mills.
FIELDS: Mapping[str, Burning] = {
    "paddy_straw": Burning(Fraction("0.89"), Fraction("0.80")),
    "wheat_straw": Burning(Fraction("0.89"), Fraction("0.90")),
    "maize_stover": Burning(Fraction("0.87"), Fraction("0.80")),
}


def co2e_grams(commodity: str, kg: int) -> int | None:
    """What burning so much of it would have warmed, in grams of CO2; None where no table tells."""
    burning = FIELDS.get(commodity)
    if burning is None:
        return None
    grams = kg * burning.dry * burning.burnt * (CH4_G * CH4_WARMS + N2O_G * N2O_WARMS)
    return round(grams)


def co_grams(commodity: str, kg: int) -> int | None:
    """Carbon monoxide that nobody breathed."""
    burning = FIELDS.get(commodity)
    return None if burning is None else round(kg * burning.dry * burning.burnt * CO_G)
