"""What callers leave for a person of the office: copied from the carrier, deleted there, and here after thirty days."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import text

from bot.carriers.refusals import MediaFailed, Refused
from marketplace_core.desk import Desk

log = structlog.get_logger()

BATCH = 5
#: Each pause is twice the one before, up to 17 hours: about as long as we keep it ourselves.
MOST_TRIES, LAST_DOUBLING = 45, 11
#: From then on an operator should look.
LONG = 12
#: A callback comes within minutes; a consent given in another call is none for this one.
CONSENT_LASTS = timedelta(hours=1)


class Cabinet(Protocol):
    """Where a carrier keeps its recordings."""

    async def fetch_recording(self, carrier_id: str) -> tuple[bytes, str]:
        """Raises `MediaFailed`."""

    async def delete_recording(self, carrier_id: str) -> None:
        """Gone is gone: not to be there any more is no fault. Raises `Refused`."""


class Shelf(Protocol):
    async def store(self, content: bytes, content_type: str) -> str: ...


@dataclass(frozen=True)
class Left:
    """A recording that lies at the carrier, and the call it was made in."""

    carrier: str
    carrier_id: str
    call_id: str
    seconds: int | None = None


#: Without a consent nothing is copied: then it is only deleted at the carrier.
NOTE = text("""
    INSERT INTO recording (tenant_id, call_id, person_id, carrier, carrier_id, seconds, lost_because, due_at, at)
    SELECT :tenant, call.id, call.person_id, :carrier, :carrier_id, :seconds,
        CASE WHEN NOT EXISTS (
            SELECT FROM consent WHERE consent.tenant_id = :tenant AND consent.person_id = call.person_id
                AND purpose = 'recording' AND given_at > :since
        ) THEN 'no consent' END, :now, :now
    FROM call
    WHERE call.tenant_id = :tenant AND call.carrier = :carrier AND call.carrier_id = :call_id
        AND call.person_id IS NOT NULL
    ON CONFLICT DO NOTHING
""")
CLAIM = text("""
    WITH due AS (
        SELECT tenant_id, id FROM recording
        WHERE tenant_id = :tenant AND left_carrier_at IS NULL AND due_at <= :now AND tries < :most
        ORDER BY due_at LIMIT :batch FOR UPDATE SKIP LOCKED
    )
    UPDATE recording SET tries = tries + 1,
        due_at = cast(:now AS timestamptz) + interval '30 seconds' * 2 ^ least(tries, :last_doubling)
    WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM due)
    RETURNING id, carrier_id, key, lost_because, tries
""")
KEEP = text("UPDATE recording SET key = :key WHERE tenant_id = :tenant AND id = :id")
LOSE = text("UPDATE recording SET lost_because = :why WHERE tenant_id = :tenant AND id = :id")
LEFT = text("UPDATE recording SET left_carrier_at = :now WHERE tenant_id = :tenant AND id = :id")


async def note(desk: Desk, left: Left) -> None:
    await desk.db.execute(
        NOTE,
        {
            "tenant": desk.tenant,
            "carrier": left.carrier,
            "carrier_id": left.carrier_id,
            "call_id": left.call_id,
            "seconds": left.seconds,
            "since": desk.now - CONSENT_LASTS,
            "now": desk.now,
        },
    )


async def claim(desk: Desk) -> list[Any]:
    """What still lies at the carrier; each try comes later than the one before."""
    due = {"tenant": desk.tenant, "now": desk.now, "batch": BATCH, "most": MOST_TRIES}
    due["last_doubling"] = LAST_DOUBLING
    return list((await desk.db.execute(CLAIM, due)).all())


async def copy(cabinet: Cabinet, shelf: Shelf, row: Any) -> tuple[str | None, str | None]:
    """Its key in our store, or why it cannot be had; neither: later."""
    if row.key or row.lost_because:
        return row.key, row.lost_because
    try:
        content, content_type = await cabinet.fetch_recording(row.carrier_id)
        if not content_type.startswith("audio/"):
            return None, f"no sound but {content_type}"
        return await shelf.store(content, content_type), None
    except MediaFailed as failure:
        return None, None if failure.temporary else str(failure)


async def keep(desk: Desk, row: Any, key: str | None, why: str | None) -> None:
    which = {"tenant": desk.tenant, "id": row.id}
    if key and not row.key:
        await desk.db.execute(KEEP, which | {"key": key})
    elif why and not row.lost_because:
        await desk.db.execute(LOSE, which | {"why": why})


async def remove(cabinet: Cabinet, row: Any) -> bool:
    try:
        await cabinet.delete_recording(row.carrier_id)
    except Refused as refusal:
        tell = log.error if row.tries > LONG else log.warning
        tell("recording still at the carrier", code=refusal.code, tries=row.tries)
        return False
    return True


async def left_carrier(desk: Desk, row: Any) -> None:
    await desk.db.execute(LEFT, {"tenant": desk.tenant, "id": row.id, "now": desk.now})
