"""Kernels on a sheet are found one by one, named, and counted; what is no such picture is not counted at all."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from marketplace_core.grading.eyes import grain
from marketplace_core.grading.eyes.kernel_measures import COLOURS, OUTLINE, WIDTHS, measured
from marketplace_core.grading.eyes.kernels_found import found
from marketplace_core.grading.eyes.picture import Picture, open_picture
from marketplace_core.grading.training.trays import SHEETS, composed

Pixels = NDArray[np.uint8]


def drawn_kernel(rng: np.random.Generator, length: int = 120) -> Pixels:
    """A grain of wheat as a draughtsman sees it: an oval, lit from above, with its crease."""
    image = Image.new("RGB", (length, length * 5 // 9))
    ImageDraw.Draw(image).ellipse((1, 1, image.width - 2, image.height - 2), (205, 165, 105))
    rgb = np.array(image, float)
    y = np.linspace(-1, 1, image.height)[:, None, None]
    rgb *= (0.9 - 0.25 * y) * (1 - 0.3 * np.exp(-((y / 0.08) ** 2))) * rng.uniform(0.85, 1.1)
    drawn: Pixels = np.clip(rgb, 0, 255).astype(np.uint8)
    return drawn


def tray(
    kernels: int, *, seed: int = 1, sheet: str = "black", length: float = 30.0, touching: float = 0.2
) -> Pixels:
    rng = np.random.default_rng(seed)
    side = round(length * max(16, 2.6 * kernels**0.5))
    laid = [(drawn_kernel(rng), "sound")] * kernels
    made = composed(laid, rng, sheet=sheet, size=(side * 3 // 4, side), length=length, touching=touching)
    assert len(made.classes) == kernels
    return made.rgb


def as_sent(rgb: Pixels, quality: int = 75) -> Picture:
    jpeg = io.BytesIO()
    Image.fromarray(rgb).save(jpeg, "JPEG", quality=quality)
    return open_picture(jpeg.getvalue())


@pytest.fixture(scope="module")
def forty() -> Picture:
    return as_sent(tray(40))


@pytest.mark.parametrize(("sheet", "length"), [*((sheet, 30.0) for sheet in SHEETS), ("black", 60.0)])
def test_every_kernel_is_found_on_any_sheet_near_or_far(sheet: str, length: float) -> None:
    picture = as_sent(tray(40, sheet=sheet, length=length))
    assert abs(len(found(picture.rgb)) - 40) <= 2


def test_kernels_that_touch_are_told_apart() -> None:
    apart, touching = tray(50, touching=0.0), tray(50, touching=0.6)
    assert len(found(apart)) == 50
    assert abs(len(found(touching)) - 50) <= 3
    assert not any(each.cut for each in found(apart))
    assert 10 <= sum(each.cut for each in found(touching)) <= 50


def test_a_shadow_is_no_kernel() -> None:
    rgb = tray(40, sheet="screen", touching=0.0).astype(float)
    shade = np.ones(rgb.shape[:2])
    shade[:, : rgb.shape[1] // 3] = 0.5
    assert len(found((rgb * shade[..., None]).astype(np.uint8))) == pytest.approx(40, abs=2)


def test_dust_on_the_sheet_is_not_counted() -> None:
    rgb = tray(40, touching=0.0)
    rng = np.random.default_rng(5)
    for y, x in rng.integers(0, min(rgb.shape[:2]) - 4, (50, 2)):
        rgb[y : y + 2, x : x + 2] = 170
    assert len(found(rgb)) == pytest.approx(40, abs=2)


def test_shares_are_parts_of_one_with_the_interval_around_each(forty: Picture) -> None:
    counted = grain.count(forty)
    assert counted is not None
    told, _ = counted
    assert told.kernels == pytest.approx(40, abs=2)
    assert list(told.shares) == ["sound", "broken", "damaged", "foreign", "husk"]
    assert sum(told.shares.values()) == pytest.approx(1, abs=0.001)
    for name, share in told.shares.items():
        assert 0 <= told.between[name].low <= share <= told.between[name].high <= 1


def test_more_kernels_make_a_narrower_interval() -> None:
    few, many = (grain.interval("sound", 0.8, kernels) for kernels in (40, 400))
    assert many.high - many.low < few.high - few.low


def test_too_few_kernels_are_not_counted() -> None:
    assert grain.count(as_sent(tray(20, touching=0.0))) is None


@pytest.mark.parametrize("seed", range(2))
def test_what_is_no_tray_is_not_counted(seed: int) -> None:
    rng = np.random.default_rng(seed)
    noise = rng.integers(0, 255, (300, 400, 3), np.uint8)
    clouds = np.asarray(Image.fromarray(noise[:12, :16]).resize((400, 300), Image.Resampling.BICUBIC))
    for rgb in (noise, clouds, np.full((300, 400, 3), 30, np.uint8), np.full((300, 400, 3), 255, np.uint8)):
        assert grain.count(Picture(rgb)) is None


def test_a_picture_hardly_larger_than_a_kernel_is_no_tray() -> None:
    assert grain.count(Picture(np.full((1, 1, 3), 90, np.uint8))) is None
    assert grain.count(Picture(drawn_kernel(np.random.default_rng(0)))) is None


def test_the_counted_picture_shows_every_kernel_outlined(forty: Picture) -> None:
    near = Image.fromarray(forty.rgb)
    picture = Picture(np.asarray(near.resize((1700, round(1700 * near.height / near.width)))))
    counted = grain.count(picture)
    assert counted is not None
    told, outlined = counted
    assert max(outlined.shape[:2]) == grain.OUTLINED_SIDE < max(picture.rgb.shape[:2])
    lines = np.zeros(outlined.shape[:2], bool)
    for colour in grain.COLOURS.values():
        lines |= (outlined == colour).all(2)
    small = np.asarray(Image.fromarray(picture.rgb).resize(outlined.shape[1::-1], Image.Resampling.BOX))
    assert (outlined[~lines] == small[~lines]).all()
    particles = found(picture.rgb)
    scale = grain.OUTLINED_SIDE / max(picture.rgb.shape[:2])
    for each in particles:
        top, left = int(each.top * scale), int(each.left * scale)
        box = lines[
            top : top + int(each.mask.shape[0] * scale), left : left + int(each.mask.shape[1] * scale)
        ]
        assert box.any()
    assert told.kernels == len(particles)


def test_half_a_kernel_is_likelier_broken_than_a_whole_one() -> None:
    whole = drawn_kernel(np.random.default_rng(3))
    half = whole[:, : whole.shape[1] // 2]
    rows = grain.probabilities([grain.lengthwise(each, grain.on_black(each)) for each in (whole, half)])
    broken = list(grain.COLOURS).index("broken")
    assert rows[1, broken] > 2 * rows[0, broken]
    assert rows.sum(1) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("times", [1, 3])
def test_what_is_measured_does_not_change_with_size_or_side(times: int) -> None:
    small = Image.fromarray(drawn_kernel(np.random.default_rng(3)))
    large = np.asarray(small.resize((small.width * times, small.height * times), Image.Resampling.BICUBIC))
    seen = [np.asarray(small), large[::-1], large[:, ::-1]]
    rows = measured(np.stack([grain.lengthwise(each, grain.on_black(each)) for each in seen]))
    assert rows.shape == (3, OUTLINE + WIDTHS + COLOURS)
    assert np.abs(rows - rows[0]).max() < 0.06


def test_a_single_kernel_is_named_the_same_whichever_way_it_lies() -> None:
    crop = Image.fromarray(drawn_kernel(np.random.default_rng(3)))
    told = [grain.kernel(np.asarray(crop.rotate(angle, expand=True))) for angle in (0, 90, 180, 270)]
    assert {each.name for each in told} == {told[0].name}
    assert all(0.2 <= each.confidence <= 1 for each in told)


@pytest.mark.parametrize("rgb", [np.zeros((40, 30, 3), np.uint8), np.full((11, 1, 3), 200, np.uint8)])
def test_a_crop_of_nothing_or_of_a_sliver_does_not_break_the_eye(rgb: Pixels) -> None:
    assert grain.kernel(rgb).name in grain.COLOURS
