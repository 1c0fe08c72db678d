"""When a person of the office takes calls."""

from dataclasses import dataclass
from datetime import datetime, timedelta

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
        return bool(self.phone) and self.opens(now) is None

    def opens(self, now: datetime) -> datetime | None:
        """When somebody is there again, to write at least; None: they are there now."""
        here = now.astimezone(KOLKATA)
        if here.weekday() != SUNDAY and self.from_hour <= here.hour < self.until_hour:
            return None
        day = here if here.hour < self.from_hour else here + timedelta(days=1)
        if day.weekday() == SUNDAY:
            day += timedelta(days=1)
        return day.replace(hour=self.from_hour, minute=0, second=0, microsecond=0)


def office_line(settings: Settings) -> OfficeLine:
    return OfficeLine(settings.office_phone, settings.office_from, settings.office_until)
