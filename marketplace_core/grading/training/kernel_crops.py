"""The crops that the grain eye learns from, each turned lengthwise and measured."""

import csv
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from marketplace_core.grading.eyes import grain
from marketplace_core.grading.eyes.kernel_measures import measured

FOLDERS = {
    "grain": "sound",
    "grain_broken": "broken",
    "damaged_grain": "damaged",
    "foreign_particles": "foreign",
    "grain_covered": "husk",
}
CLASSES = tuple(FOLDERS.values())
FOLDER = Path("photos/wheat_kernels")


@dataclass(frozen=True)
class Crops:
    measures: NDArray[np.float32]
    classes: NDArray[np.int64]
    photos: NDArray[np.str_]
    scenes: NDArray[np.str_]
    files: NDArray[np.str_]

    def __getitem__(self, rows: Any) -> "Crops":
        return Crops(*(getattr(self, field.name)[rows] for field in fields(self)))


def crops(data: Path) -> Crops:
    """Every crop but bare patches of green cloth."""
    kernels, classes, photos, scenes, files = [], [], [], [], []
    with (data / FOLDER / "crops.csv").open() as file:
        for row in csv.DictReader(file):
            rgb = pixels(data, row["file"])
            mask = grain.on_black(rgb)
            if mask.sum() < 20 or _cloth(rgb[mask]):
                continue
            kernels.append(grain.lengthwise(rgb, mask))
            classes.append(CLASSES.index(FOLDERS[row["class"]]))
            photos.append(row["source_photo"])
            scenes.append(row["scene"])
            files.append(row["file"])
    measures = measured(np.stack(kernels))
    return Crops(measures, np.array(classes), np.array(photos), np.array(scenes), np.array(files))


def pixels(data: Path, file: str) -> NDArray[np.uint8]:
    return np.asarray(Image.open(data / FOLDER / file).convert("RGB"))


def _cloth(within: NDArray[np.uint8]) -> bool:
    red, green, blue = within.astype(float).mean(0)
    return bool(green > 1.7 * max(red, blue))
