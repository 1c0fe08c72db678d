"""What the tests of values share: one Friday in November, and a short way to read a message."""

from datetime import date
from typing import Any

from nlu.values.read import read

FRIDAY = date(2026, 11, 20)


def values(
    text: str, expecting: Any = None, language: str | None = None, past: bool = False
) -> dict[str, Any]:
    return dict(read(text, today=FRIDAY, expecting=expecting, language=language, past=past).values)


def choices(text: str, expecting: Any = None, language: str | None = None) -> dict[str, Any]:
    return dict(read(text, today=FRIDAY, expecting=expecting, language=language).alternatives)
