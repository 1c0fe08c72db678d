"""Text as carriers count and accept it."""

import regex

#: Characters that break XML, PostgreSQL's json or a phone's display; joiners stay, Indic scripts need them.
_FORBIDDEN = regex.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_GRAPHEME = regex.compile(r"\X")


def clean(text: str) -> str:
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def units(text: str) -> int:
    """Length in UTF-16 units: WhatsApp does not say what it counts, and this is the largest count."""
    return len(text) + sum(char > "\uffff" for char in text)


def graphemes(text: str) -> list[str]:
    found: list[str] = _GRAPHEME.findall(text)
    return found


def cut(text: str, limit: int, mark: str = "…") -> str:
    """At most `limit` units, never inside a letter; at the end of a line or word if one is near."""
    if units(text) <= limit:
        return text
    room = limit - units(mark)
    kept: list[str] = []
    for grapheme in graphemes(text):
        room -= units(grapheme)
        if room < 0:
            break
        kept.append(grapheme)
    for border in ("\n", " "):
        near_end = kept[len(kept) * 3 // 4 :]
        if border in near_end:
            del kept[len(kept) - 1 - near_end[::-1].index(border) :]
            break
    while kept and kept[-1].isspace():  # a space can be part of a letter: str.rstrip would split it
        kept.pop()
    return "".join(kept) + mark if limit >= units(mark) else ""
