"""The photo sets, read as their READMEs say, and what the network makes of them."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from marketplace_core.grading.eyes import backbone
from marketplace_core.grading.eyes.backbone import Features
from marketplace_core.grading.eyes.picture import Pixels

AT_ONCE = 64


@dataclass(frozen=True)
class Produce:
    photo: Path
    fine: int
    coarse: int


@dataclass(frozen=True)
class Leaf:
    photo: Path
    split: str
    state: str


def produce(data: Path, split: str) -> list[Produce]:
    folder = data / "photos" / "produce"
    rows = [line.split(", ") for line in (folder / f"{split}.txt").read_text().splitlines()]
    return [Produce(folder / photo, int(fine), int(coarse)) for photo, fine, coarse in rows]


def produce_names(data: Path) -> tuple[str, ...]:
    """Of the 43 coarse classes, in the order of their numbers."""
    with (data / "photos" / "produce" / "classes.csv").open(encoding="utf-8") as lines:
        names = {int(row[3]): row[2] for row in list(csv.reader(lines))[1:]}
    return tuple(names[each] for each in sorted(names))


def coffee(data: Path) -> list[Leaf]:
    folder = data / "photos" / "coffee_leaf"
    with (folder / "labels.csv").open(encoding="utf-8") as lines:
        return [
            Leaf(folder / row["file"], row["split"], row["predominant_stress"])
            for row in csv.DictReader(lines)
        ]


def potato(data: Path, *, run: int = 20) -> list[Leaf]:
    """Split by runs of camera numbers: neighbours are often one leaf. A fifth of the runs is test, a fifth val."""
    folder = data / "photos" / "leaf_plantvillage"
    with (folder / "labels.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    leaves = []
    for row in rows:
        number = int(row["source_number"])
        # Every healthy leaf is there four times under one number.
        turn = (number if row["class"] == "healthy" else number // run) % 5
        split = {0: "test", 1: "val"}.get(turn, "train")
        leaves.append(Leaf(folder / row["file"], split, row["class"].lower()))
    return leaves


def opened(photo: Path) -> Pixels:
    with Image.open(photo) as image:
        return np.asarray(image.convert("RGB"))


def looked(photos: Sequence[Path], turns: str = "n") -> Features:
    """The features of all, first as they are; then, for each further letter, as in a mirror: h, v or both, r."""
    rows = []
    for turn in turns:
        for start in range(0, len(photos), AT_ONCE):
            pictures = [opened(each) for each in photos[start : start + AT_ONCE]]
            rows.append(backbone.features([_TURNED[turn](each) for each in pictures]))
    return np.concatenate(rows)


_TURNED = {
    "n": lambda rgb: rgb,
    "h": lambda rgb: rgb[:, ::-1].copy(),
    "v": lambda rgb: rgb[::-1].copy(),
    "r": lambda rgb: rgb[::-1, ::-1].copy(),
}
