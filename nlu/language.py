"""Which language and script a message is in; None when its words could be anybody's."""

import math
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlu.lexicon import says
from nlu.normalise import normalise
from nlu.understanding import Script

_DATA = Path(__file__).with_name("data")
_BLOCKS = {
    0x0900: "hi", 0x0980: "bn", 0x0A00: "pa", 0x0A80: "gu", 0x0B80: "ta", 0x0C00: "te", 0x0C80: "kn", 0x0D00: "ml",
}  # fmt: skip
_DEVANAGARI = 0x0900
_SURE = 0.85
_SHORTEST, _LONGEST = 1, 4
_UNSEEN = 0.5
_ENOUGH_WORDS, _OFTEN, _TELLING = 2, 5, 4


@dataclass(frozen=True)
class _Letters:
    counts: Counter[str]
    total: float
    vocabulary: set[str]


@dataclass(frozen=True)
class Recognised:
    language: str | None
    script: Script
    confidence: float


def recognise(text: str) -> Recognised:
    """`text` is normalised."""
    native = Counter(ord(letter) & ~0x7F for letter in text if letter.isalpha() and not letter.isascii())
    block, letters = native.most_common(1)[0] if native else (0, 0)
    latin = sum(letter.isascii() and letter.isalpha() for letter in text)
    if block in _BLOCKS and letters * 2 >= latin:
        language = _BLOCKS[block]
        if block == _DEVANAGARI and any(says("marathi", word) for word in text.split()):
            language = "mr"
        return Recognised(language, "native", letters / (letters + latin))
    if not latin:
        return Recognised(None, "latin" if text.isascii() and latin else "native", 0.0)
    guessed, confidence = _latin(text)
    if confidence < _SURE:
        return Recognised(None, "latin", confidence)
    return Recognised(guessed, "native" if guessed == "en" else "latin", confidence)


def _latin(text: str) -> tuple[str, float]:
    """Naive Bayes over the letters of words, learnt from the Latin lines of our own training data.

    A lone word may be a name; it tells a language only if we know it, and from that language alone.
    """
    model = _model()
    said = [word for word in text.split() if word.isalpha() and word.isascii()]
    if len(said) < _ENOUGH_WORDS:
        knowing = [language for language, known in model.items() if known.vocabulary.intersection(said)]
        return (knowing[0], _SURE) if len(knowing) == 1 else ("en", 0.0)
    grams = _grams(text)
    scores = {
        language: sum(math.log((known.counts[gram] + _UNSEEN) / known.total) for gram in grams)
        / math.sqrt(len(grams) or 1)
        for language, known in model.items()
    }
    best = max(scores, key=lambda language: scores[language])
    rest = sum(math.exp(max(-50.0, score - scores[best])) for score in scores.values())
    return best, 1 / rest


@cache
def _model() -> dict[str, _Letters]:
    model = {}
    for file in sorted(_DATA.glob("*.yml")):
        counts: Counter[str] = Counter()
        heard: Counter[str] = Counter()
        for line in file.read_text(encoding="utf-8").splitlines():
            said = line.strip().removeprefix("- ")
            if said != line.strip() and said.isascii() and not said.startswith("intent:"):
                normal = normalise(said)
                counts.update(_grams(normal))
                heard.update(set(normal.split()))
        if counts:
            vocabulary = {word for word, times in heard.items() if times >= _OFTEN and len(word) >= _TELLING}
            model[file.stem] = _Letters(counts, sum(counts.values()) + _UNSEEN * len(counts), vocabulary)
    return model


def _grams(text: str) -> list[str]:
    return [
        gram
        for word in text.split()
        if word.isalpha() and word.isascii()
        for padded in (f" {word} ",)
        for length in range(_SHORTEST + 1, _LONGEST + 1)
        for gram in (padded[i : i + length] for i in range(len(padded) - length + 1))
    ]
