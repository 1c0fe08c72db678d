"""The words farmers use for amounts, units, days and produce, found in a message.

`languages/<code>/lexicon.tsv` has one form a line: kind, canonical, script, form. Adding a language or a commodity is
adding lines.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import regex
from rapidfuzz.distance import Levenshtein

from nlu import vocabulary
from nlu.languages import lines
from nlu.normalise import Word, clean, key_of, keys_of, words
from nlu.phonetic import skeleton

#: The language of words that are nobody's own.
ANY = "any"
#: Kinds that are no words but parts of them.
_OF_WORDS = frozenset(
    {"ending", "place_ending", "half_ending", "after_ending", "refusal_ending", "number_ending"}
)

#: A shorter skeleton says too little: gadi is a vehicle in Hindi and straw in Telugu.
_SKELETON_LETTERS, _TYPO_LETTERS = 5, 6
#: What is left of a Latin word without its ending must be this long, while its language is not known.
_STEM_LETTERS = 4

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
#: The vowel that an ending may take the place of: ನೆಲ್ಲು, but ನೆಲ್ಲಿನ.
_LAST_VOWEL = regex.compile(r"(?<=\w\w)(?:[aeiou]|\p{M})$")
#: In the south also the nasal: மக்காச்சோளம், but மக்காச்சோளத்துல; makkacholam, but makkacholathinu.
_LAST_NASAL = regex.compile(r"(?<=\w\w)(?:ம்|(?<=a)m)$")
_OF_THE_SOUTH = frozenset({"kn", "ml", "ta", "te"})


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
    listed = [(language, *line) for language, line in lines("lexicon") if line[0] not in _OF_WORDS]
    keys = keys_of([form for *_, form in listed])
    senses: dict[tuple[str, str, str], Sense] = {}
    for (language, kind, canonical, *_), key in zip(listed, keys, strict=True):
        sense = senses.setdefault((kind, canonical, language), Sense(kind, canonical, language))
        index.setdefault(kind, {}).setdefault(key, {})[sense] = None
    return {kind: {key: tuple(senses) for key, senses in forms.items()} for kind, forms in index.items()}


@dataclass(frozen=True)
class Stem:
    """A word without an ending of that language; `canonical` is what the word list says of the ending."""

    text: str
    ending: str
    language: str
    canonical: str


@lru_cache(maxsize=8192)
def stems(key: str, kind: str) -> tuple[Stem, ...]:
    """What a word may be without an ending of this kind, the longest ending first."""
    known = _endings(kind)
    return tuple(
        Stem(key[:-length], key[-length:], language, canonical)
        for length in range(min(_longest_ending(kind), len(key) - 2), 0, -1)
        for language, canonical in known.get(key[-length:], ())
    )


@cache
def _endings(kind: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """By the ending, the languages that have it and what it means or stands for."""
    found: dict[str, dict[str, str]] = {}
    for language, (one, canonical, _script, form) in lines("lexicon"):
        if one == kind:
            found.setdefault(key_of(form), {})[language] = canonical
    return {ending: tuple(of_whom.items()) for ending, of_whom in found.items()}


@cache
def _longest_ending(kind: str) -> int:
    return max(map(len, _endings(kind)), default=0)


@cache
def _without_last_vowel(kind: str) -> dict[str, tuple[Sense, ...]]:
    shorter: dict[str, dict[Sense, None]] = {}
    for key, senses in _index()[kind].items():
        stem = _LAST_VOWEL.sub("", key)
        if stem != key:
            shorter.setdefault(stem, {}).update(dict.fromkeys(senses))
        if (stem := _LAST_NASAL.sub("", key)) != key:
            southern = [sense for sense in senses if sense.language in _OF_THE_SOUTH]
            shorter.setdefault(stem, {}).update(dict.fromkeys(southern))
    return {stem: tuple(senses) for stem, senses in shorter.items()}


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


def all_of(kind: str) -> Mapping[str, tuple[Sense, ...]]:
    """Every form of this kind with its senses."""
    return _index()[kind]


def says(kind: str, key: str) -> bool:
    """Whether this word, as it stands, is of that kind."""
    return key in _index()[kind]


def says_in(language: str | None, kind: str, key: str) -> bool:
    """Like `says`, unless this language has the word for something else: "me" is the Hindi "in", but not in English."""
    return bool(_spoken(_index()[kind].get(key, ()), key, language))


def doubtful(kind: str, key: str, spoken_in: Iterable[str], language: str | None) -> bool:
    """Whether a word of the languages `spoken_in` may here be another word: a list of this kind names it.

    A list speaks for its own language. While nobody knows the speaker's, all who have the word must doubt it.
    """
    doubting = {sense.language for sense in _index()[kind].get(key, ())}
    if language is None or ANY in doubting:
        return ANY in doubting or (bool(doubting) and doubting.issuperset(spoken_in))
    return language in doubting or (bool(doubting) and language not in spoken_in)


@cache
def table(kind: str) -> dict[str, str]:
    """For a kind whose forms have one meaning each: what they mean."""
    return {form: senses[0].canonical for form, senses in _index()[kind].items()}


def stemmed(stem: str, kind: str) -> bool:
    """Whether a form of this kind without its last vowel is this."""
    return stem in _without_last_vowel(kind)


def of_stem(stem: str, kind: str) -> tuple[Sense, ...]:
    """The senses of a form of this kind, whole or without its last vowel."""
    return (*_index()[kind].get(stem, ()), *_without_last_vowel(kind).get(stem, ()))


@cache
def known_words() -> frozenset[str]:
    """Every word of the lexicon: none of them is the name of a village, unless a village is asked for."""
    return frozenset(word for kind in _index().values() for form in kind for word in form.split())


@cache
def canonicals(kind: str) -> frozenset[str]:
    return frozenset(sense.canonical for senses in _index()[kind].values() for sense in senses)


def find(said: Sequence[Word], at: int, kind: str, language: str | None = None) -> Hit | None:
    """The longest form of this kind that begins at `at`; an ending may be written onto it."""
    if at >= len(said):
        return None
    for length in range(min(_longest_form(kind, said[at].key), len(said) - at), 0, -1):
        key = said[at].key if length == 1 else " ".join(word.key for word in said[at : at + length])
        if senses := _spoken(_index()[kind].get(key, ()), key, language):
            return Hit(length, senses)
        if kind in _INFLECTED and (inflected := _inflected(key, kind, language)):
            senses, ending = inflected
            return Hit(length, _preferred(senses, language), ending)
    return None


def begins(first: str, kind: str) -> bool:
    """Whether a form of this kind begins with the word."""
    return _longest_form(kind, first) > 0


@lru_cache(maxsize=65536)
def _longest_form(kind: str, first: str) -> int:
    """How long a form that begins with this word can be; mostly nothing does, and that must be quick."""
    if (longest := _lengths(kind).get(first, 0)) or kind not in _INFLECTED:
        return longest
    forms, shorter = _index()[kind], _without_last_vowel(kind)
    return int(any(stem.text in forms or stem.text in shorter for stem in stems(first, "ending")))


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


def named(name: str, kind: str) -> str | None:
    """What these words together are a form of this kind for; by their sound too, but without a slip."""
    spoken = words(clean(name))
    hit = find(spoken, 0, kind)
    if hit and hit.length == len(spoken):
        return hit.canonical
    alike = _skeletons(kind).get(skeleton(" ".join(word.key for word in spoken)), ())
    return alike[0].canonical if alike else None


def is_dative(ending: str, language: str | None = None) -> bool:
    """ಕ್ವಿಂಟಲ್‌ಗೆ and quintalge mean "per quintal"; standing alone, such an ending counts in its own language."""
    found = _endings("ending").get(ending, ())
    return any(canonical == "per" and language in (spoken, None) for spoken, canonical in found)


def _one_slip_away(bone: str, kind: str) -> tuple[Sense, ...]:
    if len(bone) < _TYPO_LETTERS:
        return ()
    near = (
        form
        for length in (len(bone), len(bone) - 1, len(bone) + 1)
        for form in _unmistakable(kind).get((bone[0], length), ())
        if Levenshtein.distance(bone, form, score_cutoff=1) == 1
    )
    return tuple(dict.fromkeys(sense for form in near for sense in _skeletons(kind)[form]))


@cache
def _unmistakable(kind: str) -> dict[tuple[str, int], list[str]]:
    """By the first letter, which nobody gets wrong, and the length."""
    bones: dict[tuple[str, int], list[str]] = {}
    for bone in _skeletons(kind):
        if len(bone) >= _TYPO_LETTERS:
            bones.setdefault((bone[0], len(bone)), []).append(bone)
    return bones


def _inflected(key: str, kind: str, language: str | None) -> tuple[tuple[Sense, ...], str] | None:
    """ರಾಗಿಯನ್ನು is ರಾಗಿ and an ending; in ನೆಲ್ಲಿನ the ending has taken the place of a vowel."""
    latin = key.isascii()
    for stem in stems(key, "ending"):
        foreign = language not in (stem.language, None)
        if foreign and not (kind == "unit" and latin):
            continue  # उसने is "he" in Hindi, though उस is Marathi sugarcane and ने an ending
        if latin and language is None and len(stem.text) < _STEM_LETTERS:
            continue
        if Sense("ordinary", "-", stem.language) in _index()["ordinary"].get(key, ()):
            continue
        own = () if foreign else (stem.language,)
        # A quintal is one in every language, and "quintalukku" is often taken for a neighbour's.
        known = (*own, ANY, "en") if not latin or len(stem.text) >= _STEM_LETTERS else own
        if senses := tuple(sense for sense in of_stem(stem.text, kind) if sense.language in known):
            return senses, stem.ending
    return None


def _spoken(senses: tuple[Sense, ...], key: str, language: str | None) -> tuple[Sense, ...]:
    """The senses for who speaks this language: their own first; others' only if they have not the word themselves."""
    if not senses:
        return ()
    kept = _preferred(senses, language)
    if language is None or any(sense.language in (language, "en") for sense in kept):
        return kept
    if any(sense.language == ANY for sense in kept):  # Banda is a town, but "banda" is "came" in Kannada
        return () if Sense("ordinary", "-", language) in _index()["ordinary"].get(key, ()) else kept
    return (
        () if key in vocabulary.everyday(language) or key in _words_by_language().get(language, ()) else kept
    )


@cache
def _words_by_language() -> dict[str, set[str]]:
    words: dict[str, set[str]] = {}
    for kind in _index().values():
        for key, senses in kind.items():
            for sense in senses:
                words.setdefault(sense.language, set()).add(key)
    return words


def _spoken_here(senses: tuple[Sense, ...], language: str | None) -> tuple[Sense, ...]:
    if language is None:
        return senses
    return tuple(sense for sense in senses if sense.language in (language, "en", ANY))


def _preferred(senses: tuple[Sense, ...], language: str | None) -> tuple[Sense, ...]:
    for wanted in ((language,), ("en", ANY)):
        if kept := tuple(sense for sense in senses if sense.language in wanted):
            return kept
    return senses
