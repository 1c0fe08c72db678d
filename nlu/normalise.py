"""Text as phones and keyboards deliver it, made regular.

`clean` keeps everything a person would want to see again (names, places); `fold` also levels what only spelling
distinguishes; `words` cuts a message into words, numbers, codes and signs. Used by the app (Python 3.11) and inside
Rasa (Python 3.10).
"""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import regex

_SPACES = regex.compile(r"\s+")
_UNSEEN = regex.compile(r"[\p{Cf}\p{Cs}\p{Co}\p{Cn}\u034F\uFE00-\uFE0F]+")
_CONTROLS = regex.compile(r"[\p{Cc}\p{Zs}\p{Zl}\p{Zp}]+")
_DECORATIONS = regex.compile(r"[\u0300-\u036F\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20FF\uFE20-\uFE2F]+")
_PILED_MARKS = regex.compile(r"(\p{M}{4})\p{M}+")
_NATIVE_DIGIT = regex.compile(r"(?![0-9])\p{Nd}")
_LEVELLED = str.maketrans(
    {**dict.fromkeys("‘’‛′`´", "'"), **dict.fromkeys("“”„‟″«»", '"'), **dict.fromkeys("‐‑‒–—―−", "-")}
    | {**dict.fromkeys("।॥෴", " "), "⁄": "/", "∕": "/", "…": " "}
    | dict.fromkeys("₨৲৳૱௹", "₹")
    | {chr(0xFF01 + i): chr(0x21 + i) for i in range(94)}
)
_FRACTIONS = {"¼": "25", "½": "5", "¾": "75"}
_FRACTION = regex.compile(r"((?<!\d)\d{1,9})?\s?([¼½¾])")
_TAMIL_NUMBER = regex.compile(r"[0-9௰௱௲]*[௰௱௲][0-9௰௱௲]*")
_TAMIL_POWERS = {"௰": 10, "௱": 100, "௲": 1000}
_GROUPED = r"(?<![\d.,])\d{1,3}(?:,\d{2,3}){0,6},\d{3}(?!,?\d)(?:\.\d+)?"
_MONEY_DOT = regex.compile(r"(?i)(?<!\p{L})(rs|re|inr|रु|রু|રૂ|ರೂ|రూ|ரூ|രൂ|ਰੁ)\.\s?(?=\d)")
_MONEY_DASH = regex.compile(r"(?<=\d)\s?/\s?[-=](?!\d)")

_NUKTA = regex.compile("[\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc]")
_CHANDRABINDU = {0x0901 + 0x80 * i: 0x0902 + 0x80 * i for i in range(6)}
_VIRAMA_NASAL = regex.compile(
    "|".join(
        f"{chr(base + nasal)}{chr(base + 0x4D)}(?=[{chr(base + first)}-{chr(base + last)}])"
        for base in range(0x0900, 0x0D80, 0x80)
        if base != 0x0B80  # Tamil has no anusvara to fold to
        for nasal, first, last in (
            (0x19, 0x15, 0x18),
            (0x1E, 0x1A, 0x1D),
            (0x23, 0x1F, 0x22),
            (0x28, 0x24, 0x27),
            (0x2E, 0x2A, 0x2D),
        )
    )
)
_CHILLU = {"ണ്\u200d": "ൺ", "ന്\u200d": "ൻ", "ര്\u200d": "ർ", "ല്\u200d": "ൽ", "ള്\u200d": "ൾ", "ക്\u200d": "ൿ"}

_CODE = r"(?<![\p{L}\p{N}])(?!(?i:rs|re|inr|no|pin)\d)(?=[A-Za-z]*\d)[A-Za-z][A-Za-z0-9]{5}(?![\p{L}\p{N}])"
_WORD = regex.compile(
    rf"(?P<code>{_CODE})|(?P<number>{_GROUPED}|\d+(?:\.\d+)?)|(?P<word>\p{{L}}[\p{{L}}\p{{M}}]*(?:'\p{{L}}+)?)|(?P<sign>[₹/\-,+%@:])"
)
_LETTERS_ALONE = regex.compile(r"[\p{L}\p{M} ]+")


