"""Times of the day: "subah 8 baje", "8-9 am". No value of the market, and neither a sum nor an amount."""

from nlu.values.message import Found, Message
from nlu.values.numerals import Numeral, numeral_at
from nlu.values.ranges import ends_of_range

_HOURS = 24


def find(message: Message) -> list[Found]:
    found: list[Found] = []
    for at in range(len(message.words)):
        if (not found or at >= found[-1].end) and (here := _read(message, at)):
            found.append(here)
    return found


def _read(message: Message, at: int) -> Found | None:
    hour = numeral_at(message, at)
    if hour is None or not 0 < hour.value <= _HOURS:
        return None
    end = _past_minutes(message, hour)
    if said := message.find(end, "oclock"):
        return Found("clock", (hour.value,), at, end + said.length)
    if at and message.find(at - 1, "day_part") and (said := message.find(end, "hour")):
        return Found("clock", (hour.value,), at, end + said.length)
    return None


def _past_minutes(message: Message, hour: Numeral) -> int:
    if message.key(hour.end) == ":" and message.kind(hour.end + 1) == "number":
        return hour.end + 2
    span = ends_of_range(message, hour)
    return span[1].end if span and span[1].value <= _HOURS else hour.end
