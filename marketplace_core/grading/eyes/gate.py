"""Whether a photo can be judged at all: light, sharpness, size, and whether it shows a thing or a screen.

Each measure is taken so that sound photos of farm goods of every kind lie far on its good side: dark cloth under a few
kernels is not darkness, a white sheet is not glare, a smooth tomato is not blur. The limits were chosen on the training
parts of the produce and coffee photos; `training/gate.py` prints what they catch on the others.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from marketplace_core.grading.eyes.picture import Picture, Pixels
from marketplace_core.grading.report import Fault

Plane = NDArray[np.float32]
Waves = NDArray[np.floating]

#: Pixels on the shorter side: below, a backbone sees nothing but colour.
SMALLEST_SIDE = 200
#: The brightest hundredth of a photo: kernels on black cloth are above it, whatever covers the rest.
DARKEST_LIGHT = 110.0
#: Glare: so much of the photo at a channel's end, and hardly anything left in the dark.
MOST_BURNT, DARKEST_IN_GLARE = 0.5, 60.0
#: How much of the change between neighbours is still there after blurring once more; sharp photos lose most of it.
MOST_BLUR = 0.56
#: How much of a window's contrast lies between two neighbours where the edges are sharpest; and what counts as an edge.
LEAST_SHARP, LEAST_CONTRAST = 0.2, 25
BLUR_SIDE, BLUR_WINDOW = 224, 9
#: A screen's grid stands out of the spectrum this many times; crates, nets and cloth stay below.
GRID_STANDS_OUT = 9.0
GRID_SIDE = 512
#: Rows or columns of one colour from edge to edge are drawn, not photographed: bars that meet, or the room between
#: lines of writing on a white page. One colour alone, or one that fades, may be the sheet under grain.
DRAWN_SHARE, DRAWN_SPREAD = 0.02, 4
BARS_APART, BAR_EDGE, LINES, WHITE = 40, 6, 6, 225

GREY = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def faults(picture: Picture) -> tuple[Fault, ...]:
    """Empty where the photo is good. A photo too small is not asked for more."""
    rgb = picture.rgb
    if min(rgb.shape[:2]) < SMALLEST_SIDE:
        return ("too_small",)
    small = _shrunk(rgb, BLUR_SIDE)
    found: list[Fault] = []
    if brightest(small) < DARKEST_LIGHT:
        found.append("too_dark")
    elif in_glare(small):
        found.append("too_bright")
    if blur(small) > MOST_BLUR or sharpest(small) < LEAST_SHARP:
        found.append("blurred")
    if is_drawn(rgb) or grid(rgb) > GRID_STANDS_OUT:
        found.append("screen")
    return tuple(found)


def brightest(rgb: Pixels) -> float:
    return float(np.percentile(rgb @ GREY, 99))


def in_glare(rgb: Pixels) -> bool:
    burnt = float((rgb.max(axis=2) >= 252).mean())
    return burnt > MOST_BURNT and float(np.percentile(rgb @ GREY, 10)) > DARKEST_IN_GLARE


def blur(rgb: Pixels) -> float:
    """0 sharp … 1 blurred, along the worse of both axes, so that a moved hand counts; of a picture at one scale.

    Crété-Roffet, Dolmiere, Ladret, Nicolas: The blur effect (SPIE 6492, 2007).
    """
    grey = (rgb @ GREY).astype(np.float32)
    return max(_kept(grey, axis) for axis in (0, 1))


def _kept(grey: Plane, axis: int) -> float:
    change = np.abs(np.diff(grey, axis=axis))
    after = np.abs(np.diff(ndimage.uniform_filter1d(grey, BLUR_WINDOW, axis=axis), axis=axis))
    lost = np.maximum(0, change - after).sum()
    return float(1 - lost / max(float(change.sum()), 1e-6))


def sharpest(rgb: Pixels) -> float:
    """The edges alone: where all is soft, the grain of the file is all that `blur` finds between neighbours."""
    grey = (rgb @ GREY).astype(np.float32)
    step = np.maximum(*(np.abs(ndimage.correlate1d(grey, [-0.5, 0, 0.5], axis=axis)) for axis in (0, 1)))
    contrast = ndimage.maximum_filter(grey, BLUR_WINDOW) - ndimage.minimum_filter(grey, BLUR_WINDOW)
    edges = contrast > LEAST_CONTRAST * min(1.0, brightest(rgb) / DARKEST_LIGHT)
    return float(np.percentile(step[edges] / contrast[edges], 95)) if edges.sum() > 50 else 0.0


def is_drawn(rgb: Pixels) -> bool:
    """A screenshot; every eye's own sheet or cloth is left in peace."""
    for lines in (rgb, rgb.swapaxes(0, 1)):
        spread = (lines.max(axis=1).astype(np.int16) - lines.min(axis=1)).max(axis=-1)
        flat = spread <= DRAWN_SPREAD
        if flat.mean() < DRAWN_SHARE:
            continue
        colour = lines[:, 0].astype(np.int16)
        leap = np.abs(colour[BAR_EDGE:] - colour[:-BAR_EDGE]).max(axis=1, initial=0)
        between_bars = leap[flat[BAR_EDGE:] & flat[:-BAR_EDGE]].max(initial=0)
        bands = int((np.diff((flat & (colour.min(axis=-1) > WHITE)).astype(np.int8), prepend=0) == 1).sum())
        if between_bars >= BARS_APART or bands >= LINES:
            return True
    return False


def grid(rgb: Pixels) -> float:
    """How far the strongest peaks of the middle's spectrum stand above their surroundings, in light or in colour."""
    height, width, _ = rgb.shape
    side = min(GRID_SIDE, height, width)
    top, left = (height - side) // 2, (width - side) // 2
    middle = rgb[top : top + side, left : left + side].astype(np.float32)
    window = np.outer(np.hanning(side), np.hanning(side)).astype(np.float32)
    down: Waves = np.fft.fftshift(np.fft.fftfreq(side))[:, None]
    across: Waves = np.fft.rfftfreq(side)[None]
    looked_at = (np.hypot(down, across) > 0.06) & (across > 0.01) & ~_of_jpeg_blocks(down, across)
    return max(
        _standing_out(plane * window, looked_at) for plane in (middle @ GREY, middle[..., 0] - middle[..., 2])
    )


def _standing_out(plane: Plane, looked_at: NDArray[np.bool_]) -> float:
    fine = plane - ndimage.uniform_filter(plane, 15)
    strength = np.fft.fftshift(np.abs(np.fft.rfft2(fine)), axes=0)
    around = ndimage.uniform_filter(strength, 15) + 1e-3 * strength.max() + 1e-6
    ratio = np.where(looked_at, strength / around, 0)
    return float(np.sort(ratio, axis=None)[-8:].mean())


def _of_jpeg_blocks(down: Waves, across: Waves) -> NDArray[np.bool_]:
    """JPEG draws in squares of eight: its own grid lies on the axes at whole eighths."""
    near_eighth = [np.abs(np.abs(along) * 8 - np.rint(np.abs(along) * 8)) < 0.1 for along in (down, across)]
    on_axis = [np.abs(along) < 0.012 for along in (down, across)]
    return np.asarray((near_eighth[0] & on_axis[1]) | (near_eighth[1] & on_axis[0]))


def _shrunk(rgb: Pixels, side: int) -> Pixels:
    """The shorter side comes down to `side`: blur is a share of the picture, whatever camera took it."""
    height, width, _ = rgb.shape
    scale = side / min(height, width)
    if scale >= 1:
        return rgb
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0))
