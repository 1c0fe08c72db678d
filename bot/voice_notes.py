"""Voice notes that wait for the ears: parked by the turn that brought them, claimed one by one, answered once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import insert, text

from bot.message import Address, Channel, Inbound
from bot.tables import hearing
from flows.state import State
from marketplace_core.desk import Desk

#: Somebody holds a phone in the hand and waits: later than this the answer is that it was not made out.
ANSWERED_WITHIN = timedelta(seconds=60)
#: A claim this old was left behind by a worker that died.
LEASE = timedelta(seconds=75)

#: What is here, what is lost, and what is too late; of one person never the second before the first.
CLAIM = text("""
    WITH due AS (
        SELECT head.tenant_id, head.media_id FROM hearing AS head
        LEFT JOIN media ON media.tenant_id = head.tenant_id AND media.id = head.media_id
        WHERE head.tenant_id = :tenant AND head.done_at IS NULL
          AND (head.claimed_at IS NULL OR head.claimed_at < :left_behind)
          AND (media.key IS NOT NULL OR media.lost_because IS NOT NULL OR head.deadline <= :now)
          AND NOT EXISTS (
              SELECT FROM hearing AS earlier
              WHERE earlier.tenant_id = head.tenant_id AND earlier.person_id = head.person_id
                AND earlier.done_at IS NULL AND (earlier.at, earlier.media_id) < (head.at, head.media_id)
          )
        ORDER BY head.at LIMIT :few FOR UPDATE OF head SKIP LOCKED
    ), h AS (
        UPDATE hearing SET claimed_at = :now
        WHERE (tenant_id, media_id) IN (SELECT tenant_id, media_id FROM due)
        RETURNING *
    )
    SELECT h.*, media.key, media.lost_because FROM h
    LEFT JOIN media ON media.tenant_id = h.tenant_id AND media.id = h.media_id
    ORDER BY h.at
""")
DONE = text("""
    UPDATE hearing SET done_at = :now, ear = :ear, language = :language, seconds = :seconds, because = :because
    WHERE tenant_id = :tenant AND media_id = :id
""")


@dataclass(frozen=True)
class Parked:
    """`key` is where it lies in our store; None: it has not come, and `lost_because` may say why."""

    tenant: int
    id: UUID
    carrier: str
    carrier_id: str
    sender: Address
    recipient: str
    serial: int
    deadline: datetime
    key: str | None
    lost_because: str | None


@dataclass(frozen=True)
class Outcome:
    """What came of it, without a word of what was said."""

    ear: str | None = None
    language: str | None = None
    seconds: float | None = None
    because: str | None = None


async def listen_later(desk: Desk, person: UUID, media_id: UUID, inbound: Inbound, state: State) -> None:
    await desk.db.execute(
        insert(hearing).values(
            tenant_id=desk.tenant,
            media_id=media_id,
            person_id=person,
            carrier=inbound.carrier,
            carrier_id=inbound.carrier_id,
            channel=inbound.sender.channel,
            sender=inbound.sender.value,
            phone=inbound.sender.phone,
            recipient=inbound.recipient,
            serial=state.last.serial if state.last else 0,
            deadline=desk.now + ANSWERED_WITHIN,
            at=desk.now,
        )
    )


async def claim(desk: Desk, few: int) -> list[Parked]:
    found = await desk.db.execute(
        CLAIM, {"tenant": desk.tenant, "now": desk.now, "left_behind": desk.now - LEASE, "few": few}
    )
    return [_parked(row) for row in found]


def _parked(row: Any) -> Parked:
    return Parked(
        tenant=row.tenant_id,
        id=row.media_id,
        carrier=row.carrier,
        carrier_id=row.carrier_id,
        sender=Address(cast(Channel, row.channel), row.sender, row.phone),
        recipient=row.recipient,
        serial=row.serial,
        deadline=row.deadline,
        key=row.key,
        lost_because=row.lost_because,
    )


async def done(desk: Desk, note: Parked, outcome: Outcome) -> None:
    await desk.db.execute(DONE, {"tenant": desk.tenant, "id": note.id, "now": desk.now, **vars(outcome)})
