"""The words farmers use for amounts, units, days and produce, found in a message.

`lexicon.tsv` has one form a line: kind, canonical, language, script, form. Adding a language or a commodity is adding
lines.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from nlu.normalise import Word, clean, words
from nlu.phonetic import skeleton

_FILE = Path(__file__).with_name("lexicon.tsv")
#: A shorter skeleton says too little: gadi is a vehicle in Hindi and straw in Telugu.
_SKELETON_LETTERS, _TYPO_LETTERS = 5, 6

#: Case endings that Kannada writes onto the word; what is left may have lost its final u.
_ENDINGS = {
    "kn": tuple(
        sorted(
            (
                "ಗಳನ್ನು", "ವನ್ನು", "ಯನ್ನು", "ನ್ನು", "ಅನ್ನು", "ಗಳು", "ಗಳ", "ದಲ್ಲಿ", "ಯಲ್ಲಿ", "ನಲ್ಲಿ", "ಿನಲ್ಲಿ",
                "ದಿಂದ", "ಯಿಂದ", "ನಿಂದ", "ಿನಿಂದ", "ಿಗೆ", "ಗೆ", "ಕ್ಕೆ", "ಿನ", "ದ", "ನ", "ಯ", "ಗಳಿಗೆ", "ರಂದು", "ಕ್ಕೆ", "ವು",
                "gallannu", "galannu", "vannu", "yannu", "annu", "galu", "gala", "dalli", "yalli", "nalli", "inalli",
                "dinda", "yinda", "ninda", "inda", "ige", "ge", "kke", "ke", "ina", "da", "na", "ya", "alli",
            ),
            key=len,
            reverse=True,
        )
    )
}  # fmt: skip
_ALL_ENDINGS = tuple(ending for endings in _ENDINGS.values() for ending in endings)
_INFLECTED = frozenset(
    {
        "unit",
        "crop",
        "residue",
        "residue_part",
        "month",
        "weekday",
        "date_rel_days",
        "day_unit",
        "currency",
        "multiplier",
    }
)
_DATIVE = ("ಗೆ", "ಕ್ಕೆ", "ige", "ge", "kke")


@dataclass(frozen=True)
class Sense:
    kind: str
    canonical: str
    language: str


@dataclass(frozen=True)
class Hit:
    """`length` words mean one of `senses`; `ending` is what was written onto the last of them."""

    length: int
    senses: tuple[Sense, ...]
    ending: str = ""

    @property
    def canonical(self) -> str:
        return self.senses[0].canonical

    @property
    def canonicals(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(sense.canonical for sense in self.senses))


@cache
def _index() -> dict[str, dict[str, tuple[Sense, ...]]]:
    """By kind, then by the folded form, its words joined by a space."""
    index: dict[str, dict[str, dict[Sense, None]]] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines()[1:]:
        kind, canonical, language, _script, form = line.split("\t")
        key = " ".join(word.key for word in words(clean(form)))
        index.setdefault(kind, {}).setdefault(key, {})[Sense(kind, canonical, language)] = None
    return {kind: {key: tuple(senses) for key, senses in forms.items()} for kind, forms in index.items()}


@cache
def _skeletons(kind: str) -> dict[str, tuple[Sense, ...]]:
    bones: dict[str, dict[Sense, None]] = {}
    for key, senses in _index()[kind].items():
        bone = skeleton(key)
        if len(bone.replace(" ", "")) >= _SKELETON_LETTERS:
            bones.setdefault(bone, {}).update(dict.fromkeys(senses))
    return {bone: tuple(senses) for bone, senses in bones.items()}


def _longest_by_first_word(keys: Iterable[str]) -> dict[str, int]:
    """How many words to look at, by the word that they begin with."""
    longest: dict[str, int] = {}
    for key in keys:
        first, *more = key.split()
        longest[first] = max(longest.get(first, 1), 1 + len(more))
    return longest


@cache
def _lengths(kind: str) -> dict[str, int]:
    return _longest_by_first_word(_index()[kind])


@cache
def _skeleton_lengths(kind: str) -> dict[str, int]:
    return _longest_by_first_word(_skeletons(kind))


@cache
def forms(kind: str) -> frozenset[str]:
    return frozenset(_index()[kind])


def says(kind: str, key: str) -> bool:
    """Whether this word, as it stands, is of that kind."""
    return key in _index()[kind]


def says_in(language: str | None, kind: str, key: str) -> bool:
    """Like `says`, unless it is an everyday word of this language: "me" is the Hindi "in", but not in English."""
    here = {sense.language for sense in _index()[kind].get(key, ())}
    everyday = {sense.language for sense in _index()["ordinary"].get(key, ())}
    return bool(here) and (language in here or language not in everyday)


@cache
def table(kind: str) -> dict[str, str]:
    """For a kind whose forms have one meaning each: what they mean."""
    return {form: senses[0].canonical for form, senses in _index()[kind].items()}


@cache
def known_words() -> frozenset[str]:
    """Every word of the lexicon: none of them is the name of a village, unless a village is asked for."""
    return frozenset(word for kind in _index().values() for form in kind for word in form.split())


@cache
def canonicals(kind: str) -> frozenset[str]:
    return frozenset(sense.canonical for senses in _index()[kind].values() for sense in senses)


def find(said: Sequence[Word], at: int, kind: str, language: str | None = None) -> Hit | None:
    """The longest form of this kind that begins at `at`; an ending may be written onto it."""
    index = _index()[kind]
    if at >= len(said):
        return None
    for length in range(min(_lengths(kind).get(said[at].key, 1), len(said) - at), 0, -1):
        key = " ".join(word.key for word in said[at : at + length])
        if senses := index.get(key):
            return Hit(length, _preferred(senses, language))
        for stem, ending in _stems(key) if kind in _INFLECTED else ():
            if senses := tuple(s for s in index.get(stem, ()) if s.language in ("kn", "xx", "en")):
                return Hit(length, _preferred(senses, language), ending)
    return None


def resembles(said: Sequence[Word], at: int, kind: str, language: str | None = None) -> Hit | None:
    """Like `find`, by sound and with one slip of the thumb; only for words long enough to be unmistakable."""
    first = skeleton(said[at].key)
    for length in range(min(_skeleton_lengths(kind).get(first, 1), len(said) - at), 0, -1):
        part = said[at : at + length]
        if any(word.kind != "word" for word in part):
            continue
        bone = skeleton(" ".join(word.key for word in part))
        senses = _skeletons(kind).get(bone) or (_one_slip_away(bone, kind) if length == 1 else ())
        if senses := _spoken_here(senses, language):
            return Hit(length, _preferred(senses, language))
    return None


def is_dative(ending: str) -> bool:
    """ಕ್ವಿಂಟಲ್‌ಗೆ and quintalge mean "per quintal"."""
    return ending in _DATIVE


def _one_slip_away(bone: str, kind: str) -> tuple[Sense, ...]:
    if len(bone) < _TYPO_LETTERS:
        return ()
    near = process.extract(
        bone, _unmistakable(kind, bone[0]), scorer=Levenshtein.distance, score_cutoff=1, limit=None
    )
    return tuple(dict.fromkeys(sense for form, _, _ in near for sense in _skeletons(kind)[form]))


@cache
def _unmistakable(kind: str, first: str) -> list[str]:
    return [bone for bone in _skeletons(kind) if len(bone) >= _TYPO_LETTERS and bone[0] == first]


def _stems(key: str) -> Iterator[tuple[str, str]]:
    if not key.endswith(_ALL_ENDINGS):
        return
    for endings in _ENDINGS.values():
        for ending in endings:
            stem = key.removesuffix(ending)
            if len(stem) >= 2 and stem != key:
                yield stem, ending
                yield stem + ("u" if stem.isascii() else "ು"), ending


def _spoken_here(senses: tuple[Sense, ...], language: str | None) -> tuple[Sense, ...]:
    if language is None:
        return senses
    return tuple(sense for sense in senses if sense.language in (language, "en", "xx"))


def _preferred(senses: tuple[Sense, ...], language: str | None) -> tuple[Sense, ...]:
    for wanted in ((language,), ("en", "xx")):
        if kept := tuple(sense for sense in senses if sense.language in wanted):
            return kept
    return senses
