"""Rows of the outbox as they are read, and what is written back to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from bot.message import Channel, Outgoing, Picture, Voice
from bot.message import Row as Choice
from bot.outbox.hours import Purpose
from marketplace_core.desk import Desk


@dataclass(frozen=True)
class Row:
    """A message on its way, and what is known of the address it goes to.

    `reply` is the same before it had a channel; `heard_at` is when that address last wrote to us, `phone` its number
    where the channel does not hide it, `lately` how many messages it was sent in the last minutes.
    """

    tenant: int
    id: UUID
    person: UUID
    channel: Channel
    recipient: str
    outgoing: Outgoing
    attempts: int
    created_at: datetime
    purpose: Purpose
    notice: Mapping[str, Any] | None
    reply: Mapping[str, Any] | None
    own_number: str | None = None
    phone: str | None = None
    heard_at: datetime | None = None
    opted_out_at: datetime | None = None
    closed_at: datetime | None = None
    lately: int = 0

    @property
    def which(self) -> dict[str, Any]:
        return {"tenant": self.tenant, "id": self.id}

    @property
    def urgent(self) -> bool:
        return bool(self.notice and self.notice.get("urgent"))

    @property
    def opener(self) -> Mapping[str, Any] | None:
        """The approved template of the same meaning; None where there is none or it has failed already."""
        return self.notice.get("opener") if self.notice else None


#: What every reading brings; `o` is the outbox.
COLUMNS = """
    o.tenant_id, o.id, o.person_id, o.channel, o.recipient, o.outgoing, o.attempts, o.created_at, o.purpose, o.notice,
    o.reply, address.phone, address.last_inbound_at AS heard_at, address.opted_out_at, address.closed_at
"""
ADDRESS = """
    LEFT JOIN address ON address.tenant_id = o.tenant_id AND address.channel = o.channel
        AND address.value = o.recipient
"""


def row_of(read: Any) -> Row:
    return Row(
        tenant=read.tenant_id,
        id=read.id,
        person=read.person_id,
        channel=cast(Channel, read.channel),
        recipient=read.recipient,
        outgoing=outgoing_of(read.outgoing),
        attempts=read.attempts,
        created_at=read.created_at,
        purpose=cast(Purpose, read.purpose),
        notice=read.notice,
        reply=read.reply,
        own_number=getattr(read, "own_number", None),
        phone=read.phone,
        heard_at=read.heard_at,
        opted_out_at=read.opted_out_at,
        closed_at=read.closed_at,
        lately=getattr(read, "lately", 0),
    )


def outgoing_of(stored: Mapping[str, Any]) -> Outgoing:
    rows = {part: tuple(Choice(**row) for row in stored[part]) for part in ("buttons", "rows")}
    picture, voice = stored.get("picture"), stored.get("voice")  # rows of an older release have none
    beside = {"picture": Picture(**picture) if picture else None, "voice": Voice(**voice) if voice else None}
    return Outgoing(**{**stored, **rows, **beside})


#: Several at once: what leaves together is marked together.
SENT = text("""
    UPDATE outbox SET state = 'sent', carrier_id = gone.carrier_id, carrier = gone.carrier,
        status = coalesce(status, 'queued')
    FROM unnest(cast(:ids AS uuid[]), cast(:carrier_ids AS text[]), cast(:carriers AS text[]))
        AS gone (id, carrier_id, carrier)
    WHERE outbox.tenant_id = :tenant AND outbox.id = gone.id AND state = 'sending'
""")
AGAIN = text("""
    UPDATE outbox SET state = 'queued', due_at = :due WHERE tenant_id = :tenant AND id = :id AND state = 'sending'
""")
#: Claimed, but it may not leave yet, or never began to: that was no attempt.
PUT_OFF = text("""
    UPDATE outbox SET state = 'queued', due_at = :due, attempts = attempts - 1
    WHERE tenant_id = :tenant AND id = :id AND state = 'sending'
""")
FAILED = text("""
    UPDATE outbox SET state = 'failed', error_code = coalesce(:code, error_code)
    WHERE tenant_id = :tenant AND id = :id AND state IN ('sending', 'sent')
""")
#: Another row says it instead.
REPLACED = text("""
    UPDATE outbox SET state = 'replaced', error_code = coalesce(:code, error_code)
    WHERE tenant_id = :tenant AND id = :id AND state IN ('queued', 'sending', 'sent')
""")
#: `send_key` makes it once, however often the carrier tells of the failure that it comes from.
INSTEAD = text("""
    INSERT INTO outbox (tenant_id, send_key, person_id, channel, recipient, outgoing, reply, purpose, notice, attempts,
        instead_of, due_at, created_at)
    SELECT tenant_id, :send_key, person_id, :channel, :recipient, :outgoing, reply, purpose, :notice, :attempts,
        id, :due, created_at
    FROM outbox WHERE tenant_id = :tenant AND id = :id
    ON CONFLICT DO NOTHING
""").bindparams(bindparam("outgoing", type_=JSONB), bindparam("notice", type_=JSONB(none_as_null=True)))


@dataclass(frozen=True)
class Gone:
    """A row that the carrier has taken, under an id of its own."""

    row: Row
    carrier_id: str
    carrier: str


async def mark_gone(desk: Desk, gone: Sequence[Gone]) -> None:
    each = {
        "ids": [one.row.id for one in gone],
        "carrier_ids": [one.carrier_id for one in gone],
        "carriers": [one.carrier for one in gone],
    }
    await desk.db.execute(SENT, {"tenant": desk.tenant} | each)


async def mark(desk: Desk, row: Row, statement: Any, **values: Any) -> None:
    await desk.db.execute(statement, row.which | values)
