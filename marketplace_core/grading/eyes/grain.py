"""The grain eye: kernels of wheat on a dark sheet are found, named and counted.

A photo shows how many kernels are of a class, never what they weigh.
"""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from marketplace_core.grading.eyes import shelf
from marketplace_core.grading.eyes.kernel_measures import measured
from marketplace_core.grading.eyes.kernels_found import Mask, Particle, found, solidity
from marketplace_core.grading.eyes.picture import Picture, Pixels
from marketplace_core.grading.report import Grain, Interval, Kernel

Probabilities = NDArray[np.float32]

#: Fewer say nothing of a lot: of thirty kernels one alone is three points.
LEAST_KERNELS = 30
#: Kernels are much alike in size and hardly dented; pebbles, leaves, letters and crumbs are not.
LEAST_ALIKE = 0.5
#: The longest side of the outlined picture.
OUTLINED_SIDE = 1600
#: Sound green, broken yellow, damaged red, foreign blue, husk white: told apart also by who sees no red or green.
COLOURS = {
    "sound": (40, 220, 60),
    "broken": (255, 210, 0),
    "damaged": (230, 30, 30),
    "foreign": (60, 120, 255),
    "husk": (255, 255, 255),
}
#: What is measured: a kernel turned lengthwise, with its mask as the fourth colour.
WIDTH, HEIGHT = 96, 64
#: The kernel fills so much of it.
FILLED = 0.92
#: Where a crop on black is black: above what JPEG leaves there.
BLACK = 16


def count(picture: Picture) -> tuple[Grain, Pixels] | None:
    """What lies on the sheet and the picture with every kernel outlined; None where too few kernels are seen."""
    particles = found(picture.rgb)
    if len(particles) < LEAST_KERNELS or not _alike(particles):
        return None
    said = probabilities([lengthwise(each.alone(picture.rgb), each.mask) for each in particles])
    whole = np.array([not particle.cut for particle in particles])
    if whole.sum() < LEAST_KERNELS:
        whole[:] = True
    classes = _classes()
    shares = _shares(said[whole])
    between = {
        name: interval(name, float(share), int(whole.sum()))
        for name, share in zip(classes, shares, strict=True)
    }
    grain = Grain(
        len(particles),
        {name: round(float(share), 4) for name, share in zip(classes, shares, strict=True)},
        between,
    )
    names = [classes[at] for at in (said * shares / _learned()).argmax(1)]
    return grain, _outlined(picture.rgb, particles, names)


def kernel(pixels: Pixels) -> Kernel:
    """One particle on black."""
    said = probabilities([lengthwise(pixels, on_black(pixels))])[0]
    best = int(said.argmax())
    return Kernel(_classes()[best], round(float(said[best]), 4))


def probabilities(kernels: Sequence[Pixels]) -> Probabilities:
    """One row a kernel that was turned `lengthwise`."""
    rows: Probabilities = shelf.model("kernels").session.run(
        ["probabilities"], {"measures": measured(np.stack(kernels))}
    )[0]
    return rows


def lengthwise(rgb: Pixels, mask: Mask) -> Pixels:
    """A particle turned along its longer axis and brought to one size: HEIGHT x WIDTH x 4, the mask last."""
    y, x = np.nonzero(mask)
    middle_x, middle_y = x.mean(), y.mean()
    _, axes = np.linalg.eigh(np.cov(np.stack([x, y])) if len(x) > 2 else np.eye(2))
    cos, sin = axes[:, 1]
    along = (x - middle_x) * cos + (y - middle_y) * sin
    across = (y - middle_y) * cos - (x - middle_x) * sin
    scale = max((np.ptp(along) + 1) / WIDTH, (np.ptp(across) + 1) / HEIGHT) / FILLED
    half_along, half_across = (along.min() + along.max()) / 2, (across.min() + across.max()) / 2
    middle_x += half_along * cos - half_across * sin
    middle_y += half_along * sin + half_across * cos
    image = Image.fromarray(np.dstack([np.where(mask[..., None], rgb, 0), mask * np.uint8(255)]))
    shrunk = max(1, round(scale)) if scale > 1.6 else 1  # else thin things fall between the samples
    image = image.reduce(shrunk)
    turned = image.transform(
        (WIDTH, HEIGHT),
        Image.Transform.AFFINE,
        (
            cos * scale / shrunk,
            -sin * scale / shrunk,
            (middle_x - (cos * WIDTH - sin * HEIGHT) / 2 * scale + 0.5) / shrunk,
            sin * scale / shrunk,
            cos * scale / shrunk,
            (middle_y - (sin * WIDTH + cos * HEIGHT) / 2 * scale + 0.5) / shrunk,
        ),
        Image.Resampling.BILINEAR,
    )
    return np.asarray(turned)


