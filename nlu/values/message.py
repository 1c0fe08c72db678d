"""A message laid out for the readers of values."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from nlu import lexicon
from nlu.lexicon import Hit
from nlu.normalise import Word
from nlu.understanding import Expecting


@dataclass(frozen=True)
class Found:
    """A value between the words `start` and `end`. More than one reading: only the speaker can choose."""

    name: str
    readings: tuple[Any, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Message:
    """`past` tells that the speaker looks back (a complaint, a missing payment): "kal" is then yesterday.

    `bids`, unless it is nought, is the least bare number that is rupees: they name a price (an offer, an alert).
    """

    words: tuple[Word, ...]
    today: date
    language: str | None = None
    expecting: Expecting | None = None
    past: bool = False
    bids: int = 0
    taken: frozenset[int] = field(default_factory=frozenset)

    def key(self, at: int) -> str:
        return self.words[at].key if 0 <= at < len(self.words) else ""

    def find(self, at: int, kind: str) -> Hit | None:
        """The longest form of this kind that begins here."""
        return lexicon.find(self.words, at, kind, self.language)

    def says(self, at: int, kind: str) -> bool:
        """Whether the word that stands here is of this kind for its speaker."""
        return lexicon.says_in(self.language, kind, self.key(at))

    def kind(self, at: int) -> str:
        return self.words[at].kind if 0 <= at < len(self.words) else ""

    def free(self, start: int, end: int) -> bool:
        return self.taken.isdisjoint(range(start, end))

    def without(self, found: Iterable[Found]) -> "Message":
        used = self.taken.union(*(range(f.start, f.end) for f in found))
        return replace(self, taken=used)

    def unread(self) -> tuple[str, ...]:
        """The words that are no values."""
        return tuple(w.key for at, w in enumerate(self.words) if at not in self.taken and w.kind != "sign")
