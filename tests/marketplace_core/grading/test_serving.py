"""Which files a market looks through: what ships, what it promoted, what is on trial."""

from pathlib import Path
from uuid import UUID

import pytest

from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms
from marketplace_core.grading import registry, serving
from marketplace_core.grading.eyes import shelf
from marketplace_core.grading.registry import in_shadow


def photo(shown_twice: bool) -> UUID:
    return next(each for n in range(1000) if in_shadow(each := UUID(int=n)) is shown_twice)


def trained_anew(folder: Path, name: str = "kernels") -> Path:
    """The shipped file with another version on its card."""
    card = b'\n\x07version\x12\x03"%s"'
    shipped = card % str(shelf.model("kernels").card["version"]).encode()
    content = (shelf.WEIGHTS / "kernels.onnx").read_bytes()
    assert content.count(shipped) == 1
    file = folder / f"{name}.onnx"
    file.write_bytes(content.replace(shipped, card % b"9"))
    return file


async def test_what_ships_serves_and_nothing_stands_in_its_place(desk: Desk) -> None:
    await serving.know_shipped(desk)
    await serving.know_shipped(desk)
    assert set(await registry.serving(desk)) == {file.stem for file in shelf.WEIGHTS.glob("*.onnx")}
    assert await serving.files(desk) == {}
    assert await serving.on_trial(desk, photo(shown_twice=True)) is None


async def test_a_model_on_trial_sees_one_photo_in_ten_and_serves_nobody(desk: Desk, tmp_path: Path) -> None:
    await serving.know_shipped(desk)
    tried = await serving.try_out(desk, trained_anew(tmp_path), tmp_path / "kept")
    assert (tried.state, tried.version) == ("challenger", "9")
    assert await serving.files(desk) == {}
    assert await serving.on_trial(desk, photo(shown_twice=False)) is None
    model, file = await serving.on_trial(desk, photo(shown_twice=True)) or (None, None)
    assert model == tried and file and file.read_bytes() == trained_anew(tmp_path).read_bytes()


async def test_a_release_with_another_file_takes_over_from_the_release_before(desk: Desk) -> None:
    await registry.register(
        desk, name="kernels", version="0", file=serving.SHIPPED, sha256="0" * 64, data_sha256="0" * 64,
        metrics={}, licences="MIT",
    )  # fmt: skip
    await serving.know_shipped(desk)
    assert (await registry.serving(desk))["kernels"].sha256 == shelf.model("kernels").sha256


async def test_a_release_only_goes_on_trial_where_a_market_serves_its_own(desk: Desk, tmp_path: Path) -> None:
    own = trained_anew(tmp_path)
    await registry.register(
        desk, name="kernels", version="9", file=str(own), sha256=shelf.opened(own).sha256,
        data_sha256="0" * 64, metrics={}, licences="MIT",
    )  # fmt: skip
    await serving.know_shipped(desk)
    assert await serving.files(desk) == {"kernels": own}
    assert {each.version: each.state for each in await registry.models(desk, "kernels")} == {
        str(shelf.model("kernels").card["version"]): "challenger",
        "9": "serving",
    }


async def test_a_file_that_was_changed_serves_nobody(desk: Desk, tmp_path: Path) -> None:
    await serving.know_shipped(desk)
    await serving.try_out(desk, trained_anew(tmp_path), tmp_path / "kept")
    (kept,) = (tmp_path / "kept").iterdir()
    kept.write_bytes(kept.read_bytes() + b"\0")
    assert await serving.on_trial(desk, photo(shown_twice=True)) is None


@pytest.mark.parametrize("name", ["backbone", "seeds"])
async def test_only_a_model_that_can_be_replaced_alone_is_tried(
    desk: Desk, tmp_path: Path, name: str
) -> None:
    with pytest.raises(BadTerms):
        await serving.try_out(desk, trained_anew(tmp_path, name), tmp_path / "kept")


async def test_what_is_no_model_is_not_tried(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "kernels.onnx").write_bytes(b"not a model")
    with pytest.raises(BadTerms):
        await serving.try_out(desk, tmp_path / "kernels.onnx", tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
