"""Ways of seeing straw on soil that are measured but not served: what they may be trusted with, and what not."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from marketplace_core.grading.eyes.look import EYE_FOR
from marketplace_core.grading.training import straw

Pixels = NDArray[np.uint8]
SIDE = 192


def ground(stalks: int, *, seed: int = 7, yellow: bool = True) -> Pixels:
    """Crumbly soil with bright stalks strewn over it, four pixels wide."""
    random = np.random.default_rng(seed)
    crumbs = 110 + 18 * random.standard_normal((SIDE, SIDE, 1)).repeat(3, axis=2)
    image = Image.fromarray(np.clip(crumbs * [1.1, 1.0, 0.85], 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for x, y, way in random.uniform(0, 1, (stalks, 3)) * [SIDE, SIDE, np.pi]:
        end = (x + 40 * np.cos(way), y + 40 * np.sin(way))
        draw.line([(x, y), end], fill=(225, 205, 150) if yellow else (215, 215, 215), width=4)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(0.6)))


def test_bare_crumbs_are_hardly_any_straw() -> None:
    assert straw.slopes_agree(ground(0)) < 0.05


@pytest.mark.parametrize("way", [straw.slopes_agree, straw.colours_of_such_places])
def test_more_stalks_are_more_straw_and_a_share(way) -> None:  # type: ignore[no-untyped-def]
    said = [way(ground(stalks)) for stalks in (3, 12, 40)]
    assert 0 <= said[0] < said[1] < said[2] <= 1


def test_neither_light_nor_a_turn_of_the_phone_changes_much() -> None:
    seen = ground(20)
    said = straw.slopes_agree(seen)
    assert straw.slopes_agree((seen * 0.6).astype(np.uint8)) == pytest.approx(said, abs=0.03)
    assert straw.slopes_agree(np.rot90(seen)) == pytest.approx(said, abs=1e-6)


def test_grey_straw_is_seen_like_yellow_straw() -> None:
    grey, yellow = (straw.slopes_agree(ground(20, yellow=colour)) for colour in (False, True))
    assert grey == pytest.approx(yellow, abs=0.05)


def test_the_colours_of_a_few_stalks_are_found_over_the_whole_picture() -> None:
    """Few slopes agree inside a thick heap; its colour is still that of the stalks beside it."""
    picture = Image.fromarray(ground(20))
    ImageDraw.Draw(picture).rectangle((0, 0, SIDE, SIDE // 16), fill=(225, 205, 150))
    with_patch = np.asarray(picture)
    more = straw.colours_of_such_places(with_patch) - straw.colours_of_such_places(ground(20))
    assert more > 0.03


def test_a_heap_is_said_to_be_mostly_soil_which_is_why_this_is_no_eye() -> None:
    assert straw.slopes_agree(ground(3000)) < 0.1


def test_a_photo_without_anything_in_it_gives_a_share_and_no_error() -> None:
    flat = np.full((SIDE, SIDE, 3), 120, np.uint8)
    assert straw.slopes_agree(flat) == straw.colours_of_such_places(flat) == 0.0


def test_the_more_must_agree_the_seldomer_it_may_be_chance() -> None:
    assert 0 < straw.least_agreement(0.5) < straw.least_agreement(0.01) < 1


def test_no_eye_of_ours_looks_at_straw_until_one_is_nearer_than_a_constant() -> None:
    assert "straw" not in EYE_FOR
