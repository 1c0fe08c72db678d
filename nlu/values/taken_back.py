""" "No, 15 not 12": what the speaker takes back is no value of the message."""

from nlu.values.message import Found, Message
from nlu.values.quantity import quantity

#: "not 12" takes back what follows, "12 nahi" and "12 ಅಲ್ಲ" what precedes.
_FOLLOWED_BY_IT = frozenset("not".split())
_INSTEAD_OF = (("instead", "of"), ("rather", "than"), ("na", "ki"), ("ना", "कि"), ("न", "कि"))
_PRECEDED_BY_IT = frozenset("nahi nahin nai nhi nahee नहीं नही ना alla ಅಲ್ಲ allaa bittu ಬಿಟ್ಟು".split())
_IN_PLACE = (("ki", "jagah"), ("ke", "badle"), ("की", "जगह"), ("के", "बदले"), ("ಬದಲು",), ("badalu",), ("ಬದಲಿಗೆ",), ("badalige",))  # fmt: skip
_CHANGES = frozenset("change badlo badal बदलो बदल ಬದಲಾಯಿಸಿ ಬದಲಿಸಿ badalayisi make karo करो maadi ಮಾಡಿ".split())
_BECOMES = frozenset("to into se से rinda ರಿಂದ".split())


def said_instead(message: Message, found: list[Found]) -> list[Found]:
    """The values without those taken back, so long as another of the same kind, or a number, remains."""
    withdrawn = [here for here in found if _is_withdrawn(message, here, found)]
    kept = [here for here in found if here not in withdrawn]
    if not withdrawn or not kept:
        return found
    return [_completed(here, withdrawn) for here in kept]


def _is_withdrawn(message: Message, here: Found, found: list[Found]) -> bool:
    before, after = message.key(here.start - 1), message.key(here.end)
    if not any(other is not here and _comparable(other, here) for other in found):
        return False
    if before in _FOLLOWED_BY_IT or _ends_with(message, here.start, _INSTEAD_OF):
        return True
    if after in _PRECEDED_BY_IT and not _ends_with(message, here.end + 2, (("nahi", "to"),)):
        return True
    if _starts_with(message, here.end, _IN_PLACE):
        return True
    changes = any(word.key in _CHANGES for word in message.words)
    becomes = after in _BECOMES and any(_comparable(o, here) and o.start == here.end + 1 for o in found)
    return changes and becomes


def _comparable(one: Found, other: Found) -> bool:
    return one.name == other.name or "number" in (one.name, other.name)


def _completed(here: Found, withdrawn: list[Found]) -> Found:
    """ "15, not 12 ton": fifteen tonnes; "15 ton, not 12" needs nothing."""
    if here.name != "number":
        return here
    model = next((gone for gone in withdrawn if gone.name in ("quantity", "price")), None)
    if model is None or not isinstance(model.readings[0], dict):
        return here
    return Found(model.name, tuple(_like(model, number) for number in here.readings), here.start, here.end)


def _like(model: Found, number: float) -> dict[str, object]:
    if model.name == "price":
        return {**model.readings[0], "rupees": number}
    return quantity(number, model.readings[0]["unit"])


def _ends_with(message: Message, end: int, phrases: tuple[tuple[str, ...], ...]) -> bool:
    return any(
        tuple(message.key(end - len(phrase) + i) for i in range(len(phrase))) == phrase for phrase in phrases
    )


def _starts_with(message: Message, start: int, phrases: tuple[tuple[str, ...], ...]) -> bool:
    return any(tuple(message.key(start + i) for i in range(len(phrase))) == phrase for phrase in phrases)
