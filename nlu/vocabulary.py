"""Our own training sentences, and the words of each language as they use them, read once per process."""

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import regex

from nlu.normalise import fold

_DATA = Path(__file__).with_name("data")
_INTENT = re.compile(r"\s*- intent: (\w+)")
_EXAMPLE = re.compile(r"\s+- (.+)")
_WORD = regex.compile(r"[\p{L}\p{M}]+")
#: Used so often by its speakers, a word is theirs, whatever it means elsewhere.
_OFTEN = 3


class Sentence(NamedTuple):
    text: str
    intent: str
    language: str


@cache
def training_sentences() -> tuple[Sentence, ...]:
    """In the order of their files, which is by language and, mostly, by intent."""
    said, intent = [], ""
    for file in sorted(_DATA.glob("*.yml")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if found := _INTENT.match(line):
                intent = found[1]
            elif found := _EXAMPLE.match(line):
                said.append(Sentence(found[1], intent, file.stem))
    return tuple(said)


@cache
def sentences() -> dict[str, tuple[str, ...]]:
    """By language, the words of the sentences as they are compared."""
    spoken: dict[str, list[str]] = {}
    for text, _, language in training_sentences():
        spoken.setdefault(language, []).append(text)
    return {language: tuple(map(_in_words, _folded(texts))) for language, texts in spoken.items()}


def _folded(texts: list[str]) -> list[str]:
    """In one go: a sentence at a time takes much longer."""
    return fold("\n".join(texts)).split("\n")


def _in_words(folded: str) -> str:
    return " ".join(_WORD.findall(folded))


@cache
def everyday(language: str) -> frozenset[str]:
    heard = Counter(word for said in sentences().get(language, ()) for word in set(said.split()))
    return frozenset(word for word, times in heard.items() if times >= _OFTEN)
