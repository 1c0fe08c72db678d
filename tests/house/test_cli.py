"""`mandi` explains itself, and says in a sentence what is wrong."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

COMMANDS = (
    "up",
    "web",
    "worker",
    "chat",
    "demo",
    "grade",
    "grading",
    "understand",
    "migrate",
    "seed",
    "rewrap",
    "waiting",
    "release",
    "tenant",
    "templates",
    "undelivered",
    "questions",
    "agent",
    "help-card",
    "dlt",
    "train",
    "bench",
    "bench-carriers",
)


def mandi(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *words],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.fixture(scope="module")
def help_page() -> str:
    return mandi("--help").stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_explains_every_command_in_a_whole_line(help_page: str, command: str) -> None:
    (line,) = re.findall(rf"^  {command} +(.+)$", help_page, re.MULTILINE)
    assert line.endswith(".")
    assert not line.endswith("...")


def test_help_knows_no_other_commands(help_page: str) -> None:
    listed = re.findall(r"^  ([\w-]+)  ", help_page.split("Commands:")[1], re.MULTILINE)
    assert sorted(listed) == sorted(COMMANDS)


def test_an_organisation_is_added_with_its_numbers_and_listed(database_url: str, clean: None) -> None:
    numbers = ("--number", "whatsapp:+918000000021", "--number", "+918000000021")
    added = mandi("tenant", "add", "Moga Farmers", *numbers, DATABASE_URL=database_url)
    assert (added.returncode, added.stderr) == (0, "")
    listed = mandi("tenant", "list", DATABASE_URL=database_url).stdout.splitlines()
    assert f"{int(added.stdout):4}  Moga Farmers  +918000000021 whatsapp:+918000000021" in listed
    again = mandi("tenant", "add", "Others", *numbers, DATABASE_URL=database_url)
    assert again.returncode == 1
    assert "nothing was added" in again.stderr
    assert mandi("tenant", "list", DATABASE_URL=database_url).stdout.splitlines() == listed


@pytest.mark.parametrize("number", ["8000000021", "whatsapp:", "somebody"])
def test_a_number_is_written_as_the_carrier_writes_it(database_url: str, number: str) -> None:
    refused = mandi("tenant", "add", "Others", "--number", number, DATABASE_URL=database_url)
    assert refused.returncode == 1
    assert number in refused.stderr


def test_agents_are_listed_with_the_id_that_the_api_knows_them_by(database_url: str, clean: None) -> None:
    mandi("agent", "pin", "+919876512345", "--role", "delivery_agent", DATABASE_URL=database_url)
    (line,) = mandi("agent", "list", DATABASE_URL=database_url).stdout.splitlines()
    person_id, *rest = line.split()
    assert UUID(person_id)
    assert rest == ["+919876512345", "delivery_agent", "-"]


def test_an_unknown_command_is_refused() -> None:
    assert mandi("harvest").returncode == 2


@pytest.mark.parametrize("port", ["0", "65536", "eighty"])
def test_a_port_that_cannot_be_is_refused(port: str) -> None:
    assert mandi("up", "--port", port).returncode == 2


def test_a_taken_port_is_said_and_nothing_is_started(bare: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = mandi("up", "--port", str(port))
    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr
    assert not (bare / ".mandi").exists()


def test_migrations_without_the_owner_of_the_tables_are_refused_in_a_sentence() -> None:
    done = mandi("migrate", DATABASE_URL="postgresql+psycopg://mandi_app@127.0.0.1:9/mandi")
    assert done.returncode == 1
    assert done.stderr.startswith("DATABASE_OWNER_URL is empty")


def test_a_web_server_for_a_carrier_without_a_token_is_refused_in_a_sentence() -> None:
    done = mandi(
        "web", DATABASE_URL="postgresql+psycopg://mandi_app@127.0.0.1:9/mandi", RASA_URL="http://127.0.0.1:9"
    )
    assert done.returncode == 1
    assert done.stderr.startswith("TWILIO_AUTH_TOKEN is not set")
