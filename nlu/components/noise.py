"""Spelling as hurried thumbs produce it: training sees some of it before farmers do it, the evaluation all of it."""

import itertools
import random
from collections.abc import Callable

import regex

Slip = Callable[[str, random.Random], str]

_VOWELS = "aeiou"
_SWAPS = (
    ("aa", "a"), ("ee", "i"), ("oo", "u"), ("th", "t"), ("dh", "d"), ("bh", "b"), ("kh", "k"), ("v", "w"),
    ("sh", "s"), ("ph", "f"), ("j", "z"), ("y", "i"), ("a", "aa"), ("i", "ee"), ("t", "th"), ("d", "dh"),
)  # fmt: skip
#: The same at the offsets that the Brahmic blocks share: a breath less, the other t, d, n and s, short for long.
_NATIVE_SWAPS = {
    0x16: 0x15, 0x18: 0x17, 0x25: 0x24, 0x27: 0x26, 0x2D: 0x2C, 0x1F: 0x24, 0x21: 0x26, 0x23: 0x28, 0x37: 0x36,
    0x40: 0x3F, 0x42: 0x41,
}  # fmt: skip
_NEIGHBOURS = {
    key: beside for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") for key, beside in itertools.pairwise(row)
}
_MARK = regex.compile(r"\p{M}")
_NASALS = str.maketrans("\u0901\u0902\u0a02\u0a70", "\u0902\u0901\u0a70\u0a02")
_DIGIT_ZEROS = (0x966, 0x9E6, 0xA66, 0xAE6, 0xBE6, 0xC66, 0xCE6, 0xD66)
_FIRST, _LAST = 0x900, 0xD7F


def _vowel_lost(word: str, dice: random.Random) -> str:
    inner = [i for i, letter in enumerate(word) if letter in _VOWELS and i > 0]
    return _without(word, dice.choice(inner)) if inner else word


def _vowel_sign_lost(word: str, dice: random.Random) -> str:
    marks = [found.start() for found in _MARK.finditer(word)]
    return _without(word, dice.choice(marks)) if marks else word


def _spelled_otherwise(word: str, dice: random.Random) -> str:
    fitting = [(a, b) for a, b in _SWAPS if a in word]
    if fitting:
        return word.replace(*dice.choice(fitting), 1)
    native = [i for i, letter in enumerate(word) if _in_block(letter) and _offset(letter) in _NATIVE_SWAPS]
    if not native:
        return word
    at = dice.choice(native)
    other = chr((ord(word[at]) & ~0x7F) + _NATIVE_SWAPS[_offset(word[at])])
    return word[:at] + other + word[at + 1 :]


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


_SLIPS = (
    _vowel_lost, _vowel_sign_lost, _spelled_otherwise, _letter_lost, _letter_doubled, _neighbour_key, _letters_crossed,
)  # fmt: skip


def _in_some_words(slip: Slip, share: float) -> Slip:
    def slipped(text: str, dice: random.Random) -> str:
        return " ".join(
            slip(word, dice) if len(word) > 2 and not word.isdigit() and dice.random() < share else word
            for word in text.split()
        )

    return slipped


def _spaces_lost(text: str, dice: random.Random) -> str:
    return "".join(
        piece if not piece.isspace() or dice.random() > 0.25 else "" for piece in regex.split(r"(\s+)", text)
    )


def _words_lost(text: str, dice: random.Random) -> str:
    """As a speech recogniser loses them."""
    return " ".join(word for word in text.split() if dice.random() > 0.15) or text


def _joiners_put_in(text: str, dice: random.Random) -> str:
    return "".join(letter + ("\u200d" if dice.random() < 0.1 else "") for letter in text)


def _nasals_swapped(text: str, dice: random.Random) -> str:
    return text.translate(_NASALS)


def _native_digits(text: str, dice: random.Random) -> str:
    zero = next((ord(c) & ~0x7F | 0x66 for c in text if _in_block(c)), _DIGIT_ZEROS[0])
    return "".join(chr(zero + int(c)) if c.isascii() and c.isdigit() else c for c in text)


def _in_block(letter: str) -> bool:
    return _FIRST <= ord(letter) <= _LAST


def _offset(letter: str) -> int:
    return (ord(letter) - _FIRST) % 0x80


#: What may happen to a message, each measured on its own.
OPERATORS: dict[str, Slip] = {
    "vowels dropped": _in_some_words(_vowel_lost, 0.5),
    "vowel signs dropped": _in_some_words(_vowel_sign_lost, 0.35),
    "sounds swapped": _in_some_words(_spelled_otherwise, 0.5),
    "letters lost": _in_some_words(_letter_lost, 0.35),
    "letters doubled": _in_some_words(_letter_doubled, 0.35),
    "neighbour keys": _in_some_words(_neighbour_key, 0.35),
    "letters crossed": _in_some_words(_letters_crossed, 0.35),
    "spaces lost": _spaces_lost,
    "words lost": _words_lost,
    "cut at 70": lambda text, dice: text[:70],
    "capitals": lambda text, dice: text.upper(),
    "native digits": _native_digits,
    "joiners": _joiners_put_in,
    "nasals": _nasals_swapped,
    "danda and dots": lambda text, dice: text.replace(" ", "... ", 1) + "।",
    "emoji": lambda text, dice: f"🙏{text} 🌾👍",
}


def noisy(text: str, dice: random.Random) -> str:
    """A third of the words get a slip, half of the other Latin ones lose a vowel; now and then a space is lost."""
    said = " ".join(_slipped(word, dice) for word in text.split())
    return _spaces_lost(said, dice) if dice.random() < 0.15 else said


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
