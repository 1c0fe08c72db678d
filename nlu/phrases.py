"""Word lists in which a star stands for any ending: "bhasha bad*" finds "bhasha badlo" and "bhasha badalni"."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nlu.normalise import key_of

_SHORTEST_STEM = 2


class Phrase(NamedTuple):
    """Words to find, the starred ones as stems; `meaning` is what they stand for."""

    words: tuple[str, ...]
    starred: tuple[bool, ...]
    meaning: str


class Phrases:
    """From lines of a meaning and its forms, separated by bars."""

    def __init__(self, lines: Iterable[tuple[str, str]]) -> None:
        self._by_word: dict[str, dict[Phrase, None]] = {}
        self._by_stem: dict[str, dict[Phrase, None]] = {}
        for meaning, forms in lines:
            for form in forms.split("|"):
                said = form.split()
                words = tuple(key_of(word.rstrip("*")) for word in said)
                phrase = Phrase(words, tuple(word.endswith("*") for word in said), meaning)
                if all(words):
                    begins = self._by_stem if phrase.starred[0] else self._by_word
                    begins.setdefault(words[0], {})[phrase] = None

    def at(self, said: Sequence[str], at: int) -> list[Phrase]:
        """All that begin here: the longest first, whole words before stems."""
        word = said[at]
        begun = list(self._by_word.get(word, ()))
        for length in range(len(word), _SHORTEST_STEM - 1, -1):
            begun += self._by_stem.get(word[:length], ())
        if not begun:
            return []
        fitting = [phrase for phrase in begun if len(phrase.words) == 1 or _goes_on(phrase, said, at)]
        return sorted(fitting, key=lambda phrase: -len(phrase.words))


def _goes_on(phrase: Phrase, said: Sequence[str], at: int) -> bool:
    following = said[at + 1 : at + len(phrase.words)]
    return len(following) == len(phrase.words) - 1 and all(
        word.startswith(form) if star else word == form
        for word, form, star in zip(following, phrase.words[1:], phrase.starred[1:], strict=True)
    )
