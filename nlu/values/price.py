"""For how much: {"rupees": 2500, "per": "quintal"}; per is None when it was not said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nlu import lexicon
from nlu.lexicon import Hit
from nlu.normalise import Word
from nlu.values.message import Found, Message
from nlu.values.numerals import Numeral, numeral_at
from nlu.values.quantity import KILOGRAMS, unit_at
from nlu.values.ranges import ends_of_range
from nlu.values.refused import ends_in, is_no


def price(rupees: float, per: str | None) -> dict[str, Any]:
    return {"rupees": rupees, "per": per}


#: No unit of anything costs a lakh and more; six digits in a row are a place.
_PINCODES = range(110_001, 856_000)


#: Nothing is sold for less by that unit: the number before it counts the unit.
_LEAST = {"kg": 1, "quintal": 50, "t": 200, None: 50}

#: Gujarat names its prices for twenty kilos, the north for a maund of forty: such a sum is no price of a kilo.
_KILOS_OF_A_MAUND = (20, 40)

#: What a sum beside the bare unit is the price of; a number beside "bags" counts them.
_PRICED_BY = (*KILOGRAMS, "maund")
_WORDS_OF_A_NUMBER = 5

#: In a bid, how many times smaller a number beside a sum is still another sum.
_ANOTHER_SUM = 10
#: In thousands and lakhs are counted rupees, and little else that a farmer says without its name.
_POWER_OF_A_SUM, _LEAST_SUM = 1000, 1000
#: More than a truck carries: "2150 quintal" in a bid is what a quintal shall cost.
_NO_LOT = {"quintal": 300, "t": 300}


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
    span = ends_of_range(message, number)
    lower, last = span or (number.value, number)
    end = last.end
    start, rupees_before = _currency_before(message, at)
    rupees_after = _currency_at(message, end)
    end += rupees_after
    said_rupees = rupees_before or rupees_after > 0
    per = _per_after(message, end, said_rupees)
    if per is None and (before := _per_before(message, start, number, said_rupees)):
        start, per = before
    elif per:
        if not said_rupees and _counted_next(message, _skip_of(message, per.end)):
            return None  # "20 કિલોના 900": the twenty are what the nine hundred are paid for
        end = per.end
    least = per is None and _is_least_price(message, at, end)
    start, priced = _price_word_before(message, start)
    if per is None and (least or priced) and (unit := _of_no_amount(message, at, number, end)):
        per = _Per(_weighed(unit), end + unit.length, True)
        end = per.end
    after = message.find(_skip_of(message, end), "price_word")
    cut = per is None and _is_deducted(message, number, end)
    if not (
        said_rupees
        or (per and per.marked)
        or priced
        or least
        or cut
        or (span is None and _is_worded_sum(message, at, number, end))
        or (after and after.canonical == "price")
    ):
        return None
    if not number.sure and not said_rupees and per is None:
        return None  # "rate do" asks to be given it
    if per is None and not said_rupees and number.value < _LEAST["kg"] * 5:
        return None  # "offer 2" is the second one
    if per and not said_rupees and number.value < _LEAST[per.unit]:
        return None  # "10 டன்னுக்கு எவ்வளவு" asks what ten tonnes bring
    if per is None and not said_rupees and number.power == 1 and number.value in _PINCODES:
        return None  # "wheat at 142001" names a place
    if per is None and not said_rupees and unit_at(message, end) and not message.find(end, "no_less"):
        return None  # "rate for 12 ton": the number counts tonnes
    if (per and per.unit is None and not message.past) or (per is None and number.value == 1):
        # Of a maund or a bag only the speaker knows the weight, and "not one rupee came" names no sum.
        return Found("price", (), start, end)
    values = [lower, *([last.value] if span else []), *([number.other] if number.other else [])]
    readings = tuple(price(value, per.unit if per else None) for value in dict.fromkeys(values))
    return Found("price", readings, start, end)


def _is_deducted(message: Message, number: Numeral, end: int) -> bool:
    """ "mere bill se 2400 kaat liye": in a complaint, a number that counts nothing and was cut is rupees."""
    if not message.past or number.value < _LEAST[None] or not number.sure or unit_at(message, end):
        return False
    return any(message.find(at, "deducted") for at in range(len(message.words)))


def _is_worded_sum(message: Message, at: int, number: Numeral, end: int) -> bool:
    """ "mere dedh lakh nahi aaye": thousands in words that count nothing are rupees, whatever else is said.

    Where a price is named anyway, `bid` reads it, with the unit that stands apart from it.
    """
    if message.bids or number.power < _POWER_OF_A_SUM or number.value < _LEAST_SUM or not number.sure:
        return False
    if message.key(at - 1) == "-" or message.kind(at - 1) == "number":
        return False  # the second of two
    counted = unit_at(message, end) or message.find(end, "crop") or message.find(end, "residue")
    return not counted and message.expecting not in ("quantity", "date", "choice")


def _is_least_price(message: Message, at: int, end: int) -> bool:
    """ "2550 se kam nahi dunga", "not less than 2550": no amount is spoken of so, unless one is asked for."""
    if message.expecting == "quantity":
        return False
    unit = None if message.find(end, "no_less") else unit_at(message, end)
    after = end + unit.length if unit else end
    if least := message.find(after, "no_less"):
        return any(is_no(message, here) for here in range(after + least.length, len(message.words)))
    if not ends_in(message, at, "no_less"):
        return False
    return any(
        is_no(message, here) or message.says(here, "not_what_follows") for here in range(len(message.words))
    )


def _of_no_amount(message: Message, start: int, number: Numeral, at: int) -> Hit | None:
    """The quintal of "rate 2250 quintal": more than anybody has, or beside the amount that is for sale."""
    unit = (
        None if message.find(at, "no_less") else unit_at(message, at)
    )  # "2550 kinta kadime", less than that
    if unit is None or unit.canonical not in KILOGRAMS or number.value < 2 * _LEAST[unit.canonical]:
        return None
    another = any(_counts_unit(message, one) for one in range(len(message.words)) if not start <= one <= at)
    return unit if another or _is_no_lot({"unit": unit.canonical, "value": number.value}) else None


def _counts_unit(message: Message, at: int) -> bool:
    number = numeral_at(message, at) if message.free(at, at + 1) else None
    return number is not None and unit_at(message, number.end) is not None


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
        elif marker and (so_many := _so_many(message, at + marker.length)):
            return so_many
        elif (each := message.find(at, "of_each")) and (unit := unit_at(message, at + each.length)):
            marked, after = _is_dative(message, at + each.length, unit), at + each.length
    elif so_many := _so_many(message, after):
        return so_many
    unit = unit_at(message, after)
    if unit is None:
        return None
    marked = marked or message.expecting == "price"  # asked for a price, "2500 quintal" is one
    end = after + unit.length
    if _is_dative(message, after, unit):
        marked = True
    elif lexicon.is_dative(message.key(end), message.language):
        marked, end = True, end + 1
    elif each := message.find(end, "of_each"):
        marked = True
        end += each.length
    return _Per(_weighed(unit), end, marked) if marked or said_rupees else None


def _so_many(message: Message, at: int) -> _Per | None:
    """ "per 20 kg", "for 1 quintal"."""
    number = numeral_at(message, at) if message.free(at, at + 1) else None
    unit = unit_at(message, number.end) if number else None
    if number is None or unit is None or not _is_priced_by(number, unit):
        return None
    return _Per(_weighed(unit) if number.value == 1 else None, number.end + unit.length, True)


def _is_priced_by(number: Numeral, unit: Hit) -> bool:
    return number.value == 1 or (unit.canonical == "kg" and number.value in _KILOS_OF_A_MAUND)


def _per_before(message: Message, at: int, number: Numeral, said_rupees: bool) -> tuple[int, _Per] | None:
    """What precedes it: "per quintal 2500", "ಕ್ವಿಂಟಲ್‌ಗೆ 2500", "quintal ka 2500", "kilo 35 rupaye"."""
    for length in (1, 2, 3):
        start = at - length
        unit = unit_at(message, start) if start >= 0 else None
        if unit is None:
            continue
        between = range(start + unit.length, at)
        marker_before = start > 0 and (
            message.key(start - 1) == "/" or message.find(start - 1, "per") is not None
        )
        each = message.find(between.start, "of_each") if between else None
        dative = _is_dative(message, start, unit) or (
            bool(between)
            and (
                lexicon.is_dative(message.key(between.start), message.language)
                or message.says(between.start, "of")
                or (each is not None and each.length == len(between))
            )
        )
        counting = _number_before(message, start)
        if counting and not marker_before:
            if _is_priced_by(counting[1], unit) and (dative or (said_rupees and counting[1].value == 1)):
                per = _weighed(unit) if counting[1].value == 1 else None
                return counting[0], _Per(per, at, True)
            return None  # "12 quintal 2500 rupaye": the unit belongs to the 12
        # "kilo 35 rupaye", "quintal 2200": nothing counts the unit, and the sum is none that one would weigh.
        plainly = not between and (
            said_rupees
            or (
                unit.canonical in _PRICED_BY
                and number.value >= 2 * _LEAST[_weighed(unit)]
                and _ends(message, number)
            )
        )
        if (dative or marker_before or plainly) and (len(between) <= 1 or each):
            return (start - 1 if marker_before else start), _Per(_weighed(unit), at, True)
    return None


def _number_before(message: Message, end: int) -> tuple[int, Numeral] | None:
    """The number that ends there, and where it begins."""
    for start in range(max(0, end - _WORDS_OF_A_NUMBER), end):
        number = numeral_at(message, start) if message.free(start, start + 1) else None
        if number and number.end == end:
            return start, number
    return None


def _is_dative(message: Message, at: int, unit: Hit) -> bool:
    """ "quintalku": whether a dative is written onto the unit, which the word list may have as one word."""
    if lexicon.is_dative(unit.ending):
        return True
    return any(
        stem.canonical == "per"
        and message.language in (stem.language, None)
        and lexicon.find((Word(stem.text, stem.text, "word"),), 0, "unit", message.language)
        for stem in lexicon.stems(message.key(at + unit.length - 1), "ending")
    )


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


def bid(message: Message, readings: Mapping[str, tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    """ "tur 8 hajar olandli ki, quintal chi": a number without a unit is a sum; `message` is without what was read."""
    numbers = [number for number in readings.get("number", ()) if number >= message.bids]
    if numbers:
        sums = [number for number in numbers if number * _ANOTHER_SUM >= max(numbers)]
        return {"price": tuple(price(rupees, _lone_unit(message, rupees)) for rupees in sums), "number": ()}
    amounts = readings.get("quantity", ())
    if amounts and not message.past and all(_is_no_lot(amount) for amount in amounts):
        named = tuple(price(amount["value"], amount["unit"]) for amount in amounts)
        return {"price": named, "quantity": ()}
    return {}


def _is_no_lot(amount: dict[str, Any]) -> bool:
    return amount["unit"] in _NO_LOT and bool(amount["value"] >= _NO_LOT[amount["unit"]])


def _lone_unit(message: Message, rupees: float) -> str | None:
    """The one unit that no number counts, if anything costs so much by it."""
    if message.past:
        return None
    units = {_weighed(hit) for at in range(len(message.words)) if (hit := unit_at(message, at))}
    unit = units.pop() if len(units) == 1 else None
    return unit if unit and rupees >= 2 * _LEAST[unit] else None
