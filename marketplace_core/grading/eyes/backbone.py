"""The one network that every eye shares: pictures become features, heads read them."""

from collections import defaultdict
from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from marketplace_core.grading.eyes import shelf
from marketplace_core.grading.eyes.picture import Pixels

Features = NDArray[np.float32]
#: Width and height.
Shape = tuple[int, int]

#: Activations of more pictures at once take memory and win no time.
BATCH = 16


def features(pictures: Sequence[Pixels]) -> Features:
    """One row a picture of any size, in order. Safe to call from several threads."""
    network = shelf.model("backbone")
    by_shape = defaultdict(list)
    for at, rgb in enumerate(pictures):
        by_shape[shape_of(rgb, network.card["shapes"])].append(at)
    rows = np.empty((len(pictures), network.card["features"]), np.float32)
    for shape, places in by_shape.items():
        for start in range(0, len(places), BATCH):
            batch = places[start : start + BATCH]
            pixels = prepared([pictures[at] for at in batch], shape)
            rows[batch] = network.session.run(["features"], {"pixels": pixels})[0]
    return rows


def shape_of(rgb: Pixels, shapes: Sequence[Sequence[int]]) -> Shape:
    """The network's shape that bends the picture least."""
    height, width = rgb.shape[:2]
    wide, high = min(shapes, key=lambda shape: abs(log(width / height * shape[1] / shape[0])))
    return wide, high


def prepared(pictures: Sequence[Pixels], shape: Shape) -> Pixels:
    """Squeezed, not cut: what lies at the edge is seen too."""
    width, height = shape
    batch = np.empty((len(pictures), height, width, 3), np.uint8)
    for row, rgb in zip(batch, pictures, strict=True):
        row[...] = np.asarray(Image.fromarray(rgb).resize(shape, Image.Resampling.BILINEAR, reducing_gap=2.0))
    return batch
