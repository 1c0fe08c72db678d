"""When the bot may speak up by itself: not at night; with promotions only while shops are open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from bot.settings import Settings
from flows.turn import KOLKATA

#: Why a message is sent. Answers and codes are awaited, at any hour.
Purpose = Literal["answer", "notice", "promotion", "code"]


@dataclass(frozen=True)
class Hours:
    """From the hour `opens` until the hour `closes`, Indian time."""

    opens: int
    closes: int


def hours_of(settings: Settings) -> Mapping[Purpose, Hours]:
    return {
        "notice": Hours(settings.notices_from, settings.notices_until),
        "promotion": Hours(settings.promotions_from, settings.promotions_until),
    }


def open_from(hours: Hours | None, now: datetime) -> datetime:
    """Now, where it is open; else the next opening."""
    here = now.astimezone(KOLKATA)
    if hours is None or hours.opens <= here.hour < hours.closes:
        return now
    day = here.date() if here.hour < hours.opens else here.date() + timedelta(days=1)
    return datetime.combine(day, time(hours.opens), KOLKATA)
