"""How much: {"value": 12, "unit": "t", "kg": 12000}; kg is None where only the speaker knows (a bag, a trolley)."""

from typing import Any

from nlu import lexicon
from nlu.lexicon import Hit
from nlu.normalise import Word
from nlu.values.message import Found, Message
from nlu.values.numerals import Numeral, numeral_at
from nlu.values.ranges import ends_of_range

KILOGRAMS = {"kg": 1, "quintal": 100, "t": 1000}
#: Units the market does not count in, as a share of one it does.
_COUNTED_IN = {"g": ("kg", 0.001), "ser": ("kg", 0.9331), "dhadi": ("kg", 5)}


def quantity(value: float, unit: str | None) -> dict[str, Any]:
    if unit in _COUNTED_IN:
        unit, share = _COUNTED_IN[unit]
        value = _plain(value * share)
    kg = _plain(value * KILOGRAMS[unit]) if unit in KILOGRAMS else None
    return {"value": value, "unit": unit, "kg": kg}


def unit_at(message: Message, at: int) -> Hit | None:
    if message.kind(at) != "word" or not message.free(at, at + 1):
        return None
    if message.says(at, "up_to") and message.find(at + 1, "threshold"):
        return None  # the Punjabi "ton upar" is "above"
    return message.find(at, "unit")


def find(message: Message) -> list[Found]:
    found: list[Found] = []
    at = 0
    while at < len(message.words):
        number = numeral_at(message, at) if message.free(at, at + 1) else None
        here = _read(message, at, number) if number else _half_more_than_one(message, at)
        if here:
            found.append(here)
            at = here.end
        else:
            at = number.end if number else at + 1
    return _weighed_together(message, found)


def _read(message: Message, at: int, number: Numeral) -> Found | None:
    span = ends_of_range(message, number)
    lower, last = span or (number.value, number)
    end = _past_counters(message, last.end)
    unit = unit_at(message, end)
    if number.value <= 0:
        return None
    if unit is None:
        return _after_its_unit(message, at, number)
    values = [lower, last.value] if span else [number.value]
    if number.other and not span:
        values.append(number.other)
    readings = tuple(quantity(value, unit.canonical) for value in dict.fromkeys(values))
    return Found("quantity", readings, at, end + unit.length)


def _past_counters(message: Message, at: int) -> int:
    """ "20 ta bosta", "20 ku kuintal", "20 odd bags": words between a number and what it counts."""
    counter = message.find(at, "counter") if message.kind(at) == "word" else None
    end = at + counter.length if counter else at
    return end if counter and unit_at(message, end) else at


def _after_its_unit(message: Message, at: int, number: Numeral) -> Found | None:
    """ "bags 20", "guni 6", "টন দেড়েক": the unit first, and no other number before it."""
    unit = unit_at(message, at - 1) if at else None
    if unit is None or unit.length > 1 or lexicon.is_dative(unit.ending) or _counted(message, at - 1):
        return None
    if not number.sure and unit.canonical in KILOGRAMS:
        return None
    return Found("quantity", (quantity(number.value, unit.canonical),), at - 1, number.end)


def _counted(message: Message, at: int) -> bool:
    """Whether a number stands before the word."""
    before = message.kind(at - 1)
    return before == "number" or (before == "word" and numeral_at(message, at - 1) is not None)


def _half_more_than_one(message: Message, at: int) -> Found | None:
    """ "టన్నున్నర", a tonne and a half."""
    if message.kind(at) != "word" or not message.free(at, at + 1) or _counted(message, at):
        return None
    for stem in lexicon.stems(message.key(at), "half_ending"):
        if message.language in (stem.language, None):
            bare = (Word(stem.text, stem.text, "word"),)
            if unit := lexicon.find(bare, 0, "unit", message.language):
                return Found("quantity", (quantity(1.5, unit.canonical),), at, at + 1)
    return None


def _weighed_together(message: Message, found: list[Found]) -> list[Found]:
    """ "2 quintal 50 kg", "2 quintal and 50 kg" are one quantity."""
    joined: list[Found] = []
    for here in found:
        before = joined[-1] if joined else None
        between = range(before.end, here.start) if before else range(0)
        beside = before and all(message.says(at, "and") for at in between) and len(between) <= 1
        if before and beside and len(before.readings) == len(here.readings) == 1:
            more, less = before.readings[0], here.readings[0]
            if more["kg"] and less["kg"] and _is_finer(less, more):
                value = _plain((more["kg"] + less["kg"]) / KILOGRAMS[more["unit"]])
                joined[-1] = Found("quantity", (quantity(value, more["unit"]),), before.start, here.end)
                continue
        joined.append(here)
    return joined


def _is_finer(less: dict[str, Any], more: dict[str, Any]) -> bool:
    """Kilos after quintals; grams, which are counted in kilos, after kilos."""
    finer: bool = KILOGRAMS[more["unit"]] > KILOGRAMS[less["unit"]]
    return finer or (less["unit"] == "kg" and less["kg"] < 1 <= more["kg"])


def _plain(value: float) -> float:
    return int(value) if value == int(value) else round(value, 6)
