"""What a tonne of residue gives when it burns: the crop's typical figure, corrected by the water in it, as a range.

`calorific.csv` holds seven rows of JGCRI/gcam-core's `Various_ag_resbio_data.csv`, figures unchanged (Battelle Memorial
Institute; Educational Community License 2.0, without warranty of any kind): those whose energy can belong to
the water beside it. Cane and coconut stand there with 74 and 80 % water, soybean, banana and pulses with a
filler, and of groundnut it means the haulm: they are left out rather than guessed.

With q the figure at its own water w, the dry matter holds d = (q + 2.44 w) / (1 - w); at a moisture m a tonne gives
d (1 - m) - 2.44 m gigajoules: less matter, and 2.44 MJ for each kilogram of water that must be evaporated.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from marketplace_core.grading.report import Calorific, Moisture
from marketplace_core.grading.rules import OFF_MOISTURE

#: Megajoule for a kilogram of water at 25 °C: so many gigajoules a tonne.
EVAPORATION = 2.44
#: World averages of a crop say no more than this about one lot: our margin, not the source's.
MARGIN = 0.10
WETTEST = 0.95


@dataclass(frozen=True)
class Typical:
    """Gigajoule a tonne with `water` as a share in it."""

    gj_per_t: float
    water: float
    source: str

    @property
    def dry(self) -> float:
        return (self.gj_per_t + EVAPORATION * self.water) / (1 - self.water)

    def at(self, moisture: float) -> float:
        return max(0.0, self.dry * (1 - moisture) - EVAPORATION * moisture)


def _read() -> dict[str, Typical]:
    table = resources.files("marketplace_core.grading") / "calorific.csv"
    with table.open(encoding="utf-8") as lines:
        return {
            row["commodity"]: Typical(float(row["gj_per_t"]), float(row["water"]), row["source"])
            for row in csv.DictReader(lines)
        }


TYPICAL: Mapping[str, Typical] = _read()


def usual_moisture(commodity: str) -> Moisture | None:
    """What is usual for the crop, where nobody said or measured it."""
    known = TYPICAL.get(commodity)
    return Moisture(known.water, "typical") if known else None


def calorific(commodity: str, moisture: Moisture | None = None) -> Calorific | None:
    """None for what the table says nothing sensible about."""
    known = TYPICAL.get(commodity)
    if known is None:
        return None
    wet = moisture or Moisture(known.water, "typical")
    off = OFF_MOISTURE[wet.source]
    driest, wettest = max(0.0, wet.value - off), min(WETTEST, wet.value + off)
    low = known.at(wettest) * (1 - MARGIN)
    high = known.at(driest) * (1 + MARGIN)
    return Calorific(round(low, 1), round(high, 1), known.source)
