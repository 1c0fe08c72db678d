"""What failed for good: nobody was told, so somebody has to see to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from marketplace_core.desk import Desk

#: Who said stop is sent nothing: there is nothing to see to, until they write again.
NOT_STOPPED = """
    NOT EXISTS (
        SELECT FROM address WHERE address.tenant_id = outbox.tenant_id AND address.channel = outbox.channel
          AND address.value = outbox.recipient AND address.opted_out_at IS NOT NULL
    )
"""
#: Picture rows and the like have said their words elsewhere; a code is worth nothing any more.
DEAD = text(f"""
    SELECT id, channel, recipient, outgoing ->> 'text' AS words, purpose, error_code, status, created_at FROM outbox
    WHERE tenant_id = :tenant AND state = 'failed' AND settled_at IS NULL AND purpose <> 'code'
      AND {NOT_STOPPED}
    ORDER BY id LIMIT :limit
""")  # noqa: S608 - our own words
SETTLE = text("""
    UPDATE outbox SET settled_at = :now
    WHERE tenant_id = :tenant AND id = :id AND state = 'failed' AND settled_at IS NULL
""")
#: In its old place in the line, as if it were new. What is new passes a stop that came before it: so not where there
#: is one.
AGAIN = text(f"""
    UPDATE outbox SET state = 'queued', attempts = 0, due_at = :now, created_at = :now, carrier_id = NULL,
        status = NULL, error_code = NULL
    WHERE tenant_id = :tenant AND id = :id AND state = 'failed' AND settled_at IS NULL
      AND {NOT_STOPPED}
""")  # noqa: S608 - our own words


@dataclass(frozen=True)
class DeadLetter:
    id: UUID
    channel: str
    recipient: str
    words: str
    purpose: str
    error_code: int | None
    status: str | None
    created_at: datetime


async def dead_letters(desk: Desk, limit: int = 100) -> Sequence[DeadLetter]:
    """Oldest first."""
    rows = await desk.db.execute(DEAD, {"tenant": desk.tenant, "limit": limit})
    return [DeadLetter(*row) for row in rows]


async def settle(desk: Desk, letter: UUID) -> bool:
    """Somebody has seen to it; False when there is no such dead letter."""
    return await _one(desk, SETTLE, letter)


async def send_again(desk: Desk, letter: UUID) -> bool:
    """What stood in its way is put right; False when there is no such dead letter."""
    return await _one(desk, AGAIN, letter)


async def _one(desk: Desk, statement: object, letter: UUID) -> bool:
    done = await desk.db.execute(statement, {"tenant": desk.tenant, "now": desk.now, "id": letter})  # type: ignore[call-overload]
    return bool(done.rowcount)
