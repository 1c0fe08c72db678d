"""What the scripts say into a telephone can be said, and holds no code: whoever calls may be anybody."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent / "scripts"
SPEAKS = re.compile(r"(?P<who>\w+)(?:@(?P<channel>\w+)(?:\[\w+\])?)? > ")
HEARS = re.compile(r"(?P<who>\w+) < ")
HANGS_UP = re.compile(r"\((?P<who>\w+) hangs up\)")
WITH_CALLS = sorted(path for path in SCRIPTS.glob("*/*.txt") if "@voice > " in path.read_text("utf-8"))
#: A link; the code that proves a phone, of a pickup, that an agent is told; a key of a list that is not pressed.
UNSAYABLE = re.compile(r"://|\b[CPK]\d+\b|^\d [^\d]|\[")


def said_aloud(script: str) -> Iterator[str]:
    calling: set[str] = set()
    to = ""
    for line in script.splitlines():
        heard, spoken, over = HEARS.match(line), SPEAKS.match(line), HANGS_UP.fullmatch(line)
        if over:
            calling.discard(over["who"])
        elif spoken and spoken["channel"]:
            calling.discard(spoken["who"])
            calling |= {spoken["who"]} if spoken["channel"] == "voice" else set()
        to = heard["who"] if heard else to if line.startswith(" ") else ""
        if to in calling:
            yield re.sub(r"^(\w+ <|\s+\|) ?", "", line)


@pytest.mark.parametrize("path", WITH_CALLS, ids=lambda path: path.stem)
def test_whatever_is_said_aloud_can_be(path: Path) -> None:
    said = list(said_aloud(path.read_text("utf-8")))
    assert said
    assert [line for line in said if UNSAYABLE.search(line)] == []


def test_what_cannot_be_said_is_found() -> None:
    script = "asha@voice > UPI\nasha < Tap to pay:\n     | upi://pay\n(asha hangs up)\nasha < send back C1"
    assert [line for line in said_aloud(script) if UNSAYABLE.search(line)] == ["upi://pay"]
