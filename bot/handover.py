"""Conversations that wait for a person from the office, and giving them back to the bot."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

WAITING = text("""
    SELECT DISTINCT ON (since, conversation.person_id) address.value, since
    FROM conversation
    JOIN address USING (tenant_id, person_id),
    LATERAL (SELECT cast(state ->> 'human_since' AS timestamptz) AS since) AS asked
    WHERE conversation.tenant_id = :tenant AND since IS NOT NULL
    ORDER BY since, conversation.person_id, address.last_inbound_at DESC NULLS LAST
""")

RELEASE = text("""
    UPDATE conversation SET state = state - 'human_since'
    FROM address
    WHERE address.tenant_id = conversation.tenant_id AND address.person_id = conversation.person_id
      AND (address.phone = :person OR address.value = :person)
      AND conversation.tenant_id = :tenant AND conversation.state ->> 'human_since' IS NOT NULL
    RETURNING conversation.person_id
""")


async def waiting(engine: AsyncEngine, tenant: int = 1) -> list[tuple[str, datetime]]:
    """Whom to write to and since when they wait, longest first; the address they wrote from last."""
    async with engine.connect() as db:
        return [(row.value, row.since) for row in await db.execute(WAITING, {"tenant": tenant})]


async def release(engine: AsyncEngine, person: str, tenant: int = 1) -> bool:
    """`person` is a phone number or an address; False when no person of the office is in charge there."""
    async with engine.begin() as db:
        return (await db.execute(RELEASE, {"person": person, "tenant": tenant})).first() is not None
