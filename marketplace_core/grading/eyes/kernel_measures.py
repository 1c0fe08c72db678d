"""What is measured on a kernel that lies lengthwise: its outline, its widths, its colours.

Nothing depends on how large the kernel is in the picture, on which end points where, or on which side is up.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

from marketplace_core.grading.eyes.picture import Pixels

Floats = NDArray[np.float32]
Values = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: So many columns are of the outline, and they come first; then the widths, then the colours.
OUTLINE, WIDTHS, COLOURS = 24, 16, 7
SECTORS, WAVES = 36, 12
#: Fewer pixels have no shape.
LEAST = 10
#: What red, green and blue weigh as light.
LIGHT = np.array([0.35, 0.5, 0.15], np.float32)


def measured(kernels: Pixels) -> Floats:
    """One row a kernel; `kernels` is n x height x width x 4, the mask last."""
    masks = kernels[..., 3] > 127
    rows = [
        np.concatenate([_outline(mask), _widths(mask), _colours(kernel[..., :3], mask)])
        for kernel, mask in zip(kernels, masks, strict=True)
    ]
    return np.array(rows, np.float32)


def _outline(mask: Mask) -> Values:
    """How far the outline is from an ellipse and from its own mirror images."""
    mask = ndimage.binary_opening(mask)
    y, x = np.nonzero(mask)
    if len(x) < LEAST:
        return np.zeros(OUTLINE)
    y_off, x_off = y - y.mean(), x - x.mean()
    spread = np.array([[(x_off**2).mean(), (x_off * y_off).mean()], [0, (y_off**2).mean()]])
    spread[1, 0] = spread[0, 1]
    short, long = 2 * np.sqrt(np.maximum(np.linalg.eigvalsh(spread), 0.1))
    turned = np.linalg.inv(spread + 1e-3 * np.eye(2))
    beyond = turned[0, 0] * x_off**2 + 2 * turned[0, 1] * x_off * y_off + turned[1, 1] * y_off**2
    outside = float((beyond > 4).mean())
    ellipse = 4 * np.pi / np.sqrt(np.linalg.det(turned))
    common = len(x) * (1 - outside)
    edge = (mask & ~ndimage.binary_erosion(mask))[y, x]
    away_up, away_along = y_off[edge] / short, x_off[edge] / long
    away = np.hypot(away_up, away_along)
    sector = (np.arctan2(away_up, away_along) / (2 * np.pi) * SECTORS + SECTORS / 2).astype(int) % SECTORS
    reach = np.zeros(SECTORS)
    np.maximum.at(reach, sector, away)
    area, length = _hull(mask)
    return np.array(
        [
            short / long,
            len(x) / (area + length / 2 + 1),
            common / (len(x) + ellipse - common),
            _mirrored(mask, 0, float(y.mean())),
            _mirrored(mask, 1, float(x.mean())),
            len(away) / length,
            len(x) / ((np.ptp(x) + 1) * (np.ptp(y) + 1)),
            reach.min(),
            reach.max(),
            reach.std(),
            *np.abs(np.fft.rfft(reach))[:WAVES] / SECTORS,
            away.std(),
            outside,
        ]
    )


def _hull(mask: Mask) -> tuple[float, float]:
    """Its area and length; of a row only the ends can be corners."""
    rows = np.flatnonzero(mask.any(1))
    left, right = mask[rows].argmax(1), mask.shape[1] - 1 - mask[rows, ::-1].argmax(1)
    try:
        hull = ConvexHull(np.stack([np.concatenate([left, right]), np.concatenate([rows, rows])], 1))
    except QhullError:
        return float(mask.sum()), 1.0
    return float(hull.volume), float(hull.area)


def _mirrored(mask: Mask, axis: int, middle: float) -> float:
    """What the kernel and its mirror image about its own middle have in common."""
    flipped = np.roll(np.flip(mask, axis), round(2 * middle) - mask.shape[axis] + 1, axis)
    return float((flipped & mask).sum() / (flipped | mask).sum())


def _widths(mask: Mask) -> Values:
    """At eight places from each end, at each the narrower end first."""
    width = mask.sum(0) / mask.shape[0]
    on = np.flatnonzero(width)
    if len(on) < 4:
        return np.zeros(WIDTHS)
    at = np.interp(np.linspace(on[0], on[-1], 17), np.arange(len(width)), width)
    one, other = at[:8], at[:8:-1]
    return np.concatenate([np.minimum(one, other), np.maximum(one, other)])


def _colours(rgb: Pixels, mask: Mask) -> Values:
    """How mottled, which hue, how bright; the rim is left out, it carries the colour of the sheet."""
    inner = ndimage.minimum_filter(mask, 5, mode="constant")
    pixels = rgb[inner if inner.sum() >= 60 else mask].astype(np.float32)
    if not len(pixels):
        return np.zeros(COLOURS)
    plain = pixels.mean(0)
    light = pixels @ LIGHT
    light = light / max(float(light.mean()), 6.0) - 1
    tint = pixels / np.maximum(plain, 6)
    reddish, bluish = tint[:, 0] - tint[:, 1], tint[:, 2] - (tint[:, 0] + tint[:, 1]) / 2
    red, green, blue = plain + 4
    return np.array(
        [
            np.sqrt((reddish**2).mean()),
            np.sqrt((bluish**2).mean()),
            (reddish * light).mean(),
            (bluish * light).mean(),
            np.log(red / green),
            np.log(blue / green),
            np.log(red + green + blue),
        ]
    )