class Word(NamedTuple):
    """`text` as the person wrote it, `key` for comparing, `kind` one of code, number, word, sign."""

    text: str
    key: str
    kind: str


def clean(text: str) -> str:
    for written, atomic in _CHILLU.items():
        text = text.replace(written, atomic)
    text = unicodedata.normalize("NFC", text).translate(_LEVELLED)
    text = _CONTROLS.sub(" ", text)
    text = _plain_latin(_UNSEEN.sub("", text))
    text = _PILED_MARKS.sub(r"\1", text)
    text = _NATIVE_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0], "")), text)
    text = _TAMIL_NUMBER.sub(_tamil_value, text)
    text = _FRACTION.sub(lambda f: f" {f[1] or 0}.{_FRACTIONS[f[2]]} ", text)
    text = _MONEY_DOT.sub(r"\1 ", text)
    text = _MONEY_DASH.sub(" ₹ ", text)
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def fold(text: str) -> str:
    """What remains when case, nuktas and ways to write a nasal are levelled; `text` is already clean."""
    text = text.lower()
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text)
    text = _NUKTA.sub("", unicodedata.normalize("NFD", text))
    text = unicodedata.normalize("NFC", text).translate(_CHANDRABINDU)
    return _VIRAMA_NASAL.sub(lambda nasal: chr((ord(nasal[0][0]) & ~0x7F) + 2), text)


def words(cleaned: str) -> list[Word]:
    return [
        Word(found[0], _key(found[0], str(found.lastgroup)), str(found.lastgroup))
        for found in _WORD.finditer(cleaned)
    ]


def _key(text: str, kind: str) -> str:
    return text.replace(",", "") if kind == "number" else fold(text)


def key_of(form: str) -> str:
    """What `normalise` makes of a form of a word list; quick, because most are letters alone and the lists are long."""
    return fold(form) if _LETTERS_ALONE.fullmatch(form) else normalise(form)


def keys_of(forms: Sequence[str]) -> list[str]:
    """`key_of` for a whole word list: folded in one go, because there are two hundred thousand."""
    folded = fold("\n".join(forms)).split("\n")
    return [
        key if _LETTERS_ALONE.fullmatch(form) else key_of(form)
        for form, key in zip(forms, folded, strict=True)
    ]


def normalise(text: str) -> str:
    """One line of words, the same for every way to write the same message."""
    return in_keys(clean(text))


def in_keys(cleaned: str) -> str:
    """`normalise` for a text that is clean already."""
    return " ".join(word.key for word in words(cleaned))


def shape(normalised: str) -> str:
    """What the intent depends on: the words, and that there was a number, but not which."""
    kept = (("0" if w.kind == "number" else w.key) for w in words(normalised) if w.kind != "sign")
    return " ".join(kept)


def _plain_latin(text: str) -> str:
    if text.isascii() or not _has_decoration(text):
        return text
    return "".join(
        letter if letter.isascii() or not _has_decoration(letter) else _undecorated(letter) for letter in text
    )


def _has_decoration(text: str) -> bool:
    return bool(_DECORATIONS.search(unicodedata.normalize("NFD", text)))


def _undecorated(letter: str) -> str:
    return _DECORATIONS.sub("", unicodedata.normalize("NFD", letter))


def _tamil_value(found: regex.Match[str]) -> str:
    """௨௱௰ is 2 × 100 + 10; a power without a digit before it counts once."""
    total, ahead = 0, ""
    for letter in found[0]:
        if letter in _TAMIL_POWERS:
            total += int(ahead or 1) * _TAMIL_POWERS[letter]
            ahead = ""
        else:
            ahead += letter
    return f" {total + int(ahead or 0)} "
