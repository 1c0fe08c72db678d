"""Whether something to the same address is about to leave: the reply to a webhook must not overtake it."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from marketplace_core.desk import Desk

#: What waits for longer, for its hour or for a phone that is switched off, holds up nobody's line.
SOON = timedelta(minutes=1)

LEAVING = text("""
    SELECT EXISTS (
        SELECT FROM outbox
        WHERE tenant_id = :tenant AND person_id = :person AND recipient = :recipient
          AND (state = 'sending' OR (state = 'queued' AND due_at <= :soon))
    )
""")


async def leaving(desk: Desk, person: UUID, recipient: str) -> bool:
    """To be asked under the lock of the conversation, in a statement of its own: one that waited for the lock would not
    see what the turn before it has written."""
    who = {"tenant": desk.tenant, "person": person, "recipient": recipient, "soon": desk.now + SOON}
    return bool((await desk.db.execute(LEAVING, who)).scalar_one())
