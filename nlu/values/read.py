"""Every value of a message, and which of several readings only the speaker can choose."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nlu.normalise import clean, words
from nlu.understanding import Expecting
from nlu.values import clock, commodity, date, grade, name, phone, pincode, place, price, quantity, reference
from nlu.values.glued import apart
from nlu.values.message import Found, Message
from nlu.values.numerals import numeral_at
from nlu.values.ranges import ends_of_range
from nlu.values.taken_back import said_instead

#: In this order: who comes first takes the words from those after.
_READERS: tuple[Callable[[Message], list[Found]], ...] = (
    reference.find,
    grade.find,
    date.find,
    price.find,
    quantity.find,
    commodity.find,
    pincode.find,
    place.find,
)
#: More are no days: the Bengali "2100 din" asks to be given them.
_DAYS_AT_MOST = 400
_ASKED_IN_NUMBERS = ("quantity", "price", "choice", "date")


@dataclass(frozen=True)
class Values:
    """`corrected` tells that a value took the place of another; `unread` are the words that are no values."""

    values: Mapping[str, Any] = field(default_factory=dict)
    alternatives: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    corrected: bool = False
    unread: tuple[str, ...] = ()


def read(
    text: str,
    *,
    today: datetime.date,
    language: str | None = None,
    expecting: Expecting | None = None,
    past: bool = False,
    bids: int = 0,
) -> Values:
    number, rest = phone.take(clean(text))
    said = words(rest)
    # Chaman Lal is no "cha man", four maunds of something.
    spaced = said if expecting == "name" else apart(said)
    message = Message(tuple(spaced), today, language, expecting, past, bids)
    message = message.without(clock.find(message))
    found = _all_found(message)
    kept = said_instead(message, found)
    values, alternatives = _settled(kept, message)
    if number:
        values["phone"] = number
    return Values(values, alternatives, kept != found, message.without(found).unread())


def _all_found(message: Message) -> list[Found]:
    found = name.find(message)
    for reader in _READERS:
        found += reader(message.without(found))
    return sorted(found + _numbers(message.without(found)), key=lambda f: f.start)


def _numbers(message: Message) -> list[Found]:
    sure: list[Found] = []
    unsure: list[Found] = []
    at = 0
    while at < len(message.words):
        number = numeral_at(message, at) if message.free(at, at + 1) else None
        if number is None:
            at += 1
            continue
        readings = (number.value,) if number.other is None else (number.value, number.other)
        end = number.end
        span = ends_of_range(message, number)
        if span and span[0] != number.value:  # "2-3 hazar" is from two thousand on
            readings, end = (span[0], span[1].value), span[1].end
        if number.value > _DAYS_AT_MOST or not message.find(end, "day_unit"):  # "15 din se paisa nahi aaya"
            (sure if number.sure else unsure).append(Found("number", readings, at, end))
        at = end
    asked = message.expecting in _ASKED_IN_NUMBERS and len(message.words) <= 4
    return sure or (unsure if asked else [])


def _settled(found: list[Found], message: Message) -> tuple[dict[str, Any], dict[str, tuple[Any, ...]]]:
    readings: dict[str, tuple[Any, ...]] = {}
    for here in found:
        before = readings.get(here.name, ())
        if before and here.name in _LAST_COUNTS:
            before = ()
        readings[here.name] = tuple(_unique((*before, *here.readings)))
    if any("pincode" in place for place in readings.get("place", ())):
        readings["place"] = tuple(place for place in readings["place"] if "pincode" in place)
    _bare_number(readings, message)
    if message.bids and "price" not in readings and message.expecting not in ("quantity", "date"):
        readings.update(price.bid(message.without(found), readings))
    values = {name: options[0] for name, options in readings.items() if len(options) == 1}
    alternatives = {name: options for name, options in readings.items() if len(options) > 1}
    return values, alternatives


#: Said twice, the later one is meant; of two crops or two quantities we ask.
_LAST_COUNTS = frozenset({"grade", "name"})


def _bare_number(readings: dict[str, tuple[Any, ...]], message: Message) -> None:
    """A number without a unit answers the question that is open."""
    numbers = readings.get("number", ())
    positive = tuple(number for number in numbers if number > 0)
    if message.expecting == "quantity" and positive and "quantity" not in readings:
        readings["quantity"] = tuple(quantity.quantity(number, None) for number in positive)
    elif message.expecting == "price" and positive and "price" not in readings:
        readings["price"] = tuple(price.price(number, None) for number in positive)
    elif message.expecting == "date" and len(numbers) == 1 and "date" not in readings:
        day = date.day_of_month(message, numbers[0])
        if day:
            readings["date"] = (day,)


def _unique(options: tuple[Any, ...]) -> list[Any]:
    kept: list[Any] = []
    for option in options:
        if option not in kept:
            kept.append(option)
    return kept
