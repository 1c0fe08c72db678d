"""From so much to so much: "12-15 ton", "12 se 15 ton", "das barah ton"; which of the two, only the speaker knows."""

from nlu.values.message import Message
from nlu.values.numerals import Numeral, numeral_at

#: "Two, three" and "fifty, hundred" are from the one to the other; "12 25" are two numbers.
_AT_MOST_TIMES = 2


def says_up_to(message: Message, at: int) -> int:
    """How many words say so: a dash, "to", the "and" after "between"; the Punjabi "ton" where it can be no tonne."""
    if message.key(at) == "-":
        return 1
    if message.kind(at) != "word":
        return 0
    if message.says(at, "and") and any(message.find(one, "between") for one in range(len(message.words))):
        return 1
    hit = message.find(at, "up_to")
    counts = message.free(at, at + 1) and message.find(at, "unit")
    return hit.length if hit and not counts else 0


def ends_of_range(message: Message, number: Numeral) -> tuple[float, Numeral] | None:
    """The 12 and the 15 of "12-15", if there is a second number."""
    marked = says_up_to(message, number.end)
    at = number.end + marked
    upper = numeral_at(message, at) if message.free(at, at + 1) else None
    if upper is None or number.other or upper.other:
        return None
    lower = _in_same_power(number, upper)
    if upper.value <= lower or not (marked or _side_by_side(lower, upper)):
        return None
    return lower, upper


def _in_same_power(number: Numeral, upper: Numeral) -> float:
    """ "do teen sau" is from two hundred on, "4-5 hazar" from four thousand."""
    counted = upper.value / upper.power
    return number.value * upper.power if number.power == 1 and number.value < counted < 100 else number.value


def _side_by_side(lower: float, upper: Numeral) -> bool:
    return lower >= 1 and upper.value <= _AT_MOST_TIMES * lower