def on_black(pixels: Pixels) -> Mask:
    lit = ndimage.binary_fill_holes(pixels.max(2) > BLACK)
    labels, count = ndimage.label(lit)
    if not count:
        return np.ones(pixels.shape[:2], np.bool_)
    areas = np.bincount(labels.ravel())
    areas[0] = 0
    return np.isin(labels, np.flatnonzero(areas >= 0.15 * areas.max()))


def _alike(particles: Sequence[Particle]) -> bool:
    areas = np.array([particle.area for particle in particles])
    near = (areas > 0.4 * np.median(areas)) & (areas < 2.5 * np.median(areas))
    smooth = np.array([solidity(particle.mask) > 0.85 for particle in particles])
    return float((near & smooth).mean()) >= LEAST_ALIKE


def _classes() -> tuple[str, ...]:
    return tuple(shelf.model("kernels").card["classes"])


def _learned() -> NDArray[np.float64]:
    """The shares of the classes for which the probabilities hold."""
    return np.asarray(shelf.model("kernels").card["learned_shares"])


def _shares(said: Probabilities) -> NDArray[np.float64]:
    """The mixture of classes under which this tray is likeliest.

    The eye learned from as many of each class; a lot is nearly all sound. Without this the few doubtful sound
    kernels of a clean lot would outnumber its broken ones. (Saerens and others, Neural Computation 14, 2002.)
    """
    shares: NDArray[np.float64] = said.mean(0).astype(np.float64)
    for _ in range(60):
        weighed: NDArray[np.float64] = said * (shares / _learned())
        shares = np.asarray((weighed / weighed.sum(1, keepdims=True)).mean(0))
    return shares


def interval(name: str, share: float, kernels: int) -> Interval:
    """Wilson's interval for the luck of the handful, widened by the eye's own error on trays it never saw."""
    z = 1.96
    middle = (share + z * z / (2 * kernels)) / (1 + z * z / kernels)
    luck = z * sqrt(share * (1 - share) / kernels + z * z / (4 * kernels**2)) / (1 + z * z / kernels)
    half = sqrt(luck**2 + (z * float(shelf.model("kernels").card["share_error"][name])) ** 2)
    return Interval(round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4))


def _outlined(rgb: Pixels, particles: Sequence[Particle], names: Sequence[str]) -> Pixels:
    height, width = rgb.shape[:2]
    scale = min(1.0, OUTLINED_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    numbered = np.zeros((height, width), np.int32)
    for at, each in enumerate(particles, 1):
        box = numbered[each.top : each.top + each.mask.shape[0], each.left : each.left + each.mask.shape[1]]
        box[each.mask] = at
    small = np.asarray(Image.fromarray(numbered).resize(size, Image.Resampling.NEAREST))
    lines = (ndimage.minimum_filter(small, 3) != small) & (small > 0)
    colour = np.array([(0, 0, 0), *(COLOURS[name] for name in names)], np.uint8)
    drawn = np.array(Image.fromarray(rgb).resize(size, Image.Resampling.BOX))
    thick = ndimage.maximum_filter(np.where(lines, small, 0), 2)
    drawn[thick > 0] = colour[thick[thick > 0]]
    return drawn
