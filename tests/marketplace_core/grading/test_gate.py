"""A photo that cannot be judged is known with its reason; a good one passes, be it on dark cloth or white paper."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter
from scipy import ndimage

from marketplace_core.grading.eyes.gate import faults
from marketplace_core.grading.eyes.picture import Picture, open_picture
from marketplace_core.grading.report import Fault

SIDE = 480


def heap(side: int = SIDE, seed: int = 1) -> Image.Image:
    """Round smooth things, lit from above left, one on the other."""
    random = np.random.default_rng(seed)
    image = Image.new("RGB", (side, side), (70, 60, 50))
    draw = ImageDraw.Draw(image)
    for _ in range(90):
        x, y = random.uniform(0, side, 2)
        radius = random.uniform(0.05, 0.1) * side
        for part, colour in (
            (1.0, (150, 60, 40)),
            (0.8, (200, 90, 55)),
            (0.5, (235, 130, 80)),
            (0.2, (255,) * 3),
        ):
            lit = (1 - part) * radius / 2
            box = [at - lit + way * part * radius for way in (-1, 1) for at in (x, y)]
            draw.ellipse(box, fill=colour)
    return grainy(np.asarray(image), random)


def leaf_on_paper() -> Image.Image:
    image = Image.new("RGB", (2 * SIDE, SIDE), (222, 220, 214))
    draw = ImageDraw.Draw(image)
    draw.ellipse((120, 110, 840, 370), fill=(90, 140, 60))
    for vein in (180, 230, 312, 355, 441, 490, 565, 601, 688, 752):
        draw.line((vein, 240, vein + 60, 150), fill=(120, 170, 90), width=3)
        draw.line((vein, 240, vein + 60, 330), fill=(120, 170, 90), width=3)
    return grainy(np.asarray(image), np.random.default_rng(2))


def kernels_on_cloth(cloth: tuple[int, int, int]) -> Image.Image:
    random = np.random.default_rng(3)
    image = Image.new("RGB", (1000, 800), cloth)
    for _ in range(60):
        kernel = Image.new("L", (80, 40))
        ImageDraw.Draw(kernel).ellipse((3, 3, 77, 37), fill=255)
        turned = kernel.rotate(float(random.uniform(0, 180)), expand=True)
        image.paste((205, 165, 110), tuple(int(at) for at in random.uniform(0, 750, 2)), mask=turned)
    return grainy(np.asarray(image), random)


def grainy(rgb: object, random: np.random.Generator) -> Image.Image:
    plain = np.asarray(rgb, dtype=np.float32)
    return Image.fromarray(np.clip(plain + random.normal(0, 2, plain.shape), 0, 255).astype(np.uint8))


def looked_at(image: Image.Image) -> tuple[Fault, ...]:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return faults(open_picture(out.getvalue()))


GOOD = {
    "heap": heap(),
    "small heap": heap(224),
    "large heap": heap(900),
    "leaf on paper": leaf_on_paper(),
    "kernels on black": kernels_on_cloth((0, 0, 0)),
    "kernels on dark blue": kernels_on_cloth((15, 20, 60)),
    "kernels on green": kernels_on_cloth((10, 150, 40)),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_photo_passes(name: str) -> None:
    assert looked_at(GOOD[name]) == ()


@pytest.mark.parametrize("left", [0.1, 0.2, 0.3, 0.4])
@pytest.mark.parametrize("name", GOOD)
def test_what_was_taken_in_the_dark_is_too_dark(name: str, left: float) -> None:
    assert looked_at(ImageEnhance.Brightness(GOOD[name]).enhance(left)) == ("too_dark",)


@pytest.mark.parametrize("name", ["heap", "leaf on paper"])
def test_glare_that_leaves_nothing_dark_is_too_bright(name: str) -> None:
    assert "too_bright" in looked_at(GOOD[name].point(lambda value: min(255, 90 + 2 * value)))


@pytest.mark.parametrize("share", [0.015, 0.025, 0.05])
@pytest.mark.parametrize("name", GOOD)
def test_what_is_out_of_focus_is_blurred(name: str, share: float) -> None:
    image = GOOD[name]
    found = looked_at(image.filter(ImageFilter.GaussianBlur(share * min(image.size))))
    assert "blurred" in found
    assert set(found) <= {"blurred", "too_dark"}  # what was small and bright has spread thin


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("name", ["heap", "leaf on paper", "large heap"])
def test_a_hand_that_moved_blurs_along_one_way_only(name: str, axis: int) -> None:
    rgb = np.asarray(GOOD[name])
    moved = ndimage.uniform_filter1d(rgb, int(0.06 * min(rgb.shape[:2])), axis=axis)
    assert looked_at(Image.fromarray(moved)) == ("blurred",)


@pytest.mark.parametrize(
    ("width", "height"), [(112, 112), (1600, 150), (60, 900), (199, 400), (1, 1), (2560, 1)]
)
def test_what_has_too_few_pixels_is_too_small_and_nothing_else(width: int, height: int) -> None:
    assert faults(Picture(np.asarray(heap(300).resize((width, height))))) == ("too_small",)


def test_two_hundred_pixels_are_enough() -> None:
    assert looked_at(heap(400).resize((200, 200))) == ()


def test_several_faults_are_all_told() -> None:
    spoilt = ImageEnhance.Brightness(heap()).enhance(0.15).filter(ImageFilter.GaussianBlur(10))
    assert looked_at(spoilt) == ("too_dark", "blurred")


@pytest.mark.parametrize("page", ["white", (18, 140, 126)])
def test_a_screenshot_is_a_screen(page: str | tuple[int, int, int]) -> None:
    shot = Image.new("RGB", (1080, 1920), page)
    draw = ImageDraw.Draw(shot)
    draw.rectangle((0, 0, 1080, 150), fill=(7, 94, 84))
    for line in range(30):
        draw.text((60, 200 + 25 * line), "Tomato 12 rupees a kilo, fresh from the field today", fill="black")
    shot.paste(heap(800), (140, 1000))
    assert "screen" in looked_at(shot)


def test_a_sheet_drawn_in_one_colour_or_in_a_fading_one_is_a_sheet() -> None:
    for colours in (((20, 120, 40), (20, 120, 40)), ((20, 30, 70), (60, 80, 150))):
        fading = np.linspace(*colours, num=800)[:, None].repeat(1000, axis=1)
        sheet = Image.fromarray(fading.astype(np.uint8))
        for at in range(100, 700, 60):
            ImageDraw.Draw(sheet).ellipse((at, at, at + 70, at + 35), fill=(205, 165, 110))
        assert looked_at(sheet) == ()


@pytest.mark.parametrize(("scale", "turn"), [(0.4, 2.0), (0.55, -3.0)])
def test_a_photo_of_a_screen_shows_its_grid(scale: float, turn: float) -> None:
    dots = 9
    shown = np.asarray(heap().resize((320, 240))).repeat(dots, 0).repeat(dots, 1).astype(np.float32)
    cell = np.zeros((dots, dots, 3), dtype=np.float32)
    for colour in range(3):
        cell[: dots - 1, 3 * colour : 3 * colour + 2, colour] = 2
    lit = Image.fromarray(np.clip(shown * np.tile(cell, (240, 320, 1)), 0, 255).astype(np.uint8))
    seen = lit.rotate(turn, Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(1.5))
    width, height = seen.size
    held = seen.crop((width // 10, height // 10, width - width // 10, height - height // 10))
    assert "screen" in looked_at(
        held.resize((int(scale * width), int(scale * height)), Image.Resampling.BILINEAR)
    )


@pytest.mark.parametrize("colour", ["black", "white", "#785a3c"])
def test_a_picture_of_nothing_is_looked_at_without_harm(colour: str) -> None:
    plain = Image.new("RGB", (600, 400), colour)
    assert set(looked_at(plain)) <= {"too_dark", "too_bright", "blurred", "screen"}
