"""What the quality gate catches on spoilt copies of good photos, and how many good ones it turns away.

Its limits are chosen on the training parts of produce and coffee; they are measured here on the others. A copy is
spoilt, then saved as a JPEG, as a phone would have sent it.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter
from scipy import ndimage

from marketplace_core.grading.eyes.gate import faults
from marketplace_core.grading.eyes.picture import Picture, open_picture
from marketplace_core.grading.report import Fault
from marketplace_core.grading.training import photos
from marketplace_core.grading.training.table import Cell, Table

#: Of the larger sets, every so many-th photo.
MOST_GOOD, MOST_SPOILT = 300, 30
JPEG_QUALITY = 85

Spoil = Callable[[Image.Image], Image.Image]


def darker(left: float) -> Spoil:
    return lambda image: ImageEnhance.Brightness(image).enhance(left)


def brighter(times: float) -> Spoil:
    return lambda image: image.point(lambda value: min(255, 60 + times * value))


def soft(share: float) -> Spoil:
    return lambda image: image.filter(ImageFilter.GaussianBlur(share * min(image.size)))


def moved(share: float) -> Spoil:
    def spoil(image: Image.Image) -> Image.Image:
        length = max(2, round(share * min(image.size)))
        return Image.fromarray(ndimage.uniform_filter1d(np.asarray(image), length, axis=1))

    return spoil


def shrunk(side: int) -> Spoil:
    def spoil(image: Image.Image) -> Image.Image:
        scale = side / min(image.size)
        return image.resize((max(1, int(image.width * scale)), max(1, int(image.height * scale))))

    return spoil


def shown_on_a_screen(scale: float) -> Spoil:
    """Drawn, not photographed: three lit stripes a dot, held a little askew, taken by a camera of its own grid."""

    def spoil(image: Image.Image) -> Image.Image:
        shown = np.asarray(image.resize((320, 240))).repeat(9, 0).repeat(9, 1).astype(np.float32)
        dot = np.zeros((9, 9, 3), dtype=np.float32)
        for colour in range(3):
            dot[:8, 3 * colour : 3 * colour + 2, colour] = 2
        lit = Image.fromarray(np.clip(shown * np.tile(dot, (240, 320, 1)), 0, 255).astype(np.uint8))
        seen = lit.rotate(2.5, Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(2))
        width, height = seen.size
        held = seen.crop((width // 10, height // 10, width - width // 10, height - height // 10))
        return held.resize((int(scale * held.width), int(scale * held.height)), Image.Resampling.BILINEAR)

    return spoil


#: The first strengths of each are those of the target; the weaker ones show where the gate begins to let through.
SPOILT: Mapping[Fault, Mapping[str, Spoil]] = {
    "too_dark": {f"light left {left:.0%}": darker(left) for left in (0.1, 0.15, 0.25, 0.35, 0.45, 0.6)},
    "blurred": {
        **{f"blur of {share:.2%}": soft(share) for share in (0.05, 0.03, 0.02, 0.015, 0.01, 0.0075, 0.005)},
        **{f"moved by {share:.0%}": moved(share) for share in (0.08, 0.04, 0.02)},
    },
    "too_small": {f"shorter side {side}": shrunk(side) for side in (56, 112, 160, 199, 210)},
    "too_bright": {f"60 more, times {times}": brighter(times) for times in (4, 3, 2)},
    "screen": {f"a screen, drawn, at {scale}": shown_on_a_screen(scale) for scale in (0.3, 0.5, 0.7)},
}


def evaluate(data: Path) -> Table:
    sets = good_photos(data)
    rows: list[list[Cell]] = []
    for name, paths in sets.items():
        chosen = _spread(paths, MOST_GOOD)
        refused = [why for path in chosen if (why := faults(open_picture(path.read_bytes())))]
        which = ", ".join(sorted({each for why in refused for each in why})) or "–"
        rows.append([f"good: {name}", len(chosen), len(refused) / len(chosen), which])
    spoilt = [
        path
        for name in ("produce test", "coffee test", "potato")
        for path in _spread(sets[name], MOST_SPOILT)
    ]
    for fault, strengths in SPOILT.items():
        for strength, spoil in strengths.items():
            caught = [faults(_copy(path, spoil)) for path in spoilt]
            rows.append(
                [
                    f"{fault}: {strength}",
                    len(caught),
                    float(np.mean([bool(why) for why in caught])),
                    f"{np.mean([fault in why for why in caught]):.3f} for this reason",
                ]
            )
    return Table(
        "Quality gate: caught >= 0.95 of spoilt copies, <= 0.02 of good photos refused",
        ("photos", "count", "refused", "why"),
        rows,
    )


def good_photos(data: Path) -> Mapping[str, Sequence[Path]]:
    coffee, folder = photos.coffee(data), data / "photos"
    return {
        **{
            f"produce {part}": [each.photo for each in photos.produce(data, part)] for part in ("val", "test")
        },
        **{
            f"coffee {part}": [each.photo for each in coffee if each.split == part]
            for part in ("val", "test")
        },
        "potato": [each.photo for each in photos.potato(data)],
        "straw on soil": sorted((folder / "straw_measure" / "tiles").rglob("*.jpg")),
        "trays of wheat": sorted((folder / "wheat_kernels" / "trays").glob("test*.jpg")),
    }


def _spread(paths: Sequence[Path], most: int) -> Sequence[Path]:
    return paths[:: -(-len(paths) // most)]


def _copy(path: Path, spoil: Spoil) -> Picture:
    out = io.BytesIO()
    spoil(Image.fromarray(open_picture(path.read_bytes()).rgb)).save(out, "JPEG", quality=JPEG_QUALITY)
    return open_picture(out.getvalue())
