"""What somebody wrote, as it may be kept: without a PIN in it."""

import re

from rapidfuzz.distance import OSA

from flows.shortcodes.parse import plain

#: "pin" as it is written in the letters of our languages.
PIN = {"pin", "पिन", "ਪਿੰਨ", "ਪਿਨ", "পিন", "પિન", "பின்", "పిన్", "ಪಿನ್", "പിൻ"}
FOUR = re.compile(r"(?<!\d)(?:\d{4}|(?<!\d[ .-])\d(?:[ .-]?\d){3}(?![ .-]\d))(?!\d)")
WORD = re.compile(r"[^\W\d_][^\s\d.,;:=!?()*#'\"-]*|\d+|[;\n]")
#: Farmers call it "pin", too.
PINCODE = re.compile(r"\W*(?:code\W*)?[1-9]\d{2} ?\d{3}(?!\d)", re.IGNORECASE)
#: "My pin number is 4821": so many words may stand between; a new line counts as much.
MOST_BETWEEN = 2


def masked(text: str, *, agent: bool) -> str:
    """Four digits near the word "pin"; from an agent, also right beside a word that is a slip away from it."""
    said = plain(text)
    pins = [
        (word.span(), MOST_BETWEEN if exact else 0)
        for word in WORD.finditer(said)
        if ((exact := word[0].casefold() in PIN) or (agent and _slip(word[0])))
        and not PINCODE.match(said, word.end())
    ]
    hidden = [
        four.span()
        for four in FOUR.finditer(said)
        if any(_between(said, four.span(), pin) <= most for pin, most in pins)
    ]
    for begin, end in hidden:
        said = said[:begin] + re.sub(r"\d", "*", said[begin:end]) + said[end:]
    return said if hidden else text


def _slip(word: str) -> bool:
    return len(word) > 1 and OSA.distance(word.casefold(), "pin", score_cutoff=1) == 1


def _between(said: str, one: tuple[int, int], other: tuple[int, int]) -> int:
    """How many words stand between two."""
    gap = said[min(one[1], other[1]) : max(one[0], other[0])]
    return sum(MOST_BETWEEN if word in (";", "\n") else 1 for word in WORD.findall(gap))
