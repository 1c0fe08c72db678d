"""What ails a leaf, for the crops whose leaves there were photos of; "unknown" for all others."""

from marketplace_core.grading.eyes import heads
from marketplace_core.grading.eyes.backbone import Features
from marketplace_core.grading.report import Leaf

#: A head each, in a file of its own: the potato's is share-alike, as the source of its photos asks.
CROPS = ("coffee", "potato")
UNKNOWN = "unknown"
#: Below this the answer is left to a person.
SURE = 0.6


def look(features: Features, crop: str | None) -> Leaf:
    """`features` is the row of one picture. Without a crop, the one whose leaves it looks like most."""
    row = features[None]
    known = [each for each in CROPS if crop in (each, None)]
    if not known:
        return Leaf(str(crop), UNKNOWN, 0.0)
    near = {each: float(heads.familiarity(each, row)[0]) for each in known}
    likely = max(known, key=lambda each: near[each])
    if near[likely] < 0:
        return Leaf(crop or UNKNOWN, UNKNOWN, 0.0)
    said = heads.probabilities(likely, row)[0]
    sure = float(said.max())
    return Leaf(likely, heads.classes(likely)[said.argmax()] if sure >= SURE else UNKNOWN, sure)
