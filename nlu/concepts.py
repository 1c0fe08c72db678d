"""What words are about, whatever their language: बेचना, bechna, ಮಾರು and sell are all the concept `sell`.

Each language lists its words for the same concepts (`languages/<code>/concepts.tsv`, a star stands for any ending),
so that what was learnt from one language helps to understand another. Used inside Rasa (Python 3.10), and by
`nlu/watched.py`.
"""

from functools import cache
from itertools import combinations, pairwise, product
from typing import NamedTuple

from nlu.languages import lines
from nlu.normalise import key_of
from nlu.phrases import Phrases

#: Kinds of the lexicon that say as much as a concept does.
_KINDS = {
    "crop": "CROP",
    "residue": "CROP",
    "unit": "UNIT",
    "weekday": "DAY",
    "date_rel_days": "DAY",
    "month": "DAY",
    "number": "0",
    "fraction": "0",
    "multiplier": "0",
    "currency": "RS",
}
#: A word of many meanings says little; a long message would bring all pairs there are.
_MOST_MEANINGS, _MOST_TOGETHER = 3, 14


class About(NamedTuple):
    """`in_order` holds the concepts and their neighbouring pairs, `together` each two that occur anywhere."""

    in_order: list[str]
    together: list[str]


def concepts(shaped: str) -> About:
    """What a message is about; `shaped` as by `nlu.normalise.shape`."""
    found = _in_order(shaped.split())
    pairs = [f"{a} {b}" for these, those in pairwise(found) for a, b in product(these, those)]
    mainly = sorted({these[0] for these in found})[:_MOST_TOGETHER]
    return About(
        [one for these in found for one in these] + pairs, [f"{a}+{b}" for a, b in combinations(mainly, 2)]
    )


def speaks(word: str) -> bool:
    """Whether a word is about something all by itself."""
    return bool(_at([word], 0)[1])


def _in_order(words: list[str]) -> list[tuple[str, ...]]:
    found, at = [], 0
    while at < len(words):
        length, meanings = _at(words, at)
        if meanings:
            found.append(meanings)
        at += length
    return found


def _at(words: list[str], at: int) -> tuple[int, tuple[str, ...]]:
    phrases = _phrases().at(words, at)
    if not phrases:
        value = _values().get(words[at])
        return 1, (value,) if value else ()
    best = phrases[0]
    alike = [p.meaning for p in phrases if p.words == best.words and p.starred == best.starred]
    return len(best.words), tuple(dict.fromkeys(alike))[:_MOST_MEANINGS]


@cache
def _phrases() -> Phrases:
    return Phrases((meaning, forms) for _, (meaning, forms) in lines("concepts"))


@cache
def _values() -> dict[str, str]:
    known = {"0": "0"}
    for _, (kind, _canonical, _script, form) in lines("lexicon"):
        if kind in _KINDS:
            known.setdefault(key_of(form), _KINDS[kind])
    return known
