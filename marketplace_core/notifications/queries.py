"""What happened that concerns somebody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select

from marketplace_core.desk import Desk
from marketplace_core.events import event
from marketplace_core.notifications.models import notification as t


@dataclass(frozen=True)
class Notification:
    """`id` is the event's, and the next page's `before`."""

    id: UUID
    kind: str
    subject: str
    about: Mapping[str, Any]
    at: datetime
    read_at: datetime | None


async def notifications(
    desk: Desk, person_id: UUID, *, unread: bool = False, before: UUID | None = None, limit: int = 20
) -> tuple[Notification, ...]:
    """Newest first."""
    query = (
        select(event.c.id, event.c.kind, event.c.subject, event.c.about, event.c.at, t.c.read_at)
        .join(
            event,
            and_(event.c.tenant_id == t.c.tenant_id, event.c.id == t.c.event_id, event.c.at == t.c.at),
        )
        .where(t.c.tenant_id == desk.tenant, t.c.person_id == person_id)
    )
    if unread:
        query = query.where(t.c.read_at.is_(None))
    if before is not None:
        query = query.where(t.c.event_id < before)
    rows = await desk.db.execute(query.order_by(t.c.event_id.desc()).limit(limit))
    return tuple(Notification(*row) for row in rows)


async def unread(desk: Desk, person_id: UUID) -> int:
    found = await desk.db.execute(
        select(func.count())
        .select_from(t)
        .where(t.c.tenant_id == desk.tenant, t.c.person_id == person_id, t.c.read_at.is_(None))
    )
    return found.scalar_one()
