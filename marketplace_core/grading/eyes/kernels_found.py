"""Kernels spread on a sheet: told from the sheet and its shadows, and from one another where they touch."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

from marketplace_core.grading.eyes.picture import Pixels

Mask = NDArray[np.bool_]
Plane = NDArray[np.float32]

#: The sheet's own colour is read from a copy of this width: folds and light change slowly, kernels are specks.
SHEET_WIDTH = 240
#: A larger picture is compared with its sheet at half its size: the noise of the camera is gone, and most of the time.
FINE_SIDE = 1600
#: Less than this from the sheet's colour is grain of the cloth or noise of the camera.
LEAST_CONTRAST = 16.0
#: Where between sheet and kernel the edge is drawn.
EDGE = 0.4
#: Shares of the usual kernel's area: below is dust, above is a hand or the edge of the sheet.
DUST, NO_KERNEL = 0.08, 15.0
#: A kernel's outline has hardly a dent; two that touch have one on each side.
DENTLESS = 0.93
#: How much narrower the neck must be than the bodies beside it, as a share of the usual kernel's half width.
NECK = 0.18


@dataclass(frozen=True)
class Particle:
    """`mask` is true where the particle is, inside the box whose upper left corner is (`top`, `left`).

    `cut` says that the picture's edge runs through it or that it was parted from a neighbour: it counts, but its
    shape says nothing.
    """

    top: int
    left: int
    mask: Mask
    cut: bool

    @property
    def area(self) -> int:
        return int(self.mask.sum())

    def alone(self, rgb: Pixels) -> Pixels:
        """The particle on black, as the single kernels are that the eye learned from."""
        height, width = self.mask.shape
        cut: Pixels = rgb[self.top : self.top + height, self.left : self.left + width] * self.mask[..., None]
        return cut


def found(rgb: Pixels) -> list[Particle]:
    """Every particle on the sheet; few or none where there is no sheet."""
    labels, count = ndimage.label(_off_the_sheet(rgb))
    boxes = ndimage.find_objects(labels)
    areas = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    clumps = [
        (box, _without_pinholes(labels[box] == at + 1)) for at, box in enumerate(boxes) if areas[at] >= 24
    ]
    usual = _usual_area([mask for _, mask in clumps])
    if usual is None:
        return []
    particles = []
    for (rows, columns), mask in clumps:
        if not DUST * usual <= mask.sum() <= NO_KERNEL * usual:
            continue
        parts = list(_parted(mask, usual))
        for part in parts:
            (inner,) = ndimage.find_objects(part.astype(np.uint8))
            top, left = rows.start + inner[0].start, columns.start + inner[1].start
            bottom, right = rows.start + inner[0].stop, columns.start + inner[1].stop
            at_edge = top == 0 or left == 0 or bottom == rgb.shape[0] or right == rgb.shape[1]
            if part.sum() >= (0.4 if at_edge else DUST) * usual:
                particles.append(Particle(top, left, part[inner], at_edge or len(parts) > 1))
    return particles


def solidity(mask: Mask) -> float:
    """The area as a share of its convex hull's."""
    # Of a row only its ends can be corners.
    rows = np.flatnonzero(mask.any(1))
    left, right = mask[rows].argmax(1), mask.shape[1] - mask[rows, ::-1].argmax(1)
    try:
        corners = np.concatenate(
            [np.stack([x, y], 1) for x in (left, right) for y in (rows, rows + 1)], dtype=np.float64
        )
        hull = float(ConvexHull(corners).volume)
    except QhullError:
        return 1.0
    return float(mask.sum()) / hull


def _off_the_sheet(rgb: Pixels) -> Mask:
    apart = _apart_from_sheet(rgb)
    ground = apart[::4, ::4]
    noise = float(np.median(ground))
    between = _otsu(ground)
    kernels = ground[ground > max(between, LEAST_CONTRAST)]
    if not kernels.size:
        return np.zeros(apart.shape, np.bool_)
    edge = max(LEAST_CONTRAST, 3.0 * noise, EDGE * float(np.median(kernels)))
    return np.asarray(ndimage.binary_opening(apart > edge, np.ones((3, 3))), np.bool_)


def _without_pinholes(mask: Mask) -> Mask:
    """A dark spot on a kernel is kernel; a gap that a ring of kernels leaves is sheet."""
    holes, count = ndimage.label(~np.pad(mask, 1))
    if count < 2:
        return mask
    areas = np.bincount(holes.ravel())
    small = areas < 0.1 * mask.sum()
    small[[0, holes[0, 0]]] = False
    filled: Mask = mask | small[holes][1:-1, 1:-1]
    return filled


def _apart_from_sheet(rgb: Pixels) -> Plane:
    """How far each pixel is from the sheet under it. A shadow is the sheet's hue, only darker: no distance."""
    height, width = rgb.shape[:2]
    whole = Image.fromarray(rgb)
    large = max(height, width) > FINE_SIDE
    seen = whole.reduce(2) if large else whole.filter(ImageFilter.BoxBlur(1))
    apart = _apart(np.asarray(seen, np.float32), _sheet(np.asarray(seen)))
    if not large:
        return apart
    return np.asarray(Image.fromarray(apart).resize((width, height), Image.Resampling.BILINEAR))


