"""Amounts written as one word: ढाईसौ, dedhton, நூறுகட்டு, మూడెకరాల (మూడు ఎకరాల)."""

from collections.abc import Iterable
from functools import lru_cache

import regex

from nlu import lexicon
from nlu.normalise import Word

_AMOUNTS = ("number", "fraction", "multiplier")
_COUNTED = ("unit", "multiplier")
_SHORTEST_WORD, _SHORTEST_LATIN_PART = 5, 3
_VOWEL_SIGN = regex.compile(
    r"[\p{M}--[\u094d\u09cd\u0a4d\u0acd\u0bcd\u0c4d\u0ccd\u0d4d\u0902\u0c02\u0d02]]", regex.V1
)
_SIGN_TO_LETTER = 0x38


def apart(words: Iterable[Word]) -> list[Word]:
    """The same words; where one holds an amount and what it counts, two."""
    return [part for word in words for part in (_parts(word) if word.kind == "word" else (word,))]


def _parts(word: Word) -> tuple[Word, ...]:
    cut = _cut(word.key)
    return tuple(Word(part, part, "word") for part in cut) if cut else (word,)


@lru_cache(maxsize=16384)
def _cut(key: str) -> tuple[str, str] | None:
    if len(key) < _SHORTEST_WORD or key in lexicon.known_words():
        return None
    shortest = _SHORTEST_LATIN_PART if key.isascii() else 2
    for at in range(len(key) - shortest, shortest - 1, -1):
        head, tail = key[:at], key[at:]
        if _VOWEL_SIGN.match(tail):
            # The first word lost its last vowel to the second: మూడు + ఎకరాల.
            whole, tail = any(lexicon.stemmed(head, kind) for kind in _AMOUNTS), _letter(tail[0]) + tail[1:]
            head = next((head + v for v in _endings_of(head)), head) if whole else head
        else:
            whole = any(lexicon.says(kind, head) for kind in _AMOUNTS)
        if whole and any(lexicon.begins(tail, kind) for kind in _COUNTED):
            return head, tail
    return None


def _letter(sign: str) -> str:
    return chr(ord(sign) - _SIGN_TO_LETTER)


def _endings_of(head: str) -> list[str]:
    """The vowel signs with which this beginning is a number."""
    block = ord(head[-1]) & ~0x7F
    signs = [chr(block + offset) for offset in (0x41, 0x4D, 0x3F, 0x3E, 0x46, 0x47)]
    return [sign for sign in signs if any(lexicon.says(kind, head + sign) for kind in _AMOUNTS)]
