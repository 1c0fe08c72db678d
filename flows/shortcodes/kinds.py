"""The kinds of things a command takes: how each is recognised, written back, and mended after one slip of the hand.

A reader looks at neighbouring words and says how many of them are its own.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from rapidfuzz.distance import OSA

from flows.shortcodes.words import LONGEST_NAME, SHORT, TODAY, TOMORROW, UNITS, goods, own_names, tongues
from marketplace_core.codes import ALPHABET
from marketplace_core.commodities import KG_PER

#: Letters that stand for the digit they look like.
LOOKALIKES = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1", "|": "1", "S": "5", "B": "8", "Z": "2"})
FIRST = str.maketrans({"8": "B", "1": "L", "I": "L", "|": "L", "7": "F"})
NUMBER = r"\d{1,7}(?:\.\d{1,2})?"
UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
QUANTITY = re.compile(rf"({NUMBER})({UNIT})")
PRICED = re.compile(rf"(@|RS\.?|INR|₹)?({NUMBER})(?:RS)?(?:/-)?(?:/({UNIT}))?")
CODE = re.compile(rf"([LFB])[{ALPHABET}]{{5}}")
CODES = {"listing": "L", "offer": "F", "booking": "B"}
DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?|(\d{4})-(\d{2})-(\d{2})")
DAYS = re.compile(r"(\d{1,2}[/.]\d{1,2})-(\d{1,2}[/.]\d{1,2})")
SHORTEST_MENDED = 4
BARE_PRICE_DIGITS = 4


@dataclass(frozen=True)
class Read:
    """So many words were read as `value`; `shown` is how the line is written back."""

    words: int
    value: Any
    shown: str


Reader = Callable[[Sequence[str], date], Read | None]


def _whole(pattern: str) -> Reader:
    asked = re.compile(pattern)

    def read(words: Sequence[str], today: date) -> Read | None:
        return Read(1, words[0], words[0]) if asked.fullmatch(words[0]) else None

    return read


def _code(kind: str) -> Reader:
    def read(words: Sequence[str], today: date) -> Read | None:
        for taken in (1, 2):  # "B 7QK2M" is one code
            said = "".join(words[:taken])
            if len(words) >= taken and CODE.fullmatch(said) and said[0] == CODES[kind]:
                # a code always has a digit, so that it never reads like a word
                return Read(taken, said, said) if any(letter.isdigit() for letter in said) else None
        return None

    return read


def phone(words: Sequence[str], today: date) -> Read | None:
    found = re.fullmatch(r"(?:\+?91|0)?([6-9]\d{9})", words[0])
    return Read(1, f"+91{found[1]}", found[1]) if found else None


def six_digits(words: Sequence[str], today: date) -> Read | None:
    for taken in (1, 2):  # "142 001"
        said = "".join(words[:taken])
        halves = taken == 1 or all(re.fullmatch(r"\d{3}", word) for word in words[:taken])
        if len(words) >= taken and halves and re.fullmatch(r"\d{6}", said):
            return Read(taken, said, said)
    return None


def pincode(words: Sequence[str], today: date) -> Read | None:
    found = six_digits(words, today)
    return found if found and found.value[0] != "0" else None


def quantity(words: Sequence[str], today: date) -> Read | None:
    for taken in (1, 2):
        found = QUANTITY.fullmatch("".join(words[:taken]))
        apart = taken == 1 or (words[taken - 1 : taken] and words[taken - 1] in UNITS)  # "4 0q" is not 40
        if len(words) < taken or not found or not apart:
            continue
        unit = UNITS[found[2]]
        kg = Decimal(found[1]) * KG_PER[unit]
        if kg != int(kg) or kg < 1:
            return None
        return Read(taken, {"kg": int(kg), "unit": unit}, f"{found[1]}{SHORT[unit]}")
    return None


def _marked_price(words: Sequence[str], today: date) -> Read | None:
    found = PRICED.fullmatch(words[0])
    return _priced(found) if found and (found[1] or found[3] or "RS" in words[0]) else None


def _bare_price(words: Sequence[str], today: date) -> Read | None:
    """Up to four digits: five may be a pincode that lacks one, so a higher price says "/q"."""
    found = PRICED.fullmatch(words[0]) if len(words[0].partition(".")[0]) <= BARE_PRICE_DIGITS else None
    return _priced(found) if found else None


def _priced(found: re.Match[str]) -> Read | None:
    per = UNITS[found[3]] if found[3] else "quintal"
    paise = int(Decimal(found[2]) * 100)
    return Read(1, {"paise": paise, "per": per}, f"{found[2]}/{SHORT[per]}") if paise else None


def rupees(words: Sequence[str], today: date) -> Read | None:
    found = PRICED.fullmatch(words[0])
    paise = int(Decimal(found[2]) * 100) if found and not found[3] else 0
    return Read(1, paise, found[2]) if found and paise else None


def _percent(sign: str) -> Reader:
    asked = re.compile(rf"M?(\d{{1,2}}(?:\.\d)?){sign}")

    def read(words: Sequence[str], today: date) -> Read | None:
        found = asked.fullmatch(words[0])
        return Read(1, int(Decimal(found[1]) * 10), f"{found[1]}%") if found else None

    return read


def kilometres(words: Sequence[str], today: date) -> Read | None:
    for taken in (1, 2):
        found = re.fullmatch(r"(\d{1,3})KM", "".join(words[:taken]))
        if len(words) >= taken and words[taken - 1][-2:] == "KM" and found and int(found[1]):
            return Read(taken, int(found[1]), f"{found[1]}km")
    return None


def commodity(words: Sequence[str], today: date) -> Read | None:
    for taken in range(min(LONGEST_NAME, len(words)), 0, -1):
        name = " ".join(words[:taken])
        if name in goods():
            return Read(taken, goods()[name], _cheaply(name, goods()[name].replace("_", " ")))
    return None


def language(words: Sequence[str], today: date) -> Read | None:
    known = tongues().get(words[0])
    return Read(1, known, _cheaply(words[0], known.replace("_latin", "-abc"))) if known else None


def _cheaply(said: str, name: str) -> str:
    """A line is written back in letters that an SMS holds."""
    return said.lower() if said.isascii() else name


def day(words: Sequence[str], today: date) -> Read | None:
    said = words[0]
    if said in TODAY | TOMORROW:
        meant = today + timedelta(days=said in TOMORROW)
    else:
        found = DAY.fullmatch(said)
        written = _written(found, today) if found else None
        if written is None:
            return None
        meant = written
    return Read(1, meant.isoformat(), meant.isoformat())


def _written(found: re.Match[str], today: date) -> date | None:
    try:
        if found[4]:
            return date(int(found[4]), int(found[5]), int(found[6]))
        year = int(found[3]) % 100 + 2000 if found[3] else today.year
        meant = date(year, int(found[2]), int(found[1]))
        # "5/1" said in December is next year's
        late = not found[3] and meant < today - timedelta(days=180)
        return meant.replace(year=year + 1) if late else meant
    except ValueError:
        return None


def days(words: Sequence[str], today: date) -> Read | None:
    """ "25/11-30/11": the market keeps the first day; whoever named a last one is told so."""
    both = DAYS.fullmatch(words[0])
    if both is None:
        since = day(words, today)
        return Read(1, {"from": since.value, "to": None}, since.shown) if since else None
    first, last = (day([said], today) for said in both.groups())
    return Read(1, {"from": first.value, "to": last.value}, words[0]) if first and last else None


#: In this order, the unmistakable first: what is left is a bare number, and then words.
READERS: dict[str, Reader] = {
    "phone": phone,
    "listing": _code("listing"),
    "offer": _code("offer"),
    "booking": _code("booking"),
    "km": kilometres,
    "moisture": _percent("%"),
    "qty": quantity,
    "price": _marked_price,
    "pin": pincode,
    "pickup": six_digits,
    "days": days,
    "day": day,
    "what": commodity,
    "grade": _whole("[ABC]"),
    "lang": language,
}
#: A bare number is what the command still lacks, in the order of its parts.
BARE: dict[str, Reader] = {
    "price": _bare_price,
    "amount": rupees,
    "moisture": _percent(""),
    "code": _whole(r"\d{4}"),
    "ref": _whole(r"[A-Z0-9/-]{3,30}"),
}


def mended(kind: str, word: str, today: date) -> str | None:
    """What this word would be without one slip: a letter in a number, a letter too many, too few, swapped or wrong."""
    reader = READERS.get(kind) or BARE.get(kind)
    if reader is None or kind in ("ref", "grade"):
        return None
    if kind == "what":
        return _nearest(word, goods())
    if kind == "lang":
        return _nearest(word, tongues())
    if kind == "day":
        return _nearest(word, dict.fromkeys(TODAY | TOMORROW, ""))
    if kind in CODES:
        first = word[:1].translate(FIRST)
        tries: list[str] = [first + word[1:]]
    elif kind in ("qty", "km", "price"):
        tries = _amounts(word)
    else:
        tries = [word.translate(LOOKALIKES)]
    for each in tries:
        for read in filter(None, (READERS.get(kind), BARE.get(kind))):
            if each != word and (found := read([each], today)):
                return found.shown
    return None


def _amounts(word: str) -> list[str]:
    """The number without its letters, the unit without its slip; never both."""
    tries = []
    for at in range(1, len(word) + 1):
        number, rest = word[:at], word[at:]
        if any(letter.isdigit() for letter in number):
            tries.append(number.translate(LOOKALIKES) + rest)
        if re.fullmatch(NUMBER, number) and len(rest) >= 2:
            near = [unit for unit in UNITS if len(unit) > 1 and OSA.distance(rest, unit) == 1]
            if len({UNITS[unit] for unit in near}) == 1:
                tries.append(number + near[0])
    return tries


def _nearest(word: str, names: Any) -> str | None:
    """The one thing that is a slip away; two things a slip away are a question nobody can answer with 1."""
    if len(word) < SHORTEST_MENDED:
        return None
    near = [
        name
        for name in names
        if abs(len(name) - len(word)) <= 1 and OSA.distance(word, name, score_cutoff=1) == 1
    ]
    meant = {names[name] or name for name in near}
    best = sorted(near, key=lambda name: (name not in own_names(), -len(name), name))
    return best[0].lower() if len(meant) == 1 else None
