"""How near known ways come to the share of ground that straw covers: so far none is near enough to be an eye.

Nothing here learns from the measuring set, which has no licence; only the rows called "fitted" do, to show what labels
would be worth, and what they fit is thrown away. Which way to take was chosen on one field, Limbaugh1.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from marketplace_core.grading.eyes.picture import Pixels
from marketplace_core.grading.training.photos import opened
from marketplace_core.grading.training.table import Cell, Table

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

CHOSEN_ON = "Limbaugh1"
GREY = np.array([0.299, 0.587, 0.114])
#: From a metre stalks are 2 to 6 pixels wide in a tile: slopes are taken over one pixel and gathered over three.
FINE, AROUND = 1.0, 3.0
#: Where slopes point anywhere, so seldom do they agree as well by chance; and so often at least they do in soil.
STRAW_BY_CHANCE, SOIL_BY_CHANCE = 0.01, 0.5
#: Brighter than the sixteenth of the picture around it; colours are held against the eighth around.
LIGHT_AROUND, COLOUR_AROUND = 16, 8
FEWEST_SEEDS = 200
ROUNDS = 60
BINS = 256
TARGET = 0.10


def evaluate(data: Path) -> Table:
    folder = data / "photos" / "straw_measure"
    with (folder / "tiles.csv").open(encoding="utf-8") as lines:
        tiles = list(csv.DictReader(lines))
    true = np.array([float(tile["residue_fraction"]) for tile in tiles])
    fields = np.array([tile["field"].split("-")[0] for tile in tiles])
    photos = np.array([tile["source_photo"] for tile in tiles])
    pictures = [opened(folder / tile["tile"]) for tile in tiles]
    said = {name: np.array([way(rgb) for rgb in pictures]) for name, way in WAYS.items()}
    both = np.stack([said["slopes agree"], said["colours of such places"]], axis=1)
    said |= {
        "always 0.2": np.full(len(true), 0.2),
        "always the set's mean": np.full(len(true), true.mean()),
        "always the set's median": np.full(len(true), np.median(true)),
        "fitted: a constant": _fitted(np.empty((len(true), 0)), true, fields),
        "fitted: slopes": _fitted(both[:, :1], true, fields),
        "fitted: colours": _fitted(both[:, 1:], true, fields),
        "fitted: slopes and colours": _fitted(both, true, fields),
    }
    names = sorted(set(fields))
    return Table(
        f"Straw cover: mean absolute error, wanted <= {TARGET} on photos that nothing was learned from",
        ("way", "all tiles", *names, f"without {CHOSEN_ON}", "by photo", "said mean", "correlation"),
        [_row(name, each, true, fields, photos) for name, each in said.items()],
        [
            f"{len(true)} tiles of {len(set(photos))} photos; true mean {true.mean():.3f};"
            f" the way was chosen on {CHOSEN_ON} alone",
            "fitted: a straight line through the tiles of the two other fields, to show what labels would be worth",
        ],
    )


def slopes_agree(rgb: Pixels) -> float:
    """Share of the ground where brightness climbs along one line: beside stalks it does, over crumbs of soil not."""
    return float((agreement(rgb) > least_agreement(STRAW_BY_CHANCE)).mean())


def colours_of_such_places(rgb: Pixels) -> float:
    """Bright places where slopes agree show what straw looks like in this light, the others the soil.

    A Gaussian each, and the share that makes all other pixels likeliest (Saerens, Latinne and Decaestecker 2002).
    """
    agree = agreement(rgb)
    bright = _against(_grey(rgb), LIGHT_AROUND) > 0
    straw = (agree > least_agreement(STRAW_BY_CHANCE)) & bright
    soil = (agree < least_agreement(SOIL_BY_CHANCE)) & ~straw
    if min(straw.sum(), soil.sum()) < FEWEST_SEEDS:
        return float(straw.mean())
    plain = rgb.astype(np.float64)
    colours = np.stack([_against(plain[..., each], COLOUR_AROUND) for each in range(3)], axis=-1)
    odds = np.exp(np.clip(_likely(colours, straw) - _likely(colours, soil), -30, 30))
    share = 0.5
    for _ in range(ROUNDS):
        share = float((share * odds / (share * odds + 1 - share)).mean())
    return share


def brighter_half(rgb: Pixels) -> float:
    """Otsu's threshold (1979) on brightness against the surroundings: what most papers on residue cover begin with."""
    light = _against(_grey(rgb), COLOUR_AROUND)
    count, edges = np.histogram(light, BINS)
    middle = (edges[1:] + edges[:-1]) / 2
    below, sums = np.cumsum(count)[:-1], np.cumsum(count * middle)
    above = light.size - below
    between = (sums[-1] * below / light.size - sums[:-1]) ** 2 / np.maximum(below * above, 1)
    return float((light > middle[between.argmax()]).mean())


def agreement(rgb: Pixels) -> Floats:
    """Of the slopes around each pixel, 0 where they point anywhere to 1 on one line (Bigun and Granlund 1987)."""
    across, down = (ndimage.gaussian_filter(_grey(rgb), FINE, order) for order in ((0, 1), (1, 0)))
    xx, yy, xy = (ndimage.gaussian_filter(each, AROUND) for each in (across**2, down**2, across * down))
    return np.asarray(np.sqrt((xx - yy) ** 2 + 4 * xy**2) / (xx + yy + 1e-6))


def least_agreement(by_chance: float) -> float:
    """Of so many independent slopes as the window holds, more than this agree only so often by chance."""
    slopes = (AROUND / FINE) ** 2
    return float(np.sqrt(1 - by_chance ** (1 / (slopes - 1))))


WAYS: Mapping[str, Callable[[Pixels], float]] = {
    "slopes agree": slopes_agree,
    "colours of such places": colours_of_such_places,
    "Otsu, against the surroundings": brighter_half,
}


def _grey(rgb: Pixels) -> Floats:
    return np.asarray(rgb.astype(np.float64) @ GREY)


def _against(plane: Floats, part: int) -> Floats:
    return np.asarray(
        ndimage.gaussian_filter(plane - ndimage.uniform_filter(plane, max(3, len(plane) // part)), 0.7)
    )


def _likely(colours: Floats, seeds: Mask) -> Floats:
    known = colours[seeds]
    spread = np.cov(known.T) + 0.1 * np.eye(3)
    off = colours - known.mean(axis=0)
    far = np.einsum("hwi,ij,hwj->hw", off, np.linalg.inv(spread), off)
    return np.asarray(-0.5 * (far + np.linalg.slogdet(spread)[1]))


def _fitted(said: Floats, true: Floats, fields: NDArray[np.str_]) -> Floats:
    """Each field by what the two others say."""
    plain = np.column_stack([said, np.ones(len(true))])
    guessed = np.empty(len(true))
    for name in np.unique(fields):
        here = fields == name
        line = np.linalg.lstsq(plain[~here], true[~here], rcond=None)[0]
        guessed[here] = np.clip(plain[here] @ line, 0, 1)
    return guessed


def _row(
    name: str, said: Floats, true: Floats, fields: NDArray[np.str_], photos: NDArray[np.str_]
) -> Sequence[Cell]:
    off = np.abs(said - true)
    pooled = [abs(float((said - true)[photos == photo].mean())) for photo in np.unique(photos)]
    return [
        name,
        float(off.mean()),
        *(float(off[fields == field].mean()) for field in np.unique(fields)),
        float(off[fields != CHOSEN_ON].mean()),
        float(np.mean(pooled)),
        float(said.mean()),
        float(np.corrcoef(said, true)[0, 1]) if np.ptp(said) > 1e-9 else "–",
    ]
