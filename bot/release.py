"""Gives a conversation back to the bot after a person from the office has finished with it."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

RELEASE = text("""
    UPDATE conversation SET state = state - 'human_since'
    FROM address
    WHERE address.tenant_id = conversation.tenant_id AND address.person_id = conversation.person_id
      AND (address.phone = :person OR address.value = :person)
      AND conversation.tenant_id = :tenant AND conversation.state ->> 'human_since' IS NOT NULL
    RETURNING conversation.person_id
""")


async def release(engine: AsyncEngine, person: str, tenant: int = 1) -> bool:
    """`person` is a phone number or an address; False when no person of the office is in charge there."""
    async with engine.begin() as db:
        return (await db.execute(RELEASE, {"person": person, "tenant": tenant})).first() is not None
