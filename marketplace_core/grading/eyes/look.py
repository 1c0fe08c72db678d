"""The one path of a photo: opened, checked, named, looked at by the eye for what it shows.

The photos of one call go through the network in one batch; `judging.py` makes a report of what was seen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from marketplace_core.grading.eyes import backbone, gate, grain, leaf
from marketplace_core.grading.eyes.picture import Picture, Pixels, open_picture
from marketplace_core.grading.eyes.what import what_is
from marketplace_core.grading.report import Eye, Fault, Grain, Kernel, Kind, Leaf, Straw, What
from marketplace_core.store import NotAPhoto

Features = NDArray[np.float32]

#: Below this nobody is told that their photo shows no crop.
SURE_OF_NO_CROP = 0.8
#: So many photos are in memory and in the network at once.
BATCH = 16
#: Which eye looks at what, where nobody chose one. A standing crop has none: what stands cannot be graded. Straw has
#: none yet: on real fields none of ours was nearer to the truth than always saying the same share.
EYE_FOR: dict[Kind, Eye] = {"grain": "grain", "leaf": "leaf"}


@dataclass(frozen=True)
class Seen:
    """What the eyes found in one photo; `outlined` is the picture with every kernel drawn round."""

    why: tuple[Fault, ...] = ()
    what: What | None = None
    grain: Grain | None = None
    straw: Straw | None = None
    leaf: Leaf | None = None
    kernel: Kernel | None = None
    outlined: Pixels | None = None
    place: tuple[float, float] | None = None
    taken_at: str | None = None
    features: Features | None = field(default=None, repr=False)


def see(contents: Sequence[bytes], *, commodity: str | None = None, eye: Eye | None = None) -> Iterator[Seen]:
    """Blocks for a tenth of a second or so a photo: call it in a thread."""
    for start in range(0, len(contents), BATCH):
        yield from _see(contents[start : start + BATCH], commodity, eye)


def _see(contents: Sequence[bytes], commodity: str | None, eye: Eye | None) -> list[Seen]:
    seen = [_checked(content, eye) for content in contents]
    good = [at for at, (each, _) in enumerate(seen) if not each.why]
    through = backbone.features([_rgb(seen[at][1]) for at in good]) if good and eye != "kernel" else None
    found = [each for each, _ in seen]
    for row, at in enumerate(good):
        picture = seen[at][1]
        assert picture is not None
        if through is None:
            found[at] = replace(found[at], kernel=grain.kernel(picture.rgb))
        else:
            found[at] = _looked_at(found[at], picture, through[row], commodity, eye)
    return found


def _checked(content: bytes, eye: Eye | None) -> tuple[Seen, Picture | None]:
    try:
        picture = open_picture(content)
    except NotAPhoto:
        return Seen(why=("not_a_photo",)), None
    why = () if eye == "kernel" else gate.faults(picture)
    return Seen(why, place=picture.place, taken_at=picture.taken_at), picture


def _rgb(picture: Picture | None) -> Pixels:
    assert picture is not None
    return picture.rgb


def _looked_at(
    seen: Seen, picture: Picture, features: Features, commodity: str | None, eye: Eye | None
) -> Seen:
    what = what_is(features, eye)
    seen = replace(seen, what=what, features=features)
    if eye is None and what.kind == "not_a_crop" and what.confidence >= SURE_OF_NO_CROP:
        return replace(seen, why=("not_a_crop",))
    match eye or EYE_FOR.get(what.kind) or ("grain" if commodity == "wheat" else None):
        case "grain" if commodity in (None, "wheat"):  # only kernels of wheat were ever labelled
            counted = grain.count(picture)
            return replace(seen, grain=counted[0], outlined=counted[1]) if counted else seen
        case "leaf":
            return replace(seen, leaf=leaf.look(features, commodity))
    return seen
