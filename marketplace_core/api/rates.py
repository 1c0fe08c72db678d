"""How often somebody may call: counted in the database, so that all processes count together."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.api.faults import TooManyRequests
from marketplace_core.desk import Desk, open_desk
from marketplace_core.logins.rules import seconds_until

#: Those who have not signed in belong to no tenant: they could name another one with each request.
NOBODYS = 0
A_MINUTE = timedelta(minutes=1)

#: A minute begins with the first request after the one before is over.
COUNT = text("""
    INSERT INTO request_count AS c (tenant_id, who, since, requests) VALUES (:tenant, :who, :now, 1)
    ON CONFLICT (tenant_id, who) DO UPDATE SET
        requests = CASE WHEN c.since <= :before THEN 1 ELSE c.requests + 1 END,
        since = CASE WHEN c.since <= :before THEN :now ELSE c.since END
    RETURNING c.since, c.requests
""")
FORGET = text("DELETE FROM request_count WHERE tenant_id = :tenant AND since < :before")


async def count(
    engine: AsyncEngine, tenant: int, who: str, now: datetime, *, most: int, per: timedelta = A_MINUTE
) -> None:
    """In a transaction of its own: what is refused or fails later has been counted all the same."""
    async with open_desk(engine, tenant, now) as desk:
        row = (
            await desk.db.execute(COUNT, {"tenant": tenant, "who": who, "now": now, "before": now - per})
        ).one()
    if row.requests > most:
        raise TooManyRequests(seconds_until(row.since + per, now))


async def forget(desk: Desk) -> int:
    gone = await desk.db.execute(FORGET, {"tenant": desk.tenant, "before": desk.now - timedelta(days=1)})
    return gone.rowcount
