"""The market's events, hour by hour, in the audit chain: how many there were and one digest over them all.

Recording an event costs nothing more for it. An hour is counted when it has been over for `MARGIN`, so that the
longest transaction that began in it has ended.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from marketplace_core.audit import models as t
from marketplace_core.audit.commands import lock_chain, note
from marketplace_core.audit.rules import micros, packed, written
from marketplace_core.desk import Desk
from marketplace_core.events import event

ACTION = "events.hour"
HOUR, MARGIN = timedelta(hours=1), timedelta(hours=1)


async def count_in_events(desk: Desk) -> int:
    """Note every hour that is over and had events; how many hours those were."""
    *_, since = await lock_chain(desk)
    until = _hour(desk.now - MARGIN)
    started = func.date_trunc("hour", event.c.at, "UTC")
    within = [event.c.tenant_id == desk.tenant, event.c.at < until]
    if since:
        within.append(event.c.at >= since)
    hours = (
        (await desk.db.execute(select(started).where(*within).distinct().order_by(started))).scalars().all()
    )
    for hour in hours:
        await note(desk, actor_id=None, action=ACTION, subject=subject(hour), facts=await digest(desk, hour))
    if since is None or until > since:
        await desk.db.execute(
            update(t.chain).where(t.chain.c.tenant_id == desk.tenant).values(events_until=until)
        )
    return len(hours)


async def digest(desk: Desk, hour: datetime) -> dict[str, Any]:
    rows = await desk.db.stream(
        select(event.c.id, event.c.kind, event.c.subject, event.c.about, event.c.at)
        .where(event.c.tenant_id == desk.tenant, event.c.at >= hour, event.c.at < hour + HOUR)
        .order_by(event.c.at, event.c.id)
    )
    count, over_all = 0, hashlib.sha256()
    async for row in rows:
        count += 1
        over_all.update(packed(row.id, row.kind, row.subject, written("about", row.about), micros(row.at)))
    return {"events": count, "sha256": over_all.hexdigest()}


def subject(hour: datetime) -> str:
    return hour.astimezone(UTC).isoformat()


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
