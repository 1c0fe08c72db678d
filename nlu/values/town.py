"""Districts and towns of the lexicon (kind `place`) as they stand in a sentence: with endings, or transliterated."""

from collections.abc import Iterable
from functools import cache

import regex

from nlu import lexicon, vocabulary
from nlu.lexicon import Hit
from nlu.normalise import Word
from nlu.phonetic import latin_name, skeleton
from nlu.values.message import Message

_SHORTEST_TOWN = 2
#: A town may carry an ending that no list has (గుంటూర్ల, jalnyat) if so much of its name is there and so little follows.
_ENOUGH_OF_NAME, _ENDING_AT_MOST = {True: 5, False: 4}, 4
_LAST_VOWEL = regex.compile(r"(?:[aeiou]|\p{M})$")
_ENOUGH_SOUNDS = 5


def town_at(message: Message, at: int) -> Hit | None:
    if message.kind(at) != "word" or not message.free(at, at + 1):
        return None
    hit = message.find(at, "place")
    return hit or _with_ending(message, at) or _begun(message, at)


def town_named(name: str) -> str | None:
    """The one town that this name is, by its letters or its sound."""
    latin = name if name.isascii() else latin_name(name)
    known = lexicon.named(name, "place") or lexicon.named(latin, "place")
    if known is None and not name.isascii():
        known = _by_sounds().get(_sounds(latin))
    # "Rampura" may be any of many villages, though a list means Rampura Phul.
    return known if known and len(known.split()) == len(name.split()) else None


def _with_ending(message: Message, at: int) -> Hit | None:
    for stem in lexicon.stems(message.key(at), "place_ending"):
        bare = stem.text + stem.canonical.strip("-")
        if len(bare) > _SHORTEST_TOWN and message.language in (stem.language, None):
            hit = lexicon.find((Word(bare, bare, "word"),), 0, "place", message.language)
            if hit:
                return hit
    return None


def _begun(message: Message, at: int) -> Hit | None:
    key = message.key(at)
    enough = _ENOUGH_OF_NAME[key.isascii()]
    if len(key) < enough or not message.language or key in vocabulary.everyday(message.language):
        return None
    if key in lexicon.known_words():
        return None
    for length in range(len(key), max(enough, len(key) - _ENDING_AT_MOST) - 1, -1):
        if hit := _beginnings(message.language).get(key[:length]):
            return hit
    return None


@cache
def _beginnings(language: str) -> dict[str, Hit]:
    """The names that this language has for towns, without the vowel that endings take the place of."""
    return {
        beginning: Hit(1, (sense,))
        for form, senses in lexicon.all_of("place").items()
        for sense in senses
        if sense.language == language or (sense.language == lexicon.ANY and form.isascii())
        for beginning in (form, _LAST_VOWEL.sub("", form))
        if " " not in form and len(beginning) >= _ENOUGH_OF_NAME[form.isascii()]
    }


@cache
def _by_sounds() -> dict[str, str]:
    """By what is left without the short vowel, which transliteration puts everywhere: मंदसौर, Mandsaur."""
    towns: dict[str, set[str]] = {}
    for form, senses in lexicon.all_of("place").items():
        if form.isascii() and len(_sounds(form)) >= _ENOUGH_SOUNDS:
            towns.setdefault(_sounds(form), set()).update(sense.canonical for sense in senses)
    return {sounds: only for sounds, names in towns.items() for only in names if len(names) == 1}


def _sounds(latin: str) -> str:
    return skeleton(latin.lower()).replace("a", "").replace(" ", "")


def all_everyday(words: Iterable[str], language: str | None) -> bool:
    """Whether nothing among these words could be a name."""
    return all(
        word in lexicon.known_words() or (language and word in vocabulary.everyday(language))
        for word in words
    )
