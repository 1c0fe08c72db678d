"""For how much: {"rupees": 2500, "per": "quintal"}; per is None when it was not said."""

from dataclasses import dataclass
from typing import Any

from nlu import lexicon
from nlu.lexicon import Hit
from nlu.values.message import Found, Message
from nlu.values.numerals import Numeral, numeral_at
from nlu.values.quantity import KILOGRAMS, unit_at, upper_end


def price(rupees: float, per: str | None) -> dict[str, Any]:
    return {"rupees": rupees, "per": per}


#: No unit of anything costs a lakh and more; six digits in a row are a place.
_PINCODES = range(110_001, 856_000)


#: Nothing is sold for less by that unit: the number before it counts the unit.
_LEAST = {"kg": 1, "quintal": 50, "t": 200, None: 50}


@dataclass(frozen=True)
class _Per:
    """`unit` is None for one whose weight only the speaker knows."""

    unit: str | None
    end: int
    marked: bool


def find(message: Message) -> list[Found]:
    found: list[Found] = []
    at = 0
    while at < len(message.words):
        number = numeral_at(message, at) if message.free(at, at + 1) else None
        if number is None:
            at += 1
            continue
        if here := _read(message.without(found), at, number):
            found.append(here)
            at = max(here.end, number.end)
        else:
            at = number.end
    return found


def _read(message: Message, at: int, number: Numeral) -> Found | None:
    upper = upper_end(message, number)
    end = (upper or number).end
    start, rupees_before = _currency_before(message, at)
    rupees_after = _currency_at(message, end)
    end += rupees_after
    said_rupees = rupees_before or rupees_after > 0
    per = _per_after(message, end, said_rupees)
    if per is None and (before := _per_before(message, start, number, said_rupees)):
        start, per = before
    elif per:
        if not said_rupees and _counted_next(message, per.end):
            return None  # "20 કિલોના 900": the twenty are what the nine hundred are paid for
        end = per.end
    start, priced = _price_word_before(message, start)
    after = message.find(_skip_of(message, end), "price_word")
    if not (said_rupees or (per and per.marked) or priced or (after and after.canonical == "price")):
        return None
    if not number.sure and not said_rupees and per is None:
        return None  # "rate do" asks to be given it
    if per is None and not said_rupees and number.value < _LEAST["kg"] * 5:
        return None  # "offer 2" is the second one
    if per and not said_rupees and number.value < _LEAST[per.unit]:
        return None  # "10 டன்னுக்கு எவ்வளவு" asks what ten tonnes bring
    if per is None and not said_rupees and number.value in _PINCODES:
        return None  # "wheat at 142001" names a place
    if per is None and not said_rupees and unit_at(message, end):
        return None  # "rate for 12 ton": the number counts tonnes
    values = [number.value, *([upper.value] if upper else []), *([number.other] if number.other else [])]
    readings = tuple(price(value, per.unit if per else None) for value in dict.fromkeys(values))
    return Found("price", readings, start, end)


def _currency_at(message: Message, at: int) -> int:
    if at >= len(message.words) or not message.free(at, at + 1):
        return 0
    hit = message.find(at, "currency")
    return hit.length if hit else 0


def _currency_before(message: Message, at: int) -> tuple[int, bool]:
    said = at > 0 and _currency_at(message, at - 1) == 1
    return (at - 1 if said else at), said


def _price_word_before(message: Message, at: int) -> tuple[int, bool]:
    """ "rate 2500", "bhav hai 2500", "@ 2500"."""
    for start in (at - 1, at - 2):
        if start < 0 or not message.free(start, at):
            continue
        hit = message.find(start, "price_word")
        if message.key(start) == "@" or (hit and start + hit.length <= at):
            return start, True
    return at, False


def _per_after(message: Message, at: int, said_rupees: bool) -> _Per | None:
    """What follows the sum: "/q", "per quintal", "ka quintal", "quintal", "ಕ್ವಿಂಟಲ್‌ಗೆ", "quintal ke hisab se"."""
    marked = message.key(at) == "/"
    after = at + 1 if marked else at
    if not marked:
        marker = message.find(at, "per") if message.kind(at) == "word" else None
        if marker and unit_at(message, at + marker.length):
            marked = said_rupees or not message.says(at, "number")
            after = at + marker.length
            second = message.find(after, "per")
            if second and unit_at(message, after + second.length):
                after += second.length
    unit = unit_at(message, after)
    if unit is None:
        return None
    marked = marked or message.expecting == "price"  # asked for a price, "2500 quintal" is one
    end = after + unit.length
    if lexicon.is_dative(unit.ending):
        marked = True
    elif lexicon.is_dative(message.key(end), message.language):
        marked, end = True, end + 1
    elif each := message.find(end, "of_each"):
        marked = True
        end += each.length
    return _Per(_weighed(unit), end, marked) if marked or said_rupees else None


def _per_before(message: Message, at: int, number: Numeral, said_rupees: bool) -> tuple[int, _Per] | None:
    """What precedes it: "per quintal 2500", "ಕ್ವಿಂಟಲ್‌ಗೆ 2500", "quintal ka 2500", "kilo 35 rupaye"."""
    for length in (1, 2, 3):
        start = at - length
        unit = unit_at(message, start) if start >= 0 else None
        if unit is None:
            continue
        between = [message.key(i) for i in range(start + unit.length, at)]
        marker_before = start > 0 and (
            message.key(start - 1) == "/" or message.find(start - 1, "per") is not None
        )
        if start and numeral_at(message, start - 1) and not marker_before:
            return None  # "12 quintal 2500 rupaye": the unit belongs to the 12
        dative = lexicon.is_dative(unit.ending) or (
            bool(between)
            and (lexicon.is_dative(between[0], message.language) or message.says(start + unit.length, "of"))
        )
        # "kilo 35 rupaye", "quintal 2200": nothing counts the unit, and the sum is none that one would weigh.
        plainly = not between and (
            said_rupees or (number.value >= 2 * _LEAST[_weighed(unit)] and _ends(message, number))
        )
        if (dative or marker_before or plainly) and len(between) <= 1:
            return (start - 1 if marker_before else start), _Per(_weighed(unit), at, True)
    return None


def _counted_next(message: Message, at: int) -> bool:
    """Whether a number that counts nothing follows: that one is the sum."""
    following = numeral_at(message, at)
    return following is not None and following.sure and _ends(message, following)


def _ends(message: Message, number: Numeral) -> bool:
    return numeral_at(message, number.end) is None and unit_at(message, number.end) is None


def _weighed(unit: Hit) -> str | None:
    return unit.canonical if unit.canonical in KILOGRAMS else None


def _skip_of(message: Message, at: int) -> int:
    return at + 1 if message.says(at, "of") else at
