"""What this lot should bring here: the fair range, corrected by what is known of the lot, each step with its figures.

Factors apply to the whole range, then freight is taken off; the steps stand in `reasons`, and `formula` prints
them as one line that anybody can recalculate.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace_core.commodities import COMMODITIES
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms
from marketplace_core.listings.rules import MOST_KG
from marketplace_core.places.place import Place
from marketplace_core.pricing.queries import Quote, quote
from marketplace_core.pricing.rules import RUPEE, Reason

GRADES = ("A", "B", "C")
#: Below fair average quality: median of 2,300 pairs of Non-FAQ and FAQ prices of one market, day and variety in
#: July 2026. For better than fair average no difference could be measured, so nothing is added.
MANDI_GRADES: Mapping[str, float] = {"A": 1.0, "B": 1.0, "C": 0.98}
#: Agreed, not measured: no price of graded straw was ever published.
RESIDUE_GRADES: Mapping[str, float] = {"A": 1.05, "B": 1.0, "C": 0.9}
#: Percent of water above which only the dry part is paid. Grains: the limits of government procurement.
DRY_ENOUGH: Mapping[str, float] = {"paddy": 17, "wheat": 12, "maize": 14, "soybean": 12}
RESIDUE_DRY_ENOUGH = 15.0
#: A price at the farm gate: the buyer's drive beyond the first kilometres costs so much a quintal. Agreed.
FREE_KM, FREIGHT_PAISE_A_KM = 20, 50
FARTHEST_KM = 4_000


@dataclass(frozen=True)
class Estimate:
    """Paise a quintal, and for the whole lot where its weight is known. `likely` may be None as in the quote."""

    quote: Quote
    low: int
    likely: int | None
    high: int
    lot: tuple[int, int | None, int] | None
    reasons: tuple[Reason, ...]
    formula: str


async def estimate(
    desk: Desk,
    *,
    commodity: str,
    place: Place,
    kg: int | None = None,
    grade: str | None = None,
    moisture: float | None = None,
    km: float | None = None,
) -> Estimate | None:
    """`moisture` in percent, measured; `km` is how far the buyer drives. None where no price is known."""
    known = COMMODITIES.get(commodity)
    taken = {
        "commodity": known is not None,
        "kg": kg is None or 0 < kg <= MOST_KG,
        "grade": grade is None or grade in GRADES,
        "moisture": moisture is None or 0 <= moisture < 100,
        "km": km is None or 0 <= km <= FARTHEST_KM,
    }
    if wrong := next((field for field, fits in taken.items() if not fits), None):
        raise BadTerms(wrong)
    found = await quote(desk, commodity=commodity, place=place)
    if found is None:
        return None
    residue = known is not None and known.kind == "residue"
    steps = [
        each
        for each in (
            _grade(grade, residue=residue),
            _moisture(commodity, moisture, residue=residue),
            _freight(km) if residue else None,
        )
        if each
    ]
    low, likely, high = (
        None if paise is None else _apply(paise, steps) for paise in (found.low, found.likely, found.high)
    )
    assert low is not None and high is not None
    lot = None
    if kg is not None:
        lot = (_for(kg, low), None if likely is None else _for(kg, likely), _for(kg, high))
    return Estimate(
        found, low, likely, high, lot, (*found.reasons, *steps), _formula(found, steps, low, high)
    )


def _grade(grade: str | None, *, residue: bool) -> Reason | None:
    if grade is None:
        return None
    factor = (RESIDUE_GRADES if residue else MANDI_GRADES)[grade]
    return Reason("grade", {"grade": grade, "factor": factor, "basis": "agreed" if residue else "measured"})


def _moisture(commodity: str, moisture: float | None, *, residue: bool) -> Reason | None:
    """Water beyond what is usual is not paid; what is drier is no heavier for it."""
    usual = RESIDUE_DRY_ENOUGH if residue else DRY_ENOUGH.get(commodity)
    if moisture is None or usual is None:
        return None
    factor = round(min(1.0, (100 - moisture) / (100 - usual)), 4)
    return Reason("moisture", {"percent": moisture, "paid_up_to_percent": usual, "factor": factor})


def _freight(km: float | None) -> Reason | None:
    if km is None or km <= FREE_KM:
        return None
    less = round((km - FREE_KM) * FREIGHT_PAISE_A_KM)
    facts = {"km": round(km, 1), "free_km": FREE_KM, "paise_a_km": FREIGHT_PAISE_A_KM, "less_paise": less}
    return Reason("freight", facts)


def _apply(paise: int, steps: list[Reason]) -> int:
    """Whole rupees, rounded once at the end; never less than nothing."""
    price = float(paise)
    for step in steps:
        price = price * float(step.facts.get("factor", 1)) - float(step.facts.get("less_paise", 0))
    return max(0, round(price / RUPEE) * RUPEE)


def _for(kg: int, paise_a_quintal: int) -> int:
    return paise_a_quintal * kg // 100


def _formula(found: Quote, steps: list[Reason], low: int, high: int) -> str:
    """ "(200–700) × 0.9 [grade C] − 5 [freight 30 km] = 175–625", rupees a quintal."""
    said = f"({_rupees(found.low)}–{_rupees(found.high)})"
    for step in steps:
        facts = step.facts
        if step.code == "grade":
            said += f" × {facts['factor']} [grade {facts['grade']}]"
        elif step.code == "moisture":
            said += f" × {facts['factor']} [water {facts['percent']} %, paid up to {facts['paid_up_to_percent']} %]"
        else:
            said += f" − {_rupees(int(facts['less_paise']))} [{facts['km']} km, {facts['free_km']} free]"
    return f"{said} = {_rupees(low)}–{_rupees(high)}"


def _rupees(paise: int) -> str:
    return f"{paise / RUPEE:g}" if paise % RUPEE else str(paise // RUPEE)
