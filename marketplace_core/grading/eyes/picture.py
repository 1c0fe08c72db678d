"""A photo opened once: upright, without its file, for every eye to look at."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

#: Kernels of a tray are still about fifty pixels long at this size.
LONGEST_SIDE = 2560


@dataclass(frozen=True)
class Picture:
    """`rgb` is height x width x 3, upright; `place` is where the camera says it was (latitude, longitude)."""

    rgb: Pixels
    place: tuple[float, float] | None = None
    taken_at: str | None = None


def open_picture(content: bytes) -> Picture:
    """Raises `marketplace_core.store.NotAPhoto`. Slow enough to be called in a thread."""
    raise NotImplementedError
