"""The compose file cannot be run in the tests; its shape can be held to what the house needs."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.pulse import ALIVE
from bot.settings import Settings
from marketplace_core.settings import MarketSettings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILES = sorted((ROOT / "docker").glob("*.Dockerfile"))
ONE_SHOT = {"migrate"}
SETTING_NAMES = {name.upper() for name in (*Settings.model_fields, *MarketSettings.model_fields)}


def env_names(text: str) -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", text, re.MULTILINE))


def test_the_services_of_the_house() -> None:
    assert set(SERVICES) == {"bot", "worker", "rasa", "postgres", "migrate"}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONE_SHOT))
def test_every_standing_service_tells_its_health(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= set(check)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_comes_back_after_a_fall(name: str) -> None:
    assert SERVICES[name]["restart"] in {"unless-stopped", "on-failure"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_service_runs_as_root(name: str) -> None:
    service = SERVICES[name]
    if "build" in service:
        dockerfile = (ROOT / service["build"]["context"] / service["build"]["dockerfile"]).read_text()
        last_stage = dockerfile[dockerfile.rindex("FROM ") :]
        users = re.findall(r"^USER (\S+)$", last_stage, re.MULTILINE)
        assert users
        assert users[-1] not in {"root", "0"}
    else:
        assert service["user"] not in {"root", "0"}


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.name)
def test_images_are_pinned_and_what_they_copy_is_there(dockerfile: Path) -> None:
    text = dockerfile.read_text()
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", text, re.MULTILINE))
    for image in re.findall(r"^FROM (\S+)", text, re.MULTILINE):
        assert image in stages or re.search(r":\d", image), f"{image} has no version"
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), f"{source} does not exist"


def test_each_dockerfile_is_used_and_each_used_one_exists() -> None:
    used = {ROOT / s["build"]["dockerfile"] for s in SERVICES.values() if "build" in s}
    assert used == set(DOCKERFILES)


def test_images_from_elsewhere_have_a_version() -> None:
    for service in SERVICES.values():
        if "build" not in service:
            assert re.search(r":\d", service["image"])


def test_every_mounted_file_exists_and_every_named_volume_is_declared() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).is_file()
            else:
                assert source in COMPOSE["volumes"]


@pytest.mark.parametrize("name", ["bot", "worker", "migrate"])
def test_our_services_are_given_settings_that_exist(name: str) -> None:
    assert set(SERVICES[name]["environment"]) <= SETTING_NAMES


def test_the_example_names_every_setting_and_every_password_compose_asks_for() -> None:
    asked_by_compose = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert env_names((ROOT / ".env.example").read_text()) == SETTING_NAMES | asked_by_compose


def test_nobody_starts_before_the_tables_are_there() -> None:
    assert SERVICES["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    for name in ("bot", "worker"):
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_the_app_knows_only_the_plain_role_and_only_migrations_know_the_owner() -> None:
    for name in ("bot", "worker"):
        assert "mandi_app" in SERVICES[name]["environment"]["DATABASE_URL"]
        assert "DATABASE_OWNER_URL" not in SERVICES[name]["environment"]
        assert "env_file" not in SERVICES[name]  # .env holds the other roles' passwords too
        assert not [key for key in SERVICES[name]["environment"] if key.endswith("PASSWORD")]
    assert "mandi_owner" in SERVICES["migrate"]["environment"]["DATABASE_OWNER_URL"]


def test_the_worker_is_judged_by_the_file_that_it_touches() -> None:
    assert f"/tmp/{ALIVE.name}" in SERVICES["worker"]["healthcheck"]["test"][-1]


def test_what_can_be_written_is_a_volume_or_forgotten() -> None:
    for name in ("bot", "worker", "migrate", "rasa"):
        assert SERVICES[name]["read_only"] is True
        assert SERVICES[name]["tmpfs"] == ["/tmp"]
