"""A spelling-free shadow of a word: पराली, ਪਰਾਲੀ, parali and paraali all become "parali".

The nine Brahmic blocks keep the same sound at the same offset, so one table romanises them all. Good for n-grams
and for finding a word of the lexicon, never for numerals: सात (7) and साठ (60) become the same.
"""

import re
import unicodedata
from functools import lru_cache

_FIRST, _LAST, _BLOCK = 0x0900, 0x0D7F, 0x80

_ROWS: dict[str, tuple[int, ...]] = {
    "n": (0x01, 0x02, 0x19, 0x1E, 0x23, 0x28, 0x29, 0x70),
    "a": (0x05, 0x06, 0x3E),
    "i": (0x07, 0x08, 0x3F, 0x40),
    "u": (0x09, 0x0A, 0x41, 0x42),
    "ri": (0x0B, 0x43),
    "li": (0x0C,),
    "e": (0x0D, 0x0E, 0x0F, 0x45, 0x46, 0x47, 0x72),
    "ai": (0x10, 0x48),
    "o": (0x11, 0x12, 0x13, 0x49, 0x4A, 0x4B),
    "au": (0x14, 0x4C),
    "k": (0x15, 0x58),
    "kh": (0x16, 0x59),
    "g": (0x17, 0x5A),
    "gh": (0x18,),
    "ch": (0x1A,),
    "chh": (0x1B,),
    "j": (0x1C, 0x5B),
    "jh": (0x1D,),
    "t": (0x1F, 0x24),
    "th": (0x20, 0x25),
    "d": (0x21, 0x26),
    "dh": (0x22, 0x27),
    "p": (0x2A,),
    "ph": (0x2B, 0x5E),
    "b": (0x2C,),
    "bh": (0x2D,),
    "m": (0x2E,),
    "y": (0x2F, 0x5F),
    "r": (0x30, 0x31, 0x5C, 0x5D),
    "l": (0x32, 0x33, 0x34),
    "v": (0x35,),
    "sh": (0x36, 0x37),
    "s": (0x38,),
    "h": (0x03, 0x39),
    "": (0x3C, 0x4D, 0x71),
}
_SOUND = {offset: sound for sound, offsets in _ROWS.items() for offset in offsets}
_SOUND |= {0x66 + digit: str(digit) for digit in range(10)}

#: Letters that leave the common layout: Bengali khanda ta and Assamese ra/va, Malayalam chillus.
_EXCEPTIONS = {0x09CE: "t", 0x09F0: "r", 0x09F1: "v"} | {
    0x0D7A + i: sound for i, sound in enumerate(("n", "n", "r", "l", "l", "k"))
}

_NUKTA, _VIRAMA = 0x3C, 0x4D
_DROPPED = str.maketrans(dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)))

_SPELLINGS = (
    ("chh", "c"), ("aa", "a"), ("ee", "i"), ("oo", "u"), ("sh", "s"), ("ch", "c"), ("ph", "p"), ("f", "p"),
    ("th", "t"), ("dh", "d"), ("bh", "b"), ("kh", "k"), ("gh", "g"), ("jh", "j"), ("w", "v"), ("z", "j"),
    ("q", "k"), ("ck", "k"), ("x", "ks"), ("y", "i"),
)  # fmt: skip
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_DEVOICED = str.maketrans("bgdjsoe", "pktccui")


def _is_consonant(offset: int) -> bool:
    return 0x15 <= offset <= 0x39 or 0x58 <= offset <= 0x5F


def _is_vowel_sign(offset: int) -> bool:
    return 0x3E <= offset <= _VIRAMA


#: Kannada, Telugu, Malayalam and Odia speak the a that ends a word: ಮಂಡ್ಯ is Mandya, not Mandy.
_SPOKEN_END = ("\u0b00", "\u0c00", "\u0c80", "\u0d00")


def latin_name(text: str) -> str:
    """A name in the Latin letters that a signboard would show."""
    return " ".join(_sign(word) for word in text.split())


def _sign(word: str) -> str:
    spoken = chr(ord(word[-1]) & ~0x7F) in _SPOKEN_END and _is_consonant(_offset(word[-1]))
    return (romanise(word) + ("a" if spoken else "")).capitalize()


def romanise(text: str) -> str:
    """Latin letters for the Brahmic ones; all else in lower case."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFC", text).translate(_DROPPED)
    out: list[str] = []
    for at, letter in enumerate(text):
        code = ord(letter)
        if not _FIRST <= code <= _LAST:
            out.append(letter.lower())
            continue
        offset = (code - _FIRST) % _BLOCK
        out.append(_EXCEPTIONS.get(code, _SOUND.get(offset, "")))
        if code not in _EXCEPTIONS and _is_consonant(offset):
            out.append(_inherent_vowel(text, at + 1))
    return "".join(out)


def _inherent_vowel(text: str, at: int) -> str:
    while at < len(text) and _in_block(text[at]) and _offset(text[at]) == _NUKTA:
        at += 1
    if at < len(text) and _in_block(text[at]) and not _is_vowel_sign(_offset(text[at])):
        return "a"
    return ""


def _in_block(letter: str) -> bool:
    return _FIRST <= ord(letter) <= _LAST


def _offset(letter: str) -> int:
    return (ord(letter) - _FIRST) % _BLOCK


@lru_cache(maxsize=32768)
def skeleton(text: str) -> str:
    latin = romanise(text)
    for spelled, sound in _SPELLINGS:
        latin = latin.replace(spelled, sound)
    return _DOUBLED.sub(r"\1", latin)


def devoiced(bones: str) -> str:
    """The skeleton as Tamil script would leave it: neither voice nor breath, three vowels."""
    return _DOUBLED.sub(r"\1", bones.translate(_DEVOICED))
