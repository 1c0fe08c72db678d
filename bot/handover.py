"""Conversations that wait for a person from the office, and giving them back to the bot."""

from datetime import datetime

from sqlalchemy import text

from marketplace_core.desk import Desk

#: A shared phone reaches everybody of the family, whoever of them speaks there now.
REACHED = """(
        SELECT tenant_id, person_id, value, phone, last_inbound_at FROM address
        UNION
        SELECT tenant_id, profile.person_id, value, phone, last_inbound_at
        FROM profile JOIN address USING (tenant_id) WHERE address.id = profile.address_id
    ) AS address"""

WAITING = text(f"""
    SELECT DISTINCT ON (since, conversation.person_id) address.value, since
    FROM conversation
    JOIN {REACHED} USING (tenant_id, person_id),
    LATERAL (SELECT cast(state ->> 'human_since' AS timestamptz) AS since) AS asked
    WHERE conversation.tenant_id = :tenant AND since IS NOT NULL
    ORDER BY since, conversation.person_id, address.last_inbound_at DESC NULLS LAST
""")  # noqa: S608 - our own words

RELEASE = text(f"""
    UPDATE conversation SET state = state - 'human_since'
    FROM {REACHED}
    WHERE address.tenant_id = conversation.tenant_id AND address.person_id = conversation.person_id
      AND (address.phone = :person OR address.value = :person)
      AND conversation.tenant_id = :tenant AND conversation.state ->> 'human_since' IS NOT NULL
    RETURNING conversation.person_id
""")  # noqa: S608 - our own words


async def waiting(desk: Desk) -> list[tuple[str, datetime]]:
    """Whom to write to and since when they wait, longest first; the address they wrote from last."""
    return [(row.value, row.since) for row in await desk.db.execute(WAITING, {"tenant": desk.tenant})]


async def release(desk: Desk, person: str) -> bool:
    """`person` is a phone number or an address; False when no person of the office is in charge there."""
    released = await desk.db.execute(RELEASE, {"person": person, "tenant": desk.tenant})
    return released.first() is not None
