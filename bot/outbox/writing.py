"""A message that does not end a turn: written in the caller's transaction, sent when that is committed."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

import bot.channels
from bot.message import Channel
from bot.outbox.hours import Purpose
from flows.say import Reply
from flows.words import words_of
from marketplace_core.accounts import Person
from marketplace_core.desk import Desk

WRITE = text("""
    INSERT INTO outbox
        (tenant_id, send_key, person_id, channel, recipient, outgoing, reply, purpose, notice, due_at, created_at)
    VALUES (:tenant, :send_key, :person, :channel, :recipient, :outgoing, :reply, :purpose, :notice, :due, :now)
    ON CONFLICT DO NOTHING
""").bindparams(
    bindparam("outgoing", type_=JSONB),
    bindparam("reply", type_=JSONB),
    bindparam("notice", type_=JSONB(none_as_null=True)),
)

LOG = text("""
    INSERT INTO message (tenant_id, at, person_id, channel, direction, body, segments)
    VALUES (:tenant, :now, :person, :channel, 'out', :outgoing, :segments)
""").bindparams(bindparam("outgoing", type_=JSONB))


async def write(
    desk: Desk,
    *,
    send_key: str,
    person: Person,
    channel: Channel,
    recipient: str,
    reply: Reply,
    purpose: Purpose = "notice",
    urgent: bool = False,
    due: datetime | None = None,
    logged: bool = False,
) -> None:
    """`send_key` makes it once. A notice keeps to the hours unless it is urgent; without an approved template it goes
    by SMS where WhatsApp's window is closed. `due`: not before. `logged`: kept among what was said to them, for no turn
    of theirs said it."""
    outgoing = bot.channels.render(channel, reply, words_of(person.language, person.script))
    values: dict[str, Any] = {
        "tenant": desk.tenant,
        "send_key": send_key,
        "person": person.id,
        "channel": channel,
        "recipient": recipient,
        "outgoing": asdict(outgoing),
        "segments": outgoing.segments,
        "reply": kept(reply, person),
        "purpose": purpose,
        "notice": {"urgent": True} if urgent else None,
        "due": due or desk.now,
        "now": desk.now,
    }
    await desk.db.execute(WRITE, values)
    if logged:
        await desk.db.execute(LOG, values)


def kept(reply: Reply, person: Person) -> Mapping[str, Any]:
    """The words before they had a channel: should this one fail, they are rendered for the next."""
    return {"reply": reply.to_json(), "language": person.language, "script": person.script}
