"""How a claimed row may leave, if at all: pure, from what is known in the transaction that claims it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.outbox.hours import Hours, Purpose, open_from
from bot.outbox.rows import Row

#: Meta lets a business write freely so long after the person last wrote to it.
WHATSAPP_WINDOW = timedelta(hours=24)
#: What is older says nothing any more that anybody waits for.
LASTS: Mapping[Purpose, timedelta] = {
    "answer": timedelta(hours=24),
    "notice": timedelta(hours=48),
    "promotion": timedelta(hours=24),
    "code": timedelta(minutes=5),
}
#: One message to a person in so many seconds is what WhatsApp takes in the long run; a burst may run ahead of it.
PAIR_SECONDS = 6


@dataclass(frozen=True)
class Way:
    """ "opener": as the approved template of the same meaning · "elsewhere": on another channel, as a row of its own ·
    "later": not before `until` · "never": nobody waits for it, or it must not reach them."""

    how: Literal["as it is", "opener", "elsewhere", "later", "never"]
    until: datetime | None = None


def way_of(row: Row, now: datetime, hours: Mapping[Purpose, Hours], burst: int) -> Way:
    if now - row.created_at > LASTS[row.purpose]:
        return Way("never")
    # what was written after the stop answers somebody who knows of it: the goodbye itself
    if row.opted_out_at and row.created_at < row.opted_out_at:
        return Way("never")
    if row.closed_at:
        return Way("elsewhere")
    at_any_hour = row.urgent and row.channel != "voice"
    opens = open_from(None if at_any_hour else hours.get(row.purpose), now)
    if opens > now:
        return Way("later", opens)
    if row.channel == "whatsapp" and row.lately >= burst:
        return Way("later", now + timedelta(seconds=PAIR_SECONDS))
    if row.channel == "whatsapp" and not _window_open(row, now):
        return Way("opener" if row.opener else "elsewhere")
    return Way("as it is")


def _window_open(row: Row, now: datetime) -> bool:
    """The carrier knows better than our own clock when it has said that the window is closed."""
    said_closed = bool(row.notice and row.notice.get("window_closed"))
    return not said_closed and row.heard_at is not None and now - row.heard_at < WHATSAPP_WINDOW
