"""What two strangers may write to each other before anything is agreed."""

import re
import unicodedata

LONGEST = 300
#: Of one person in a day: haggling takes a few, annoying somebody takes many.
MOST_A_DAY = 20
HIDDEN = "***"

_GAP = r"[\s.()_*-]"


def _grouped(*ways: tuple[int, ...]) -> str:
    """Digits, so many in each group."""
    gap = f"{_GAP}{{1,3}}"
    return "|".join(gap.join(rf"\d{{{size}}}" for size in groups) for groups in ways)


#: Unbroken, or parted as telephone numbers are: "7000-7500 40 quintal" has ten digits, too.
_MOBILE = _grouped((10,), (5, 5), (3, 3, 4), (4, 3, 3), (1,) * 10)
_LANDLINE = _grouped((11,), (3, 8), (4, 7), (5, 6), (3, 4, 4), (4, 3, 4))
#: "75000-80000" is what a whole lot costs.
_ROUND = rf"\d{{3}}00{_GAP}+\d{{3}}00(?!\d)"
#: A mobile's ten digits begin with 6 to 9, with or without 91 or 0 before them; behind a plus all that is long is one.
_PHONE = re.compile(
    rf"(?<!\d)(?:\(?\+\d(?:{_GAP}{{0,3}}\d){{7,13}}"
    rf"|\(?(?=0)(?:{_LANDLINE})"
    rf"|(?:(?:91|0){_GAP}{{0,3}})?(?=[6-9])(?!{_ROUND})(?:{_MOBILE}))(?!\d)"
)
#: Set apart from its @ only a bank or a mailbox makes it an address: "50 quintal @ Rs 2450" is a price.
_BANKS = r"ok[a-z]+|ybl|ibl|axl|apl|upi|paytm|pt[a-z]+|sbi|icici|hdfc[a-z]*|gmail|yahoo|[a-z0-9-]+\.[a-z]+"
_MAIL = re.compile(rf"[^\s@]+(?:@[^\W\d_][^\s@]*|\s*@\s*(?:{_BANKS})\b\S*)", re.IGNORECASE)
_LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b[a-z0-9-]+\.(?:com|in|org|net|me|co|io|app|ly|gl|link)\b(?:/\S*)?",
    re.IGNORECASE,
)


def without_contacts(words: str) -> str:
    """Phone numbers, addresses and links are for those who have a deal."""
    for way in (_MAIL, _LINK):
        words = way.sub(HIDDEN, words)
    # digits of any script, letter for letter, so that what is found there is found here
    latin = "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in words)
    for found in reversed(list(_PHONE.finditer(latin))):
        words = words[: found.start()] + HIDDEN + words[found.end() :]
    return words
