"""`mandi grade`: what the eyes say of photos, on the same path that a farmer's photo takes."""

import subprocess
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from marketplace_core.grading.eyes import shelf
from marketplace_core.grading.eyes.look import BATCH, see
from marketplace_core.grading.judging import report
from marketplace_core.grading.report import Answers, Eye, Report


def reports(
    photos: Sequence[Path], *, commodity: str | None, eye: Eye | None, answers: Answers, now: datetime
) -> Iterator[tuple[Path, Report]]:
    """Each photo stands for a lot of its own; a few at a time are held in memory."""
    for start in range(0, len(photos), BATCH):
        some = photos[start : start + BATCH]
        for photo, seen in zip(
            some, see([photo.read_bytes() for photo in some], commodity=commodity, eye=eye), strict=True
        ):
            yield (
                photo,
                report([seen], commodity=commodity, answers=answers, model=shelf.versions(), now=now),
            )


def in_words(photo: Path, found: Report) -> Iterator[str]:
    """For a terminal; a farmer hears it from `flows/grade.py`."""
    yield str(photo)
    for key, value in found.to_json().items():
        if key not in ("usable", "model", "at") and value not in ([], None):
            yield f"  {key}: {_plain(value)}"
    if found.usable and found.grade is None:
        yield "  no grade: nothing that a limit is about was seen"


def in_workshop(goal: str, data: Path) -> int:
    """Training needs an environment of its own, which make sets up in the project's folder."""
    return subprocess.call(["make", "-C", str(Path(__file__).parents[1]), goal, f"DATA={data.resolve()}"])


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(each)}" for key, each in value.items() if each is not None)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value:.3g}" if isinstance(value, float) else str(value)
