"""How a place name sounds, whoever spells it: "Ludhyana" and "ಲುಧಿಯಾನ" meet at "ldn"."""

import re
import unicodedata

# The Unicode blocks of the Indic scripts (from U+0900 to U+0D7F) repeat one order of letters, so that the
# last seven bits name the same sound in each.
INDIC = range(0x0900, 0x0D80)
VOWELS = dict(
    zip(
        [*range(0x05, 0x0C), 0x0E, 0x0F, 0x10, 0x12, 0x13, 0x14],
        ["a", "a", "i", "i", "u", "u", "ri", "e", "e", "ai", "o", "o", "au"],
        strict=True,
    )
)
CONSONANTS = dict(
    zip(
        range(0x15, 0x3A),
        [
            "k",
            "kh",
            "g",
            "gh",
            "n",
            "ch",
            "chh",
            "j",
            "jh",
            "n",
            "t",
            "th",
            "d",
            "dh",
            "n",
            "t",
            "th",
            "d",
            "dh",
            "n",
            "n",
            "p",
            "ph",
            "b",
            "bh",
            "m",
            "y",
            "r",
            "r",
            "l",
            "l",
            "l",
            "v",
            "sh",
            "sh",
            "s",
            "h",
        ],
        strict=True,
    )
) | dict(zip(range(0x58, 0x60), ["k", "kh", "g", "j", "r", "rh", "f", "y"], strict=True))
SIGNS = dict(
    zip(
        [*range(0x3E, 0x44), 0x46, 0x47, 0x48, 0x4A, 0x4B, 0x4C],
        ["a", "i", "i", "u", "u", "ri", "e", "e", "ai", "o", "o", "au"],
        strict=True,
    )
)
SILENCE = 0x4D
NASAL = {0x01, 0x02, 0x70}

#: In this order: what is written differently and heard alike.
HEARD_ALIKE = (
    ("ph", "f"),
    ("tch", "#"),
    ("chh", "#"),
    ("ch", "#"),
    ("ck", "k"),
    ("q", "k"),
    ("c", "k"),
    ("#", "c"),
    ("x", "ks"),
    ("z", "j"),
    ("w", "v"),
    ("mb", "nb"),
    ("mp", "np"),
)
UNHEARD = str.maketrans("", "", "haeiouy")
OPENING = {"e": "i", "y": "i", "o": "u"}
TWICE = re.compile(r"(.)\1+")
NO_WORD = re.compile(r"[^a-z0-9]+")


def latin(text: str) -> str:
    """Indic letters in Latin ones, roughly as people text them; everything else as it was."""
    out: list[str] = []
    bare = False  # the last consonant still carries its inherent "a"
    for char in unicodedata.normalize("NFC", text):
        place = ord(char) & 0x7F if ord(char) in INDIC else None
        if place in SIGNS:
            out.append(SIGNS[place])
            bare = False
            continue
        if place == SILENCE:
            bare = False
            continue
        if bare and place is not None:
            out.append("a")
        bare = place in CONSONANTS
        if place is None:
            out.append(char)
        elif place in NASAL:
            out.append("n")
        else:
            out.append(CONSONANTS.get(place) or VOWELS.get(place, ""))
    return "".join(out)


def plain(text: str) -> str:
    """Lower-case Latin words without marks, one space between them."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", latin(text)).encode("ascii", "ignore").decode()
    return NO_WORD.sub(" ", text.lower().replace(".", "")).strip()


def sounds(text: str) -> str:
    key = plain(text).replace(" ", "")
    for written, heard in HEARD_ALIKE:
        key = key.replace(written, heard)
    return TWICE.sub(r"\1", OPENING.get(key[:1], key[:1]) + key[1:].translate(UNHEARD))
