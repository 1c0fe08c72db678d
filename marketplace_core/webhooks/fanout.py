"""From events to deliveries: one for each endpoint that wants it and may hear it, in the same transaction."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from marketplace_core.desk import Desk
from marketplace_core.events import Event
from marketplace_core.webhooks import models as t
from marketplace_core.webhooks.queries import ENDPOINT, Endpoint, endpoint_of_row
from marketplace_core.webhooks.rules import wants


async def active(desk: Desk) -> list[Endpoint]:
    rows = await desk.db.execute(
        select(*ENDPOINT).where(t.endpoint.c.tenant_id == desk.tenant, t.endpoint.c.state == "active")
    )
    return [endpoint_of_row(row) for row in rows]


async def address(desk: Desk, happened: Sequence[Event], endpoints: Iterable[Endpoint]) -> int:
    """How many deliveries were made; what an endpoint has already is not made again."""
    rows = [
        {
            "tenant_id": desk.tenant,
            "endpoint_id": each.id,
            "event_id": event.id,
            "kind": event.kind,
            "subject": event.subject,
            "body": body_of(event),
            "due_at": desk.now,
            "created_at": desk.now,
        }
        for event in happened
        for each in endpoints
        if wants(each.kinds, event.kind) and may_hear(each.owner_id, event)
    ]
    made = 0
    for start in range(0, len(rows), 500):
        done = await desk.db.execute(
            insert(t.delivery)
            .values(rows[start : start + 500])
            .on_conflict_do_nothing(index_elements=["tenant_id", "endpoint_id", "event_id"])
        )
        made += done.rowcount
    return made


def may_hear(owner_id: UUID | None, event: Event) -> bool:
    """The organisation hears everything, a person what names them."""
    return owner_id is None or str(owner_id) in event.about.values()


def body_of(event: Event) -> str:
    return json.dumps(
        {
            "type": event.kind,
            "timestamp": event.at.astimezone(UTC).isoformat(),
            "data": {"id": str(event.id), "subject": event.subject, "about": dict(event.about)},
        },
        separators=(",", ":"),
        ensure_ascii=False,
    )
