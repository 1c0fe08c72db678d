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

#: Where the same is said when a channel fails. A call rings: only for what is urgent, only where the person agreed to
#: be called (the consent "calls"), and by day.
NEXT: Mapping[Channel, Channel] = {"whatsapp": "sms", "sms": "voice"}

AGREED = text("""
    SELECT EXISTS (
        SELECT FROM consent WHERE tenant_id = :tenant AND person_id = :person AND purpose = 'calls'
          AND withdrawn_at IS NULL
    )
""")

SHUT = text("""
    SELECT EXISTS (
        SELECT FROM address WHERE tenant_id = :tenant AND channel = :channel AND value = :phone
          AND (opted_out_at IS NOT NULL OR closed_at IS NOT NULL)
    )
""")


async def say_elsewhere(desk: Desk, row: Row, code: int | None = None) -> bool:
    """False where there is no other way to this person, or they want none."""
    if row.reply is None and (row.outgoing.picture or row.outgoing.voice):
        await mark(desk, row, REPLACED, code=code)  # its words are a row of their own
        return True
    channel = NEXT.get(row.channel)
    phone = row.recipient if row.channel == "sms" else row.phone
    if (
        channel is None
        or row.reply is None
        or phone is None
        or not await _may_hear(desk, row, channel, phone)
    ):
        return False
    await instead(
        desk,
        row,
        channel=channel,
        recipient=phone,
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
    script = "native" if channel == "voice" else said["script"]
    words = words_of(said["language"], script)
    return bot.channels.render(channel, Reply.from_json(said["reply"]), words)


async def _may_hear(desk: Desk, row: Row, channel: Channel, phone: str) -> bool:
    if channel == "voice":
        who = {"tenant": desk.tenant, "person": row.person}
        if not row.urgent or not (await desk.db.execute(AGREED, who)).scalar_one():
            return False
    who = {"tenant": desk.tenant, "channel": channel, "phone": phone}
    shut = await desk.db.execute(SHUT, who)
    return not row.opted_out_at and not shut.scalar_one()
