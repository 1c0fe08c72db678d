"""The words of each language as our own training sentences use them, counted once per process."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

from nlu.normalise import key_of

_DATA = Path(__file__).with_name("data")
_SENTENCE = re.compile(r"\s+- (?!intent:)(.+)")
#: Used so often by its speakers, a word is theirs, whatever it means elsewhere.
_OFTEN = 3


@cache
def sentences() -> dict[str, tuple[str, ...]]:
    """By language, the sentences as they are compared."""
    return {
        file.stem: tuple(
            key_of(found[1])
            for line in file.read_text(encoding="utf-8").splitlines()
            if (found := _SENTENCE.match(line))
        )
        for file in sorted(_DATA.glob("*.yml"))
    }


@cache
def everyday(language: str) -> frozenset[str]:
    heard = Counter(word for said in sentences().get(language, ()) for word in set(said.split()))
    return frozenset(word for word, times in heard.items() if times >= _OFTEN)
