"""The shared network's file, and how quick it is."""

import time
from pathlib import Path
from statistics import median

from marketplace_core.grading.eyes import backbone as eye
from marketplace_core.grading.eyes import shelf
from marketplace_core.grading.training import backbone, original, photos
from marketplace_core.grading.training.table import TARGETS, Table, against

ROUNDS = 7
MOST_BYTES = 30e6


def train(data: Path) -> None:
    file = shelf.WEIGHTS / "backbone.onnx"
    backbone.write(original.network(), file)
    print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")


def evaluate(data: Path) -> Table:
    """Decoding, squeezing and the network, against the network alone on the same sixteen pictures."""
    paths = [each.photo for each in photos.produce(data, "val")[: eye.BATCH]]
    session = shelf.model("backbone").session
    pictures = [photos.opened(each) for each in paths]
    pixels = eye.prepared(pictures, eye.shape_of(pictures[0], shelf.model("backbone").card["shapes"]))
    whole, bare = [], []
    for _ in range(ROUNDS):  # by turns, so that a busy machine slows both
        since = time.perf_counter()
        eye.features([photos.opened(each) for each in paths])
        whole.append(time.perf_counter() - since)
        since = time.perf_counter()
        session.run(["features"], {"pixels": pixels})
        bare.append(time.perf_counter() - since)
    size = sum(each.stat().st_size for each in shelf.WEIGHTS.glob("*.onnx"))
    return Table(
        "The network",
        TARGETS,
        [
            against("throughput against the bare session", median(bare) / median(whole), 0.7),
            ["pictures a second, decoding and all", len(paths) / median(whole), "", ""],
            against("all model files, MB", size / 1e6, MOST_BYTES / 1e6, at_most=True),
        ],
    )
