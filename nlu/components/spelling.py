"""Words that training never saw, put back to the ones it knows: "pyameent" and "paymnet" are "payment"."""

from collections import Counter
from collections.abc import Iterable, Iterator

#: Shorter words are one letter away from too many others; rarer ones are hardly what was meant.
_SHORTEST, _OFTEN = 5, 3


class Spelling:
    """Two words are a slip apart when they are the same after losing a letter each, or one of them; never the first."""

    def __init__(self, times: dict[str, int]) -> None:
        self.times = times
        self._nearest: dict[str, str] = {}
        for word in sorted(times, key=lambda one: (-times[one], one)):
            if times[word] >= _OFTEN and len(word) >= _SHORTEST - 1:
                for rest in _a_letter_less(word):
                    self._nearest.setdefault(rest, word)

    @classmethod
    def of(cls, said: Iterable[str]) -> "Spelling":
        return cls(dict(Counter(word for text in said for word in set(text.split()))))

    def mended(self, word: str) -> str:
        if len(word) < _SHORTEST or word in self.times:
            return word
        meant = {self._nearest[rest] for rest in _a_letter_less(word) if rest in self._nearest}
        return max(meant, key=lambda one: (self.times[one], one), default=word)


def _a_letter_less(word: str) -> Iterator[str]:
    yield word
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]
