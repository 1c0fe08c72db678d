"""Log lines say what happened and where, and never repeat what a person wrote."""

import json
import subprocess
import sys
from typing import Any

import pytest

BEFORE = """
import logging
import structlog
from bot import logs
logs.configure("info")
ours, library = structlog.get_logger("mandi.turn"), logging.getLogger("uvicorn.error")
"""

FAULT = """
try:
    try:
        int("Ramesh +919845012345")
    except ValueError as fault:
        raise LookupError("+919845012345 is unknown") from fault
except LookupError:
    {speaker}.exception("turn failed")
"""


def lines(code: str) -> list[dict[str, Any]]:
    """What a process of its own writes, away from the test runner's handlers."""
    done = subprocess.run([sys.executable, "-c", BEFORE + code], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_a_line_is_json_with_its_moment() -> None:
    (line,) = lines("ours.info('turn taken', ms=12)")
    assert (line["event"], line["ms"], line["level"], line["logger"]) == (
        "turn taken",
        12,
        "info",
        "mandi.turn",
    )
    assert line["timestamp"].endswith("Z")


def test_libraries_speak_in_the_same_form() -> None:
    (line,) = lines("library.warning('started %s', 'well')")
    assert (line["event"], line["logger"]) == ("started well", "uvicorn.error")


@pytest.mark.parametrize("speaker", ["ours", "library"])
def test_a_fault_is_logged_by_kind_and_place_without_its_words(speaker: str) -> None:
    (line,) = lines(FAULT.format(speaker=speaker))
    assert [fault["kind"] for fault in line["fault"]] == ["builtins.LookupError", "builtins.ValueError"]
    assert line["fault"][0]["at"] == ["<string>:12 <module>"]
    assert "9845012345" not in json.dumps(line)
    assert "Ramesh" not in json.dumps(line)


def test_addresses_that_the_http_client_asks_for_are_not_logged() -> None:
    assert lines("logging.getLogger('httpx').info('GET https://carrier.example/+919845012345')") == []
