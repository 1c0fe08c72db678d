"""Which language and script a message is in; None when its words could be anybody's."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from nlu import vocabulary
from nlu.understanding import Script

_BLOCKS = {
    0x0900: ("hi", "mr"), 0x0980: ("bn",), 0x0A00: ("pa",), 0x0A80: ("gu",), 0x0B80: ("ta",), 0x0C00: ("te",),
    0x0C80: ("kn",), 0x0D00: ("ml",),
}  # fmt: skip
_SURE = 0.75
_SHORTEST, _LONGEST = 1, 4
_UNSEEN = 0.5
_ENOUGH_WORDS, _OFTEN, _TELLING = 2, 5, 4


@dataclass(frozen=True)
class _Letters:
    """Who writes these letters: how likely each language has each piece of a word, and the words that it uses often."""

    languages: tuple[str, ...]
    likelihood: dict[str, tuple[float, ...]]
    unseen: tuple[float, ...]
    vocabulary: dict[str, frozenset[str]]


@dataclass(frozen=True)
class Recognised:
    """`likely` is the best guess; `language` names it only when it is sure enough to go by."""

    language: str | None
    script: Script
    confidence: float
    likely: str | None = None


def recognise(text: str) -> Recognised:
    """`text` is normalised."""
    native = Counter(ord(letter) & ~0x7F for letter in text if letter.isalpha() and not letter.isascii())
    block, letters = native.most_common(1)[0] if native else (0, 0)
    latin = sum(letter.isascii() and letter.isalpha() for letter in text)
    if block in _BLOCKS and letters * 2 >= latin:
        share = letters / (letters + latin)
        if len(_BLOCKS[block]) == 1:
            return Recognised(_BLOCKS[block][0], "native", share, _BLOCKS[block][0])
        guessed, confidence = _guess(text, native=True)
        return Recognised(guessed if confidence >= _SURE else None, "native", confidence * share, guessed)
    if not latin:
        return Recognised(None, "native", 0.0)
    guessed, confidence = _guess(text, native=False)
    if confidence < _SURE:
        return Recognised(None, "latin", confidence, guessed if confidence else None)
    return Recognised(guessed, "native" if guessed == "en" else "latin", confidence, guessed)


def _guess(text: str, *, native: bool) -> tuple[str, float]:
    """Naive Bayes over the letters of words, learnt from our own training sentences.

    A lone word may be a name; it tells a language only if we know it, and from that language alone.
    """
    known = _letters(native)
    said = [word for word in text.split() if _counts(word, native)]
    if len(said) < _ENOUGH_WORDS:
        knowing = [code for code in known.languages if known.vocabulary[code].intersection(said)]
        return (knowing[0], _SURE) if len(knowing) == 1 else (known.languages[0], 0.0)
    pieces = _pieces(said)
    share = math.sqrt(len(pieces))
    sums = [
        sum(column) / share
        for column in zip(*(known.likelihood.get(p, known.unseen) for p in pieces), strict=True)
    ]
    best = max(sums)
    rest = sum(math.exp(max(-50.0, one - best)) for one in sums)
    return known.languages[sums.index(best)], 1 / rest


def _counts(word: str, native: bool) -> bool:
    return word[0].isalpha() and word.isascii() != native


@cache
def _letters(native: bool) -> _Letters:
    """Of the Latin sentences of every language, or of the native ones where two languages share a script."""
    shared = {code for codes in _BLOCKS.values() if len(codes) > 1 for code in codes}
    counts: dict[str, Counter[str]] = {}
    heard: dict[str, Counter[str]] = {}
    for code, sentences in vocabulary.sentences().items():
        if not native or code in shared:
            counts[code], heard[code] = Counter(), Counter()
            for said in sentences:
                words = [word for word in said.split() if _counts(word, native)]
                counts[code].update(_pieces(words))
                heard[code].update(set(words))
    languages = tuple(code for code in counts if counts[code])
    totals = [counts[code].total() + _UNSEEN * len(counts[code]) for code in languages]
    every = set().union(*(counts[code] for code in languages))
    return _Letters(
        languages,
        {
            piece: tuple(
                math.log((counts[code][piece] + _UNSEEN) / total)
                for code, total in zip(languages, totals, strict=True)
            )
            for piece in every
        },
        tuple(math.log(_UNSEEN / total) for total in totals),
        {
            code: frozenset(w for w, times in heard[code].items() if times >= _OFTEN and len(w) >= _TELLING)
            for code in languages
        },
    )


def _pieces(words: Iterable[str]) -> list[str]:
    return [
        padded[i : i + length]
        for word in words
        for padded in (f" {word} ",)
        for length in range(_SHORTEST + 1, _LONGEST + 1)
        for i in range(len(padded) - length + 1)
    ]