def _apart(rgb: Plane, sheet: Plane) -> Plane:
    length = np.maximum(np.sqrt(np.einsum("yxc,yxc->yx", sheet, sheet)), 1.0)
    apart = rgb - sheet
    along = np.einsum("yxc,yxc->yx", apart, sheet) / length
    across = np.maximum(np.einsum("yxc,yxc->yx", apart, apart) - along**2, 0.0)
    # A hue means little where the sheet is nearly black, and deep shadow drifts towards grey.
    across *= np.clip(length / 40.0, 0.5, 1.0)
    return np.asarray(np.sqrt(across + np.maximum(along, 0.0) ** 2), np.float32)


def _sheet(rgb: Pixels) -> NDArray[np.float32]:
    """The colour of the sheet at every pixel, as if no kernel lay on it."""
    height, width = rgb.shape[:2]
    small_height = max(8, round(height * SHEET_WIDTH / width))
    small = Image.fromarray(rgb).resize((SHEET_WIDTH, small_height), Image.Resampling.BOX)
    tiles = np.asarray(small, np.float32)
    plain = np.median(tiles.reshape(-1, 3), axis=0)
    size = SHEET_WIDTH // 8
    # Kernels are redder than any sheet that shows them: the lower middle of a place is sheet even among many.
    smooth = np.stack(
        [ndimage.percentile_filter(tiles[::4, ::4, channel], 40, size // 4) for channel in range(3)], axis=2
    )
    smooth = ndimage.gaussian_filter(smooth, (2, 2, 0))
    smooth = np.where(np.abs(smooth - plain).sum(2, keepdims=True) < 200, smooth, plain)
    back = [
        Image.fromarray(smooth[..., channel]).resize((width, height), Image.Resampling.BILINEAR)
        for channel in range(3)
    ]
    return np.stack([np.asarray(channel, np.float32) for channel in back], axis=2)


def _otsu(values: Plane) -> float:
    counts, edges = np.histogram(values, 128)
    middles = (edges[:-1] + edges[1:]) / 2
    below, total = np.cumsum(counts), counts.sum()
    under = np.cumsum(counts * middles)
    above = np.maximum(total - below, 1)
    spread = below * above * (under / np.maximum(below, 1) - (under[-1] - under) / above) ** 2
    return float(middles[int(np.argmax(spread[:-1]))])


def _usual_area(masks: list[Mask]) -> float | None:
    """The middle area of what stands alone, specks left out."""
    areas = np.array([mask.sum() for mask in masks], float)
    if not areas.size:
        return None
    large = np.sort(areas)[-max(1, len(areas) // 2) :]
    likely = areas > 0.15 * np.median(large)
    whole = [
        mask.sum() for mask, kept in zip(masks, likely, strict=True) if kept and solidity(mask) > DENTLESS
    ]
    return float(np.median(whole)) if whole else float(np.median(areas[likely]))


def _parted(mask: Mask, usual: float) -> Iterator[Mask]:
    """One mask, or the masks of the kernels that touch in it."""
    if mask.sum() < 1.2 * usual or solidity(mask) > DENTLESS:
        yield mask
        return
    padded = np.pad(mask, 1)
    depth = ndimage.gaussian_filter(ndimage.distance_transform_edt(padded), 0.8)
    half_width = np.sqrt(usual / np.pi) * 0.75
    bodies = _bodies(depth, NECK * half_width, 0.35 * half_width)
    if bodies.max() < 2:
        yield mask
        return
    nearest = _flooded(depth, bodies, padded)
    for body in range(1, int(bodies.max()) + 1):
        part: Mask = (nearest == body)[1:-1, 1:-1]
        if part.any():
            yield part


def _bodies(depth: Plane, neck: float, least: float) -> NDArray[np.int32]:
    """Peaks of the depth that stand out by more than `neck` from the pass to any higher one, numbered."""
    lowered = depth - neck
    basin = lowered
    while True:  # grayscale reconstruction: the lowered surface grows under the true one until it rests
        grown = np.minimum(ndimage.maximum_filter(basin, 3), depth)
        if np.array_equal(grown, basin):
            break
        basin = grown
    peaks, count = ndimage.label((depth - basin > 0.5 * neck) & (depth > least), np.ones((3, 3)))
    tops = ndimage.maximum(depth - basin, peaks, range(1, count + 1)) if count else []
    keep = np.zeros(count + 1, np.int32)
    order = [at + 1 for at, top in enumerate(tops) if top >= 0.99 * neck]
    keep[order] = np.arange(1, len(order) + 1)
    return np.asarray(keep[peaks], np.int32)


def _flooded(depth: Plane, bodies: NDArray[np.int32], mask: Mask) -> NDArray[np.int32]:
    """Each body grows down its own slope, level by level, until it meets a neighbour."""
    grown = bodies
    for level in np.linspace(float(depth.max()), 0.0, 24):
        for _ in range(3):
            wider = np.where((grown == 0) & mask & (depth >= level), ndimage.maximum_filter(grown, 3), grown)
            if np.array_equal(wider, grown):
                break
            grown = wider
    rows, columns = ndimage.distance_transform_edt(grown == 0, return_distances=False, return_indices=True)
    return np.where(mask, grown[rows, columns], 0).astype(np.int32)
