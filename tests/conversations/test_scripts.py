"""Plays every script in `scripts/` and shows, line by line, where the bot now says something else."""

import asyncio
import difflib
from pathlib import Path

import pytest

from tests.conversations import ended
from tests.conversations.script import Stage

SCRIPTS = Path(__file__).parent / "scripts"


@pytest.mark.parametrize(
    "path", sorted(SCRIPTS.rglob("*.txt")), ids=lambda path: str(path.relative_to(SCRIPTS))
)
async def test_script(path: Path, stage: Stage, pytestconfig: pytest.Config) -> None:
    written = await asyncio.to_thread(path.read_text, "utf-8")
    played = await stage.play(written)
    story = str(path.relative_to(SCRIPTS))
    if pytestconfig.getoption("--update"):
        await asyncio.to_thread(path.write_text, played, "utf-8")
        ended.keep(story, stage.ends)
    elif played != written:
        difference = difflib.unified_diff(
            written.splitlines(), played.splitlines(), "written", "said now", lineterm="", n=2
        )
        pytest.fail("\n".join(difference), pytrace=False)
    missing = sorted(ended.kept().get(story, set()) - stage.ends)
    assert missing == [], "the story no longer ends this, as ended.tsv says"


@pytest.mark.parametrize(
    "path",
    sorted(
        path
        for folder in ("market", "sell", "welcome", "stop", "grade", "offers", "buy", "pay", "agents")
        for path in (SCRIPTS / folder).glob("*.txt")
    ),
    ids=lambda path: str(path.relative_to(SCRIPTS)),
)
async def test_a_carrier_that_brings_every_message_twice_changes_nothing(path: Path, stage: Stage) -> None:
    written = await asyncio.to_thread(path.read_text, "utf-8")
    stage.deliveries = 2
    assert await stage.play(written) == written
