"""How the leaf eye learns: a head for coffee (MIT), and one of its own for potato, whose source asks share-alike.

Coffee: esgario/lara2018, its own random split; the leading stress of each leaf. Potato: PlantVillage (CC BY-SA 3.0,
"algorithms trained on the data fall under the same license"), split by runs of camera numbers. Neither set may touch
the network itself: heads alone are trained.
"""

from collections.abc import Sequence
from itertools import combinations, product
from pathlib import Path

import numpy as np

from marketplace_core.grading.eyes import heads, shelf
from marketplace_core.grading.training import head_file, photos
from marketplace_core.grading.training.fitting import (
    Linear,
    calibration_error,
    log_softmax,
    logistic,
    tamed,
    temperature,
)
from marketplace_core.grading.training.head_file import Head, blended, familiarity, middles, parts, there
from marketplace_core.grading.training.photos import Leaf
from marketplace_core.grading.training.table import TARGETS, Cell, Table, against, by_class

VERSION = "2"
#: Chosen on val, of these and of their means in pairs.
MIDDLE = tuple(f"{how} {at}" for at in range(6, 13) for how in ("mean", "max"))
TAUGHT = ("taught mean 16", "taught mean 17")
PARTS = (
    MIDDLE,
    TAUGHT,
    MIDDLE + TAUGHT,
    (*MIDDLE, *TAUGHT, "taught mean 14", "taught max 14", "taught max 16"),
)
RIDGES = (0.01, 0.03)
LICENCES = {
    "coffee": "MIT (esgario/lara2018); network Apache-2.0",
    "potato": "CC BY-SA 3.0 (PlantVillage, Hughes and Salathé 2015): this head alone; network Apache-2.0",
}
#: A leaf lies any way round.
TURNS = "nhvr"


def train(data: Path) -> None:
    for crop, licence in LICENCES.items():
        _train(crop, _leaves(data, crop), licence)


def _leaves(data: Path, crop: str) -> list[Leaf]:
    rows = photos.coffee(data) if crop == "coffee" else photos.potato(data)
    return [each for each in rows if each.state != "undecided"]


def _train(crop: str, leaves: list[Leaf], licence: str) -> None:
    learned = [each for each in leaves if each.split == "train"]
    held = [each for each in leaves if each.split == "val"]
    states = sorted({each.state for each in leaves})
    same = np.arange(len(states))
    classes = np.array([states.index(each.state) for each in learned])
    wanted = np.array([states.index(each.state) for each in held])
    features = photos.looked([each.photo for each in learned], TURNS)
    unseen = photos.looked([each.photo for each in held])
    turned = np.tile(classes, len(TURNS))
    fits: list[tuple[Sequence[str], Linear]] = [
        (used, logistic(tamed(features, parts(used)), turned, ridge))
        for used, ridge in product(there(PARTS), RIDGES)
    ]
    best = None
    for used, linear in [*fits, *(blended(one, other) for one, other in combinations(fits, 2))]:
        logits = tamed(unseen, parts(used)) @ linear[0] + linear[1]
        cool = temperature(logits, wanted, same)
        likely = log_softmax(logits / cool)
        surprise = -float(likely[np.arange(len(likely)), wanted].mean())
        right = float((likely.argmax(1) == wanted).mean())
        if best is None or surprise < best[0]:
            best = surprise, used, linear, cool, right
    assert best is not None
    surprise, used, linear, cool, right = best
    print(f"{crop}, {len(used)} parts: val {right:.3f}, surprise {surprise:.3f}")
    known = middles(features, turned)
    card = {
        "version": VERSION,
        "licence": licence,
        "learned_sha256": head_file.fingerprint([(each.photo, each.state) for each in learned]),
        "strange": round(float(np.quantile(familiarity(unseen, known), head_file.STRANGE)), 4),
    }
    Head(states, used, linear, same, cool, known, card).write(shelf.WEIGHTS / f"{crop}.onnx")


def evaluate(data: Path) -> Table:
    details: list[Table] = []
    rows: list[list[Cell]] = []
    for crop in LICENCES:
        leaves = _leaves(data, crop)
        held = [each for each in leaves if each.split == "test"]
        states = heads.classes(crop)
        wanted = np.array([states.index(each.state) for each in held])
        features = photos.looked([each.photo for each in held])
        said = heads.probabilities(crop, features)
        details.append(by_class(f"{crop.capitalize()} leaves, test", states, said, wanted))
        learned = [each for each in leaves if each.split == "train"]
        plain = photos.looked([each.photo for each in learned])
        middle = middles(plain, np.array([states.index(each.state) for each in learned]))
        nearest = (tamed(features, parts([head_file.LAST])) @ middle.T).argmax(1)
        rows += [
            against(f"{crop}, right of {len(held)}", float((said.argmax(1) == wanted).mean()), 0.95),
            ["nearest class centroid on the same network", float((nearest == wanted).mean()), "", ""],
            against(f"{crop}, calibration error", calibration_error(said, wanted), 0.05, at_most=True),
        ]
    return Table("\n".join([*map(str, details), "Leaves"]), TARGETS, rows)
