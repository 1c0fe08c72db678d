"""The leaf eye names a disease only for a crop whose leaves it knows."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from marketplace_core.grading.eyes import backbone, leaf
from marketplace_core.grading.eyes.backbone import Features

PHOTOS = Path(__file__).parent / "photos"


def features(name: str) -> Features:
    return backbone.features([np.asarray(Image.open(PHOTOS / name).convert("RGB"))])[0]


@pytest.mark.parametrize(("name", "state"), [("coffee_rust.jpg", "rust"), ("coffee_healthy.jpg", "healthy")])
@pytest.mark.parametrize("said", ["coffee", None])
def test_a_coffee_leaf_is_judged_also_when_nobody_said_coffee(
    name: str, state: str, said: str | None
) -> None:
    found = leaf.look(features(name), said)
    assert (found.crop, found.state) == ("coffee", state)
    assert found.confidence >= leaf.SURE


def test_of_a_crop_without_photos_nothing_is_said() -> None:
    found = leaf.look(features("coffee_rust.jpg"), "tomato")
    assert (found.crop, found.state, found.confidence) == ("tomato", leaf.UNKNOWN, 0.0)


@pytest.mark.parametrize("crop", ["coffee", None])
def test_what_is_no_leaf_has_no_disease(crop: str | None) -> None:
    assert leaf.look(features("milk.jpg"), crop).state == leaf.UNKNOWN
