"""What the eyes report in a script: `(the eyes see …)`. Whether they see it in a photo is measured elsewhere."""

from marketplace_core.grading.report import Calorific, Grain, Interval, Leaf, Report, Straw

SURE, UNSURE = 0.95, 0.55


def _wheat(broken: float, foreign: float) -> Grain:
    sound = 1 - broken - foreign
    shares = {"sound": sound, "broken": broken, "damaged": 0.0, "foreign": foreign, "husk": 0.0}
    return Grain(180, shares, {"broken": Interval(max(0.0, broken - 0.03), broken + 0.03)})


REPORTS = {
    "a dark photo": Report(usable=False, why=("too_dark",)),
    "a blurred photo": Report(usable=False, why=("blurred",)),
    "no crop": Report(usable=False, why=("not_a_crop",)),
    "wheat with chaff": Report(
        usable=True, grain=_wheat(0.02, 0.02), grade="B", confidence=SURE,
        defects=("foreign",), advice=("sieve_clean", "meter_moisture"),
    ),
    "clean wheat": Report(usable=True, grain=_wheat(0.01, 0.01), grade="A", confidence=SURE),
    "wheat they are not sure of": Report(usable=True, grain=_wheat(0.03, 0.02), grade="B", confidence=UNSURE),
    "straw with soil": Report(
        usable=True, straw=Straw(cover=0.7, green=0.02, dark=0.0), grade="B", confidence=SURE,
        calorific=Calorific(11.0, 14.2, "typical"), defects=("soil",), advice=("keep_off_soil",),
    ),
    "a residue they never saw": Report(usable=True, why=("unknown_residue",)),
    "something they cannot grade": Report(usable=True),
    "tomatoes": Report(usable=True, doubt="tomato"),
    "rust on a leaf": Report(usable=True, leaf=Leaf("coffee", "rust", SURE), advice=("show_an_agent",)),
}  # fmt: skip
