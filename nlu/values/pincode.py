"""A place by its six-digit pincode: {"pincode": "141001"}."""

from nlu.values.message import Found, Message
from nlu.values.quantity import unit_at

_OTHER_NUMBERS = ("quantity", "price")


def find(message: Message) -> list[Found]:
    if message.expecting in _OTHER_NUMBERS:
        return []
    found = []
    for at in range(len(message.words)):
        digits, end = _digits(message, at)
        if (
            len(digits) == 6
            and digits[0] in "12345678"
            and message.free(at, end)
            and not unit_at(message, end)
        ):
            start = at - 1 if message.says(at - 1, "pincode_word") else at
            found.append(Found("place", ({"pincode": digits},), start, end))
    return found


def _digits(message: Message, at: int) -> tuple[str, int]:
    """Some write a gap in the middle: 141 001."""
    first, second = message.key(at), message.key(at + 1)
    asked = message.expecting == "place" or message.says(at - 1, "pincode_word")
    if asked and len(first) == 3 and len(second) == 3 and (first + second).isdigit():
        return first + second, at + 2
    plain = message.kind(at) == "number" and first.isdigit() and message.words[at].text == first
    return (first if plain else ""), at + 1
