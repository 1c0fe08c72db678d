"""What two strangers may write to each other before anything is agreed."""

import re
import unicodedata

LONGEST = 300
#: Of one person in a day: haggling takes a few, annoying somebody takes many.
MOST_A_DAY = 20
HIDDEN = "***"

#: Ten digits that begin with 6 to 9, with or without +91 or 0; a 0 and a landline's ten; anything long behind a plus.
#: They are set apart by spaces, dots, dashes: what commas and slashes part are prices, weights and days.
_GAP = r"[\s.()_*-]{0,3}"
_PHONE = re.compile(
    rf"(?<!\d)(?:[+(]{{1,2}}\d(?:{_GAP}\d){{7,13}}|\(?0(?:{_GAP}\d){{10}}|(?:91{_GAP})?[6-9](?:{_GAP}\d){{9}})(?!\d)"
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
