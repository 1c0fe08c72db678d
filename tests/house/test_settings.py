"""Settings come from the environment or `.env`; what is missing keeps a default that runs on a laptop."""

from pathlib import Path

import pytest

from bot.settings import Settings


def tokens(house: Settings) -> list[str]:
    return [token.get_secret_value() for token in house.twilio_auth_token]


def test_with_nothing_set_everything_stays_on_this_computer(bare: Path) -> None:
    house = Settings()
    assert house.public_base_url == "http://127.0.0.1:8000"
    assert house.database_url is None
    assert house.rasa_url is None
    assert house.simulator is False


def test_a_comma_separates_two_tokens_while_one_is_rotated(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "new, old")
    assert tokens(Settings()) == ["new", "old"]


def test_one_token_is_one_token(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "only")
    assert tokens(Settings()) == ["only"]


def test_tokens_do_not_show_when_settings_are_printed(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "s3cret,s3cret2")
    assert "s3cret" not in repr(Settings())


def test_the_file_counts_and_the_environment_counts_more(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / ".env").write_text("PUBLIC_BASE_URL=https://file.example/\nLOG_LEVEL=DEBUG\n")
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://environment.example")
    assert Settings().public_base_url == "https://environment.example"
    assert Settings().log_level == "DEBUG"


def test_an_address_loses_its_last_slash(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://bot.example/")
    assert Settings().public_base_url == "https://bot.example"


def test_what_is_left_empty_keeps_its_default(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("TWILIO_CONTENT_SIDS", "")
    monkeypatch.setenv("BODY_LIMIT", "")
    assert Settings().database_url is None
    assert Settings().twilio_content_sids == {}
    assert Settings().body_limit == 64 * 1024


def test_the_example_file_is_the_defaults(bare: Path) -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text()
    (bare / ".env").write_text(example)
    assert Settings() == Settings(_env_file=None)
