"""The story, a line each, as anyone can read it.

    # Said to nobody
    manjula@whatsapp[kn] +919876500011 is the farmer     who takes part, in the order of the columns
    == She begins with a photo.                          a chapter
    manjula > ಮೂರು ಟನ್                                      what a person writes
    manjula > [tap ಹೌದು]   [photo]
    manjula < ಎಷ್ಟು                                         some message with this in it comes, or the story ends here
    (the office finds the money for B1)                  what is done elsewhere: names in office.py

Codes are made by chance. L1 is the first lot, F1 an offer, B1 a booking, Y1 a payout; P1 is a pickup code, C1 a code
that proves a phone, K1 a PIN or a code that somebody tells their agent. What stands there where such a name is first
expected is what it means from then on.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

STORY = Path(__file__).with_name("story.txt")
IS = re.compile(r"(?P<who>\w+)@(?P<channel>\w+)\[(?P<language>\w+)\] (?P<number>\+\d+) is the (?P<role>.+)")
SAYS = re.compile(r"(?P<who>\w+) > (?P<what>.+)")
HEARS = re.compile(r"(?P<who>\w+) < (?P<what>.+)")
CHAPTER = re.compile(r"== (?P<what>.+)")
DEED = re.compile(r"\((?P<what>.+)\)")
NAME = re.compile(r"\b([BCFKLPY])([1-9])\b")
SHAPES: Mapping[str, str] = {
    **{letter: rf"{letter}[0-9A-Z]{{5}}" for letter in "BFLY"},
    "P": r"\d{6}",
    "C": r"\d{4}",
    "K": r"\d{4}",
}


class NotAStory(Exception):
    """Nobody knows what this line means."""


@dataclass(frozen=True)
class Person:
    who: str
    channel: str
    language: str
    number: str
    role: str


@dataclass(frozen=True)
class Says:
    who: str
    what: str


@dataclass(frozen=True)
class Hears:
    who: str
    what: str


@dataclass(frozen=True)
class Deed:
    what: str


@dataclass(frozen=True)
class Chapter:
    what: str


Step = Says | Hears | Deed | Chapter


def read(text: str) -> tuple[tuple[Person, ...], tuple[Step, ...]]:
    people, steps = [], []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if match := IS.fullmatch(line):
            people.append(Person(**match.groupdict()))
        else:
            steps.append(_step(line))
    return tuple(people), tuple(steps)


def _step(line: str) -> Step:
    if match := SAYS.fullmatch(line):
        return Says(**match.groupdict())
    if match := HEARS.fullmatch(line):
        return Hears(**match.groupdict())
    if match := CHAPTER.fullmatch(line):
        return Chapter(match["what"])
    if match := DEED.fullmatch(line):
        return Deed(match["what"])
    raise NotAStory(line)


def spelt(line: str, codes: Mapping[str, str]) -> str:
    """With the codes in the place of their names."""
    return NAME.sub(lambda match: codes.get(match[0], match[0]), line)


def pattern(line: str, codes: Mapping[str, str]) -> re.Pattern[str]:
    """What a message must have in it; a name without a code yet takes what stands there."""
    return re.compile(r"\s+".join("".join(_parts(word, codes)) for word in line.split()))


def _parts(word: str, codes: Mapping[str, str]) -> Iterator[str]:
    at = 0
    for match in NAME.finditer(word):
        yield re.escape(word[at : match.start()])
        known = codes.get(match[0])
        yield known or rf"\b(?P<{match[0]}>{SHAPES[match[1]]})\b"
        at = match.end()
    yield re.escape(word[at:])
