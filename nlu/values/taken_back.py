""" "No, 15 not 12": what the speaker takes back is no value of the message."""

from nlu import lexicon
from nlu.values.message import Found, Message
from nlu.values.quantity import quantity, unit_at
from nlu.values.refused import ends_in, refused


def said_instead(message: Message, found: list[Found]) -> list[Found]:
    """The values without those taken back, so long as another of the same kind, or a number, remains."""
    unwanted = refused(message, found)
    withdrawn = [here for here in found if here in unwanted or _is_withdrawn(message, here, found)]
    kept = [here for here in found if here not in withdrawn]
    if not withdrawn or not kept:
        return found
    replaced = {here.name for here in kept}
    missing = [gone for gone in withdrawn if gone.name not in replaced]
    return [_completed(message, _in_hundreds(message, here, withdrawn), missing) for here in kept]


def _in_hundreds(message: Message, here: Found, withdrawn: list[Found]) -> Found:
    """ "Atharah sau kam hai, bees kar de": in a bid the hundreds of the first sum are also those of the second."""
    sums = [
        n for gone in withdrawn if gone.name == "number" for n in gone.readings if n >= 1000 and n % 100 == 0
    ]
    number = here.readings[0] if here.name == "number" and len(here.readings) == 1 else None
    if not message.bids or number is None or not any(number * 50 < one < number * 200 for one in sums):
        return here
    return Found(here.name, (number * 100,), here.start, here.end)


def _is_withdrawn(message: Message, here: Found, found: list[Found]) -> bool:
    if not any(other is not here and _comparable(other, here) for other in found):
        return False
    if ends_in(message, here.start, "not_what_follows"):
        return not ends_in(message, here.start, "or_else")  # "tomorrow, if not Monday"
    if message.find(here.end, "not_what_precedes"):
        return True
    if not message.says(here.end, "becomes"):
        return False
    changes = any(lexicon.says("change", word.key) for word in message.words)
    return changes and any(_comparable(o, here) and o.start == here.end + 1 for o in found)


def _comparable(one: Found, other: Found) -> bool:
    return one.name == other.name or "number" in (one.name, other.name)


def _completed(message: Message, here: Found, withdrawn: list[Found]) -> Found:
    """ "15, not 12 ton": fifteen tonnes; "15 ton, not 12" needs nothing."""
    if here.name != "number":
        return here
    model = next((gone for gone in withdrawn if gone.name in ("quantity", "price")), None)
    if model is None or not model.readings or not isinstance(model.readings[0], dict):
        return here
    return Found(
        model.name, tuple(_like(message, model, number) for number in here.readings), here.start, here.end
    )


def _like(message: Message, model: Found, number: float) -> dict[str, object]:
    if model.name == "price":
        return {**model.readings[0], "rupees": number}
    # The unit as it was said: of "500 gram nahi 600" the market would count kilos.
    said = next((unit for at in range(model.start, model.end) if (unit := unit_at(message, at))), None)
    return quantity(number, said.canonical if said else model.readings[0]["unit"])
