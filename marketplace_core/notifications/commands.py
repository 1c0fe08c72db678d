"""Noting whom an event concerns; marking it as read."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert

from marketplace_core.accounts.models import person
from marketplace_core.desk import Desk
from marketplace_core.events import Event
from marketplace_core.notifications.models import notification as t


async def keep(desk: Desk, happened: Sequence[Event]) -> int:
    """One notification for each person an event names, except who did it; how many."""
    named = [(person_id, event) for event in happened for person_id in parties(event)]
    people = set(
        (
            await desk.db.execute(
                select(person.c.id).where(
                    person.c.tenant_id == desk.tenant, person.c.id.in_({person_id for person_id, _ in named})
                )
            )
        ).scalars()
    )
    rows = [
        {"tenant_id": desk.tenant, "person_id": person_id, "event_id": event.id, "at": event.at}
        for person_id, event in named
        if person_id in people
    ]
    if rows:
        await desk.db.execute(insert(t).values(rows).on_conflict_do_nothing())
    return len(rows)


def parties(event: Event) -> set[UUID]:
    """Ids in `about` that may be people's, never the one who acted."""
    found = set()
    for key, value in event.about.items():
        if key.endswith("_id") and isinstance(value, str) and value != event.about.get("actor_id"):
            with suppress(ValueError):
                found.add(UUID(value))
    return found


async def mark_read(desk: Desk, person_id: UUID, event_ids: Sequence[UUID]) -> int:
    """How many were unread until now; others' and unknown ones change nothing."""
    return await _mark(desk, person_id, t.c.event_id.in_(event_ids))


async def mark_all_read(desk: Desk, person_id: UUID, up_to: UUID) -> int:
    """Everything up to the newest that was seen; what came in meanwhile stays unread."""
    return await _mark(desk, person_id, t.c.event_id <= up_to)


async def _mark(desk: Desk, person_id: UUID, which: ColumnElement[bool]) -> int:
    done = await desk.db.execute(
        update(t)
        .where(t.c.tenant_id == desk.tenant, t.c.person_id == person_id, t.c.read_at.is_(None), which)
        .values(read_at=desk.now)
    )
    return done.rowcount
