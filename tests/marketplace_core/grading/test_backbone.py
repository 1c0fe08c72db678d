"""Pictures of any size become features; model files carry their cards, stay small and are shared by threads."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from PIL import Image

from marketplace_core.grading.eyes import backbone, shelf

PHOTOS = Path(__file__).parent / "photos"
HEADS = ("produce", "kinds", "coffee", "potato")


def photo(name: str) -> np.ndarray:
    return np.asarray(Image.open(PHOTOS / name).convert("RGB"))


def drawn(width: int, height: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (height, width, 3), dtype=np.uint8)


def test_each_picture_has_its_own_row_whatever_its_size_and_company() -> None:
    pictures = [
        drawn(640, 480, 1),
        photo("onions.jpg"),
        drawn(90, 400, 2),
        photo("coffee_rust.jpg"),
        drawn(1, 1),
    ]
    together = backbone.features(pictures)
    assert together.dtype == np.float32
    assert together.shape == (5, shelf.model("backbone").card["features"])
    for row, alone in zip(together, pictures, strict=True):
        assert_allclose(row, backbone.features([alone])[0], rtol=1e-3, atol=1e-3)
    assert np.abs(together[0] - together[1]).max() > 0.1


def test_more_pictures_than_one_batch_keep_their_order() -> None:
    pictures = [np.full((40, 40, 3), 12 * at, np.uint8) for at in range(backbone.BATCH + 3)]
    rows = backbone.features(pictures)
    assert_allclose(rows[-1], backbone.features(pictures[-1:])[0], rtol=1e-3, atol=1e-3)
    assert_allclose(rows[3], backbone.features(pictures[3:4])[0], rtol=1e-3, atol=1e-3)


def test_no_picture_makes_no_row() -> None:
    assert backbone.features([]).shape == (0, shelf.model("backbone").card["features"])


def test_a_picture_is_bent_as_little_as_can_be() -> None:
    shapes = shelf.model("backbone").card["shapes"]
    assert backbone.shape_of(drawn(512, 256), shapes) == (512, 256)
    assert backbone.shape_of(drawn(3000, 4000), shapes) == (256, 352)
    assert backbone.shape_of(drawn(500, 520), shapes) == (288, 288)


def test_threads_share_one_session() -> None:
    picture = photo("onions.jpg")
    wanted = backbone.features([picture])
    with ThreadPoolExecutor(4) as threads:
        for rows in threads.map(lambda _: backbone.features([picture]), range(8)):
            assert_allclose(rows, wanted, rtol=1e-4, atol=1e-4)
    assert shelf.model("backbone").session is shelf.model("backbone").session


@pytest.mark.parametrize("name", ["backbone", *HEADS])
def test_a_model_file_says_what_it_is(name: str) -> None:
    model = shelf.model(name)
    assert model.version
    assert model.card["licence"]
    assert len(model.sha256) == 64
    assert (shelf.WEIGHTS / f"{name}.md").exists()


@pytest.mark.parametrize("name", HEADS)
def test_a_head_was_made_for_the_network_beside_it(name: str) -> None:
    assert shelf.model(name).card["backbone"] == shelf.model("backbone").sha256


def test_only_the_potato_head_is_share_alike() -> None:
    assert [name for name in HEADS if "SA" in shelf.model(name).card["licence"]] == ["potato"]


def test_all_model_files_together_stay_below_thirty_megabytes() -> None:
    assert sum(file.stat().st_size for file in shelf.WEIGHTS.glob("*.onnx")) <= 30e6


def test_another_file_serves_where_it_was_asked_for_and_nowhere_else(tmp_path: Path) -> None:
    other = tmp_path / "coffee-2.onnx"
    other.write_bytes((shelf.WEIGHTS / "potato.onnx").read_bytes())
    shipped = shelf.model("coffee")
    with shelf.serving({"coffee": other}):
        assert shelf.model("coffee").sha256 == shelf.model("potato").sha256
    assert shelf.model("coffee") == shipped


def test_looking_needs_no_training_library() -> None:
    asked = (
        "import sys; from marketplace_core.grading.eyes import what, leaf;"
        "print(sorted({'torch', 'sklearn', 'onnx', 'lightgbm'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
