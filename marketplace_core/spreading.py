"""What happened goes out to whom it concerns: their notifications, and their webhooks."""

from sqlalchemy import bindparam, func, select, update

from marketplace_core.desk import Desk
from marketplace_core.events import Event, event
from marketplace_core.notifications.commands import keep
from marketplace_core.webhooks.fanout import active, address

BATCH = 500


async def spread(desk: Desk) -> int:
    """Events that were not spread yet, in order; how many. Each is marked in the transaction that spreads it.

    They are found by their mark, not by being newer than the last: one that commits late is only spread later.
    One at a time for each tenant, so that deliveries are numbered in the order of their events.
    """
    alone = func.pg_try_advisory_xact_lock(func.hashtextextended(f"spread {desk.tenant}", 0))
    if not (await desk.db.execute(select(alone))).scalar_one():
        return 0
    columns = (event.c.id, event.c.kind, event.c.subject, event.c.about, event.c.at)
    rows = await desk.db.execute(
        select(*columns)
        .where(event.c.tenant_id == desk.tenant, event.c.spread_at.is_(None))
        .order_by(event.c.id)
        .limit(BATCH)
    )
    happened = [Event(*row) for row in rows]
    if happened:
        await keep(desk, happened)
        await address(desk, happened, await active(desk))
        await desk.db.execute(
            update(event)
            .where(
                event.c.tenant_id == desk.tenant,
                event.c.id == bindparam("of_id"),
                event.c.at == bindparam("happened_at"),
            )
            .values(spread_at=desk.now),
            [{"of_id": each.id, "happened_at": each.at} for each in happened],
        )
    return len(happened)
