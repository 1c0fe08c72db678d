from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.house.standing import Standing, standing


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """One for all stories that can share it."""
    with standing(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder without `.env`, and an environment that sets nothing of ours."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path
