"""Trays with a known answer: kernels of known class laid on a sheet by chance, some touching, lit from one side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

Pixels = NDArray[np.uint8]
Plane = NDArray[np.float32]

SHEETS = {"black": (26, 25, 28), "blue": (24, 34, 84), "green": (18, 82, 44), "screen": (4, 172, 34)}
#: Longest side against a sound kernel's: between these. The crops themselves carry no scale.
LENGTHS = {
    "sound": (0.88, 1.12),
    "broken": (0.5, 0.9),
    "damaged": (0.8, 1.1),
    "foreign": (0.35, 1.4),
    "husk": (1.1, 1.5),
}


@dataclass(frozen=True)
class Tray:
    rgb: Pixels
    classes: tuple[str, ...]


def composed(
    kernels: Sequence[tuple[Pixels, str]],
    rng: np.random.Generator,
    *,
    sheet: str = "black",
    size: tuple[int, int] = (1200, 1600),
    length: float = 60.0,
    touching: float = 0.15,
) -> Tray:
    """`size` is height, width. A kernel that finds no free place is left out of `classes` too."""
    rgb = _cloth(rng, SHEETS[sheet], size)
    taken = np.zeros(size, np.bool_)
    laid: list[tuple[Plane, Plane, int, int]] = []
    classes = []
    for pixels, name in kernels:
        piece, alpha = _turned(pixels, rng, length * rng.uniform(*LENGTHS[name]))
        wanted = bool(taken.any()) and rng.random() < touching
        place = _place(taken, alpha > 0.5, rng, wanted, gap=max(3, round(length / 12)))
        if place is None:
            continue
        top, left = place
        view = taken[top : top + alpha.shape[0], left : left + alpha.shape[1]]
        view |= alpha > 0.5
        laid.append((piece, alpha, top, left))
        classes.append(name)
    rgb *= _shadow(taken, length)[..., None]
    for colours, alpha, top, left in laid:
        under = rgb[top : top + alpha.shape[0], left : left + alpha.shape[1]]
        under += (colours - under) * alpha[..., None]
    y, x = np.mgrid[-1 : 1 : size[0] * 1j, -1 : 1 : size[1] * 1j]
    slope = rng.uniform(-0.18, 0.18, 2)
    rgb *= (1 + slope[0] * y + slope[1] * x)[..., None]
    rgb += rng.normal(0, 2.5, (*size, 1))
    return Tray(np.clip(rgb, 0, 255).astype(np.uint8), tuple(classes))


def _cloth(
    rng: np.random.Generator, colour: tuple[int, int, int], size: tuple[int, int]
) -> NDArray[np.float64]:
    y, x = np.mgrid[: size[0], : size[1]]
    weave = 0.04 * np.sin(x * 1.3) * np.sin(y * 1.3) + 0.05 * ndimage.gaussian_filter(
        rng.normal(0, 6, size), (0.7, 6)
    )
    cloth: NDArray[np.float64] = np.asarray(colour, float) * (1 + weave)[..., None]
    return cloth


def _turned(pixels: Pixels, rng: np.random.Generator, length: float) -> tuple[Plane, Plane]:
    mask = ndimage.binary_erosion(ndimage.binary_fill_holes(pixels.max(2) > 16))
    labels, count = ndimage.label(mask)
    if count > 1:
        mask = labels == 1 + np.argmax(np.bincount(labels.ravel())[1:])
    image = Image.fromarray(np.dstack([pixels, mask * np.uint8(255)]))
    scale = length / max(image.size)
    image = image.resize(
        (max(3, round(image.width * scale)), max(3, round(image.height * scale))), Image.Resampling.BOX
    )
    image = image.rotate(rng.uniform(0, 360), Image.Resampling.BILINEAR, expand=True)
    turned = np.asarray(image, np.float32)
    return turned[..., :3], turned[..., 3] / np.float32(255)


def _shadow(taken: NDArray[np.bool_], length: float) -> NDArray[np.float64]:
    away = round(length / 6)
    thrown = np.roll(taken, (away, away), (0, 1)).astype(float)
    return np.asarray(1 - 0.55 * ndimage.gaussian_filter(thrown, length / 12))


def _place(
    taken: NDArray[np.bool_], mask: NDArray[np.bool_], rng: np.random.Generator, touch: bool, gap: int
) -> tuple[int, int] | None:
    """A free place: clear of all others by `gap`, or pushed against one of them until they meet."""
    rows, columns = taken.shape[0] - mask.shape[0] - 4, taken.shape[1] - mask.shape[1] - 4
    wide = np.pad(mask, gap)
    wide = ndimage.maximum_filter(wide, 2 * gap + 1)
    for _ in range(200):
        top, left = int(rng.integers(gap, rows - gap)), int(rng.integers(gap, columns - gap))
        around = taken[top - gap : top + mask.shape[0] + gap, left - gap : left + mask.shape[1] + gap]
        if around.shape != wide.shape or (around & wide).any():
            continue
        if not touch:
            return top, left
        angle = rng.uniform(0, 2 * np.pi)
        for step in range(1, 4 * max(mask.shape)):
            down, right = round(top + step * np.sin(angle)), round(left + step * np.cos(angle))
            if not (0 < down < rows and 0 < right < columns):
                break
            if (taken[down : down + mask.shape[0], right : right + mask.shape[1]] & mask).any():
                back = step - 1
                return round(top + back * np.sin(angle)), round(left + back * np.cos(angle))
    return None
