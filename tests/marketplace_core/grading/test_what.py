"""What a photo shows: produce by name, leaves, and what is no crop at all."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from marketplace_core.commodities import COMMODITIES as TRADED
from marketplace_core.grading.eyes import backbone, heads, what
from marketplace_core.grading.report import Eye, What

PHOTOS = Path(__file__).parent / "photos"


def seen(image: Image.Image, eye: Eye | None = None) -> What:
    return what.what_is(backbone.features([np.asarray(image.convert("RGB"))])[0], eye)


def photo(name: str) -> Image.Image:
    return Image.open(PHOTOS / name)


def page() -> Image.Image:
    image = Image.new("RGB", (600, 800), "white")
    draw = ImageDraw.Draw(image)
    for line in range(24):
        draw.text(
            (40, 30 + 31 * line), f"Invoice {line}: to be paid within thirty days of the date below", "black"
        )
    return image


def chat() -> Image.Image:
    image = Image.new("RGB", (540, 1100), (236, 229, 221))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 540, 90), (7, 94, 84))
    for row in range(9):
        left = 20 if row % 2 else 160
        draw.rounded_rectangle((left, 120 + row * 100, left + 340, 195 + row * 100), 16, "white")
        draw.text((left + 20, 145 + row * 100), "See you at the market tomorrow at nine", "black")
    return image


@pytest.mark.parametrize(("name", "said"), [("onions.jpg", "Onion"), ("potatoes.jpg", "Potato")])
def test_produce_is_named(name: str, said: str) -> None:
    found = seen(photo(name))
    assert (found.kind, found.name) == ("produce", said)
    assert 0 < found.confidence <= 1


def test_a_carton_is_no_crop_but_has_a_name() -> None:
    found = seen(photo("milk.jpg"))
    assert found.kind == "not_a_crop"
    assert found.name in what.PACKAGES


def test_a_leaf_is_a_leaf_and_has_no_produce_name() -> None:
    found = seen(photo("coffee_rust.jpg"))
    assert (found.kind, found.name) == ("leaf", None)


@pytest.mark.parametrize("drawn", [page, chat])
def test_pages_and_screenshots_are_no_crop(drawn: object) -> None:
    assert seen(drawn()).kind == "not_a_crop"  # type: ignore[operator]


def test_whoever_asked_for_produce_is_told_a_name() -> None:
    found = seen(photo("coffee_rust.jpg"), "produce")
    assert found.kind == "produce"
    assert found.name in heads.classes("produce")


def test_names_map_to_what_the_market_trades() -> None:
    assert set(what.COMMODITIES.values()) <= set(TRADED)
    assert set(what.COMMODITIES) <= set(heads.classes("produce"))
    assert set(heads.classes("produce")) >= what.PACKAGES
    assert not set(what.COMMODITIES) & what.PACKAGES
