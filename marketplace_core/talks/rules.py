"""What two strangers may write to each other before anything is agreed."""

import re

LONGEST = 300
#: Of one person in a day: haggling takes a few, annoying somebody takes many.
MOST_A_DAY = 20
HIDDEN = "***"

#: A phone number has at least so many digits, however they are set apart; a price or a weight has fewer.
_PHONE = re.compile(r"[+(]?\d(?:[\s.,()/_*-]{0,3}\d){7,}")
_MAIL = re.compile(r"[^\s@]+\s*@\s*[^\s@]+")
_LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b[a-z0-9-]+\.(?:com|in|org|net|me|co|io|app|ly|gl|link)\b(?:/\S*)?",
    re.IGNORECASE,
)


def without_contacts(words: str) -> str:
    """Phone numbers, addresses and links are for those who have a deal."""
    for way in (_LINK, _MAIL, _PHONE):
        words = way.sub(HIDDEN, words)
    return words
