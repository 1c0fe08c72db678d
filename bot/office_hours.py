"""When a person of the office takes calls."""

from dataclasses import dataclass
from datetime import datetime

from bot.settings import Settings
from flows.turn import KOLKATA

SUNDAY = 6


@dataclass(frozen=True)
class OfficeLine:
    """Without a `phone` nobody ever takes a call: callers leave a message."""

    phone: str
    from_hour: int
    until_hour: int

    def open(self, now: datetime) -> bool:
        here = now.astimezone(KOLKATA)
        in_hours = self.from_hour <= here.hour < self.until_hour
        return bool(self.phone) and in_hours and here.weekday() != SUNDAY


def office_line(settings: Settings) -> OfficeLine:
    return OfficeLine(settings.office_phone, settings.office_from, settings.office_until)
