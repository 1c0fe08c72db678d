"""The words of each language as our own training sentences use them, counted once per process."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import regex

from nlu.normalise import fold

_DATA = Path(__file__).with_name("data")
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_SENTENCE = re.compile(r"\s+- (?!intent:)(.+)")
#: Used so often by its speakers, a word is theirs, whatever it means elsewhere.
_OFTEN = 3


@cache
def sentences() -> dict[str, tuple[str, ...]]:
    """By language, the words of the sentences as they are compared."""
    return {file.stem: tuple(_sentences(file)) for file in sorted(_DATA.glob("*.yml"))}


def _sentences(file: Path) -> Iterator[str]:
    for line in fold(file.read_text(encoding="utf-8")).splitlines():
        if found := _SENTENCE.match(line):
            yield " ".join(_WORD.findall(found[1]))


@cache
def everyday(language: str) -> frozenset[str]:
    heard = Counter(word for said in sentences().get(language, ()) for word in set(said.split()))
    return frozenset(word for word, times in heard.items() if times >= _OFTEN)
