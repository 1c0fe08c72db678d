"""The same words on another channel, as a row of its own that says instead of which it stands."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import text

import bot.channels
from bot.message import Channel, Outgoing
from bot.outbox.rows import INSTEAD, REPLACED, Row, mark
from flows.say import Reply
from flows.words import words_of
from marketplace_core.desk import Desk

#: Where the same is said when a channel fails. A call in place of an SMS needs the person's consent to be called:
#: whoever adds "sms": "voice" asks for it in `_may_hear`.
NEXT: Mapping[Channel, Channel] = {"whatsapp": "sms"}

SHUT = text("""
    SELECT EXISTS (
        SELECT FROM address WHERE tenant_id = :tenant AND channel = :channel AND value = :phone
          AND (opted_out_at IS NOT NULL OR closed_at IS NOT NULL)
    )
""")


async def say_elsewhere(desk: Desk, row: Row, code: int | None = None) -> bool:
    """False where there is no other way to this person, or they want none."""
    channel = NEXT.get(row.channel)
    if channel is None or row.reply is None or row.phone is None or not await _may_hear(desk, row, channel):
        return False
    await instead(
        desk,
        row,
        channel=channel,
        recipient=row.phone,
        outgoing=rendered(row.reply, channel),
        notice=row.notice,
        due=desk.now,
    )
    await mark(desk, row, REPLACED, code=code)
    return True


async def instead(
    desk: Desk,
    row: Row,
    *,
    channel: Channel,
    recipient: str,
    outgoing: Outgoing,
    notice: Mapping[str, Any] | None,
    due: datetime,
    attempts: int = 0,
) -> None:
    """`attempts`: those that were made to the same address before."""
    values = {
        "send_key": f"instead:{row.id}",
        "channel": channel,
        "recipient": recipient,
        "outgoing": asdict(outgoing),
        "notice": dict(notice) if notice else None,
        "attempts": attempts,
        "due": due,
    }
    await mark(desk, row, INSTEAD, **values)


def rendered(said: Mapping[str, Any], channel: Channel) -> Outgoing:
    words = words_of(said["language"], said["script"])
    return bot.channels.render(channel, Reply.from_json(said["reply"]), words)


async def _may_hear(desk: Desk, row: Row, channel: Channel) -> bool:
    who = {"tenant": desk.tenant, "channel": channel, "phone": row.phone}
    shut = await desk.db.execute(SHUT, who)
    return not row.opted_out_at and not shut.scalar_one()
