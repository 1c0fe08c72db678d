"""Spelling as hurried thumbs produce it, so that training has seen it before the farmers send it."""

import itertools
import random

_VOWELS = "aeiou"
_SWAPS = (
    ("aa", "a"), ("ee", "i"), ("oo", "u"), ("th", "t"), ("dh", "d"), ("bh", "b"), ("kh", "k"), ("v", "w"),
    ("sh", "s"), ("ph", "f"), ("j", "z"), ("y", "i"), ("a", "aa"), ("i", "ee"), ("t", "th"), ("d", "dh"),
)  # fmt: skip
_NEIGHBOURS = {
    key: beside for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") for key, beside in itertools.pairwise(row)
}


def _vowel_lost(word: str, dice: random.Random) -> str:
    inner = [i for i, letter in enumerate(word) if letter in _VOWELS and i > 0]
    return _without(word, dice.choice(inner)) if inner else word


def _spelled_otherwise(word: str, dice: random.Random) -> str:
    fitting = [(a, b) for a, b in _SWAPS if a in word]
    return word.replace(*dice.choice(fitting), 1) if fitting else word


def _letter_lost(word: str, dice: random.Random) -> str:
    return _without(word, dice.randrange(1, len(word))) if len(word) > 3 else word


def _letter_doubled(word: str, dice: random.Random) -> str:
    at = dice.randrange(len(word))
    return word[:at] + word[at] + word[at:]


def _neighbour_key(word: str, dice: random.Random) -> str:
    at = dice.randrange(len(word))
    return word[:at] + _NEIGHBOURS.get(word[at], word[at]) + word[at + 1 :]


def _letters_crossed(word: str, dice: random.Random) -> str:
    if len(word) < 4:
        return word
    at = dice.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


_SLIPS = (_vowel_lost, _spelled_otherwise, _letter_lost, _letter_doubled, _neighbour_key, _letters_crossed)


def noisy(text: str, dice: random.Random) -> str:
    """A third of the words get a slip, half of the rest of the Latin ones lose a vowel."""
    return " ".join(_slipped(word, dice) for word in text.split())


def _slipped(word: str, dice: random.Random) -> str:
    if len(word) < 3 or word.isdigit():
        return word
    if dice.random() < 0.35:
        return dice.choice(_SLIPS)(word, dice)
    if word.isascii() and dice.random() < 0.5:
        return _vowel_lost(word, dice)
    return word


def _without(word: str, at: int) -> str:
    return word[:at] + word[at + 1 :]
