""" "No, 15 not 12": what the speaker takes back is no value of the message."""

from nlu import lexicon
from nlu.values.message import Found, Message
from nlu.values.quantity import quantity, unit_at

#: "mugiyalla", it does not end; but "bella" is jaggery.
_SHORTEST_VERB = 3


def said_instead(message: Message, found: list[Found]) -> list[Found]:
    """The values without those taken back, so long as another of the same kind, or a number, remains."""
    refused = _refused_days(message, found)
    withdrawn = [here for here in found if here in refused or _is_withdrawn(message, here, found)]
    kept = [here for here in found if here not in withdrawn]
    if not withdrawn or not kept:
        return found
    return [_completed(message, here, withdrawn) for here in kept]


def _is_withdrawn(message: Message, here: Found, found: list[Found]) -> bool:
    if not any(other is not here and _comparable(other, here) for other in found):
        return False
    if _ends_in(message, here.start, "not_what_follows"):
        return not _ends_in(message, here.start, "or_else")  # "tomorrow, if not Monday"
    if message.find(here.end, "not_what_precedes"):
        return True
    if not message.says(here.end, "becomes"):
        return False
    changes = any(lexicon.says("change", word.key) for word in message.words)
    return changes and any(_comparable(o, here) and o.start == here.end + 1 for o in found)


def _refused_days(message: Message, found: list[Found]) -> list[Found]:
    """ "Come next week, this week is not possible": this week, so long as another day remains."""
    days = [here for here in found if here.name == "date"]
    if message.past or len(days) < 2:
        return []  # of a day behind "nahi aaya" says that nothing came
    until = [day.start for day in days[1:]] + [len(message.words)]
    refused = [day for day, end in zip(days, until, strict=True) if _is_refused(message, day.end, end)]
    return refused if len(refused) < len(days) else []


def _is_refused(message: Message, start: int, end: int) -> bool:
    """Whether the clause that goes on after a day says no; "not" right before the next day is said of that one."""
    for at in range(start, end):
        if message.find(at, "or_else") or (message.key(at) == "," and at > start):
            return False
        if _says_no(message, at) and not (
            end < len(message.words) and _ends_in(message, end, "not_what_follows")
        ):
            return True
    return False


def _says_no(message: Message, at: int) -> bool:
    if message.says(at, "denial") or message.says(at, "refusal"):
        return True
    return any(
        message.language in (stem.language, None) and len(stem.text) >= _SHORTEST_VERB
        for stem in lexicon.stems(message.key(at), "refusal_ending")
    )


def _ends_in(message: Message, end: int, kind: str) -> bool:
    """ "not 12", "instead of 12"."""
    for start in (end - 2, end - 1):
        hit = message.find(start, kind) if start >= 0 else None
        if hit and start + hit.length == end:
            return True
    return False


def _comparable(one: Found, other: Found) -> bool:
    return one.name == other.name or "number" in (one.name, other.name)


def _completed(message: Message, here: Found, withdrawn: list[Found]) -> Found:
    """ "15, not 12 ton": fifteen tonnes; "15 ton, not 12" needs nothing."""
    if here.name != "number":
        return here
    model = next((gone for gone in withdrawn if gone.name in ("quantity", "price")), None)
    if model is None or not isinstance(model.readings[0], dict):
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
