"""What words are about, whatever their language: बेचना, bechna, ಮಾರು and sell are all the concept `sell`.

Each language lists its words for the same concepts (`languages/<code>/concepts.tsv`, a star stands for any ending),
so that what was learnt from one language helps to understand another. Used inside Rasa (Python 3.10).
"""

from functools import cache
from itertools import pairwise, product

from nlu.languages import lines
from nlu.normalise import normalise

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
_SHORTEST_STEM, _MOST_MEANINGS = 2, 3


def concepts(shaped: str) -> list[str]:
    """The concepts of a message and its pairs of neighbours, in its order; `shaped` as by `nlu.normalise.shape`."""
    found = _in_order(shaped.split())
    pairs = [f"{a} {b}" for these, those in pairwise(found) for a, b in product(these, those)]
    return [one for these in found for one in these] + pairs


def _in_order(words: list[str]) -> list[tuple[str, ...]]:
    found, at = [], 0
    while at < len(words):
        length, meanings = _at(words, at)
        if meanings:
            found.append(meanings[:_MOST_MEANINGS])
        at += length
    return found


def _at(words: list[str], at: int) -> tuple[int, tuple[str, ...]]:
    for phrase, meaning in _phrases().get(words[at], ()):
        said = words[at : at + len(phrase)]
        if said[:-1] == phrase[:-1] and len(said) == len(phrase) and _fits(phrase[-1], said[-1]):
            return len(phrase), (meaning,)
    word = words[at]
    if word in _whole():
        return 1, _whole()[word]
    stems = _stems()
    for length in range(len(word), _SHORTEST_STEM - 1, -1):
        if word[:length] in stems:
            return 1, stems[word[:length]]
    return 1, ()


def _fits(form: str, word: str) -> bool:
    return word.startswith(form[:-1]) if form.endswith("*") else word == form


@cache
def _whole() -> dict[str, tuple[str, ...]]:
    known: dict[str, dict[str, None]] = {"0": {"0": None}}
    for _, (meaning, forms) in lines("concepts"):
        for form in forms.split("|"):
            if not form.endswith("*") and " " not in (key := normalise(form)):
                known.setdefault(key, {})[meaning] = None
    for _, (kind, _canonical, _script, form) in lines("lexicon"):
        if _KINDS.get(kind) and (key := normalise(form)) not in known:
            known[key] = {_KINDS[kind]: None}
    return {key: tuple(meanings) for key, meanings in known.items()}


@cache
def _stems() -> dict[str, tuple[str, ...]]:
    known: dict[str, dict[str, None]] = {}
    for _, (meaning, forms) in lines("concepts"):
        for form in forms.split("|"):
            if form.endswith("*") and " " not in (key := normalise(form)):
                known.setdefault(key, {})[meaning] = None
    return {key: tuple(meanings) for key, meanings in known.items()}


@cache
def _phrases() -> dict[str, list[tuple[list[str], str]]]:
    """By their first word, the longest first."""
    known: dict[str, list[tuple[list[str], str]]] = {}
    for _, (meaning, forms) in lines("concepts"):
        for form in forms.split("|"):
            phrase = normalise(form).split()
            if len(phrase) > 1:
                last = phrase[-1] + ("*" if form.endswith("*") else "")
                known.setdefault(phrase[0], []).append(([*phrase[:-1], last], meaning))
    return {first: sorted(all_, key=lambda one: -len(one[0])) for first, all_ in known.items()}
