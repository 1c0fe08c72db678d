"""How the eyes learn to name produce: Grocery Store (Klasson, Zhang, Kjellström 2019; MIT), its published lists.

The head tells 81 fine classes apart (five apples, six yoghurts) and says the 43 coarse ones: a class of several
clouds is easier to draw a line round cloud by cloud.
"""

from itertools import product
from pathlib import Path

import numpy as np

from marketplace_core.grading.eyes import heads, shelf
from marketplace_core.grading.training import head_file, photos
from marketplace_core.grading.training.fitting import (
    calibration_error,
    discriminant,
    log_softmax,
    summed,
    tamed,
    temperature,
)
from marketplace_core.grading.training.head_file import Head, familiarity, middles, parts, there
from marketplace_core.grading.training.table import TARGETS, Cell, Table, against, by_class

VERSION = "2"
#: Chosen on the published val list, of these.
PARTS = (
    ("mean 16", "mean 17"),
    ("taught mean 17",),
    ("taught mean 16", "taught mean 17"),
    ("mean 16", "mean 17", "taught mean 16", "taught mean 17"),
)
SHRINK = (0.4, 0.6, 0.7, 0.8, 0.9)
LICENCE = "MIT (Grocery Store); network Apache-2.0"


def train(data: Path) -> None:
    learned, held = photos.produce(data, "train"), photos.produce(data, "val")
    fine = np.array([each.fine for each in learned])
    into = np.zeros(fine.max() + 1, np.int64)
    for each in learned:
        into[each.fine] = each.coarse
    features = photos.looked([each.photo for each in learned], "nh")
    unseen = photos.looked([each.photo for each in held])
    coarse = np.array([each.coarse for each in held])
    best = None
    for used, shrink in product(there(PARTS), SHRINK):
        linear = discriminant(tamed(features, parts(used)), np.tile(fine, 2), shrink)
        logits = tamed(unseen, parts(used)) @ linear[0] + linear[1]
        cool = temperature(logits, coarse, into)
        likely = summed(np.exp(log_softmax(logits / cool)), into)
        surprise = -float(np.log(likely[np.arange(len(likely)), coarse]).mean())
        right = float((likely.argmax(1) == coarse).mean())
        print(f"{', '.join(used)}, shrink {shrink}: val {right:.3f}, surprise {surprise:.3f}")
        if best is None or surprise < best[0]:
            best = surprise, used, linear, cool
    assert best is not None
    _, used, linear, cool = best
    known = middles(features, np.tile(fine, 2))
    strange = float(np.quantile(familiarity(unseen, known), head_file.STRANGE))
    card = {
        "version": VERSION,
        "licence": LICENCE,
        "learned_sha256": head_file.fingerprint([(each.photo, each.fine) for each in learned]),
        "strange": round(strange, 4),
    }
    Head(photos.produce_names(data), used, linear, into, cool, known, card).write(
        shelf.WEIGHTS / "produce.onnx"
    )


def evaluate(data: Path) -> Table:
    """The published test list, once: nothing was chosen on it."""
    rows = photos.produce(data, "test")
    coarse = np.array([each.coarse for each in rows])
    features = photos.looked([each.photo for each in rows])
    said = heads.probabilities("produce", features)
    learned = photos.produce(data, "train")
    plain = photos.looked([each.photo for each in learned])
    nearest = tamed(features, parts([head_file.LAST])) @ middles(plain, np.array([e.fine for e in learned])).T
    into = {each.fine: each.coarse for each in learned}
    baseline = np.array([into[at] for at in nearest.argmax(1)])
    names = photos.produce_names(data)
    detail = by_class("Produce, each coarse class of the published test list", names, said, coarse)
    reached: list[list[Cell]] = [
        against("top-1 of 43 coarse classes", float((said.argmax(1) == coarse).mean()), 0.92),
        ["nearest class centroid on the same network", float((baseline == coarse).mean()), "", ""],
        against("calibration error", calibration_error(said, coarse), 0.05, at_most=True),
    ]
    return Table(f"{detail}\nProduce kind, {len(rows)} pictures", TARGETS, reached)
