"""The shared network's file, and how quick it is."""

import time
from pathlib import Path
from statistics import median

import numpy as np

from marketplace_core.grading.eyes import backbone as eye
from marketplace_core.grading.eyes import look, shelf
from marketplace_core.grading.training import backbone, original, photos
from marketplace_core.grading.training.table import TARGETS, Table, against

ROUNDS = 7
LEAVES = 16
MOST_BYTES = 30e6


def train(data: Path) -> None:
    # PyTorch is there to train with; measuring does without it.
    from marketplace_core.grading.training import tuning  # noqa: PLC0415

    shelves = photos.produce(data, "train")
    leaves = [each for each in photos.coffee(data) if each.split == "train"]
    states = sorted({each.state for each in leaves})
    lessons = [
        tuning.Lesson(
            [each.photo for each in shelves],
            np.array([each.fine for each in shelves]),
            (256, 256),
            copies=3,
            batch=48,
            least_area=0.45,
            turned=False,
        ),
        tuning.Lesson(
            [each.photo for each in leaves],
            np.array([states.index(each.state) for each in leaves]),
            (512, 256),
            copies=4,
            batch=20,
            least_area=0.7,
            turned=True,
        ),
    ]
    plain = original.network()
    file = shelf.WEIGHTS / "backbone.onnx"
    backbone.write(plain, file, tuning.tuned(plain, lessons))
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
    alone = []
    tray = data / "photos" / "wheat_kernels" / "trays" / "test.jpg"
    for path in [*paths, *(each.photo for each in photos.coffee(data)[:LEAVES]), tray, tray]:
        since = time.perf_counter()
        list(look.see([path.read_bytes()]))
        alone.append(time.perf_counter() - since)
    size = sum(each.stat().st_size for each in shelf.WEIGHTS.glob("*.onnx"))
    return Table(
        "The network",
        TARGETS,
        [
            against("throughput against the bare session", median(bare) / median(whole), 0.7),
            ["pictures a second, decoding and all", len(paths) / median(whole), "", ""],
            against("one photo end to end, p95 seconds", float(np.quantile(alone, 0.95)), 2.0, at_most=True),
            against("all model files, MB", size / 1e6, MOST_BYTES / 1e6, at_most=True),
        ],
    )
