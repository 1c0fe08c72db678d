"""How much: {"value": 12, "unit": "t", "kg": 12000}; kg is None where only the speaker knows (a bag, a trolley)."""

from typing import Any

from nlu.lexicon import Hit
from nlu.values.message import Found, Message
from nlu.values.numerals import Numeral, numeral_at

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
    return message.find(at, "unit")


def find(message: Message) -> list[Found]:
    found: list[Found] = []
    at = 0
    while at < len(message.words):
        number = numeral_at(message, at) if message.free(at, at + 1) else None
        here = _read(message, at, number) if number else None
        if here:
            found.append(here)
            at = here.end
        else:
            at = number.end if number else at + 1
    return _weighed_together(found)


def _read(message: Message, at: int, number: Numeral) -> Found | None:
    upper = upper_end(message, number)
    last = upper or number
    unit = unit_at(message, last.end)
    if unit is None or number.value <= 0:
        return None
    values = [number.value, *([upper.value] if upper else [])]
    if number.other and not upper:
        values.append(number.other)
    readings = tuple(quantity(value, unit.canonical) for value in dict.fromkeys(values))
    return Found("quantity", readings, at, last.end + unit.length)


def says_up_to(message: Message, at: int) -> bool:
    """A dash or "to"; the Punjabi "ton" is it only where no tonne can be meant."""
    return message.key(at) == "-" or (message.says(at, "up_to") and not unit_at(message, at))


def upper_end(message: Message, number: Numeral) -> Numeral | None:
    """The 15 of "12-15 ton" and "12 se 15 ton": which of the two, only the speaker knows."""
    if not says_up_to(message, number.end):
        return None
    upper = numeral_at(message, number.end + 1)
    return upper if upper and upper.value > number.value else None


def _weighed_together(found: list[Found]) -> list[Found]:
    """ "2 quintal 50 kg" is one quantity."""
    joined: list[Found] = []
    for here in found:
        before = joined[-1] if joined else None
        if before and before.end == here.start and len(before.readings) == len(here.readings) == 1:
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
