"""Whose endpoints there are, and how deliveries went."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from marketplace_core.accounts import queries as people
from marketplace_core.desk import Desk
from marketplace_core.errors import NotFound
from marketplace_core.webhooks import models as t

OFFICE = {"operator", "admin"}


@dataclass(frozen=True)
class Endpoint:
    """`owner_id` None: the organisation's own, which hears everything."""

    id: UUID
    owner_id: UUID | None
    url: str
    kinds: tuple[str, ...]
    state: str
    why: str | None
    created_at: datetime


@dataclass(frozen=True)
class Delivery:
    id: UUID
    event_id: UUID
    kind: str
    subject: str
    state: str
    attempts: int
    due_at: datetime
    done_at: datetime | None


@dataclass(frozen=True)
class Attempt:
    at: datetime
    status: int | None
    fault: str | None
    ms: int


ENDPOINT = (
    t.endpoint.c.id,
    t.endpoint.c.owner_id,
    t.endpoint.c.url,
    t.endpoint.c.kinds,
    t.endpoint.c.state,
    t.endpoint.c.why,
    t.endpoint.c.created_at,
)


def endpoint_of_row(row: Any) -> Endpoint:
    return Endpoint(**{**row._asdict(), "kinds": tuple(row.kinds)})


async def in_office(desk: Desk, person_id: UUID) -> bool:
    return bool(OFFICE & set((await people.person(desk, person_id)).roles))


async def endpoints(desk: Desk, actor_id: UUID) -> tuple[Endpoint, ...]:
    """One's own; for the office the organisation's as well."""
    mine = t.endpoint.c.owner_id == actor_id
    if await in_office(desk, actor_id):
        mine |= t.endpoint.c.owner_id.is_(None)
    rows = await desk.db.execute(
        select(*ENDPOINT).where(t.endpoint.c.tenant_id == desk.tenant, mine).order_by(t.endpoint.c.id)
    )
    return tuple(map(endpoint_of_row, rows))


async def endpoint(desk: Desk, actor_id: UUID, endpoint_id: UUID) -> Endpoint:
    """Somebody else's is as if it were not there."""
    for each in await endpoints(desk, actor_id):
        if each.id == endpoint_id:
            return each
    raise NotFound("webhook endpoint")


async def deliveries(
    desk: Desk,
    actor_id: UUID,
    endpoint_id: UUID,
    *,
    state: str | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> tuple[Delivery, ...]:
    """Newest first; the next page is `before` the last id."""
    await endpoint(desk, actor_id, endpoint_id)
    d = t.delivery.c
    query = select(d.id, d.event_id, d.kind, d.subject, d.state, d.attempts, d.due_at, d.done_at).where(
        d.tenant_id == desk.tenant, d.endpoint_id == endpoint_id
    )
    if state is not None:
        query = query.where(d.state == state)
    if before is not None:
        query = query.where(d.id < before)
    rows = await desk.db.execute(query.order_by(d.id.desc()).limit(limit))
    return tuple(Delivery(*row) for row in rows)


async def attempts(desk: Desk, actor_id: UUID, endpoint_id: UUID, delivery_id: UUID) -> tuple[Attempt, ...]:
    await endpoint(desk, actor_id, endpoint_id)
    a = t.attempt.c
    rows = await desk.db.execute(
        select(a.at, a.status, a.fault, a.ms)
        .join(
            t.delivery,
            (t.delivery.c.tenant_id == a.tenant_id) & (t.delivery.c.id == a.delivery_id),
        )
        .where(
            a.tenant_id == desk.tenant,
            a.delivery_id == delivery_id,
            t.delivery.c.endpoint_id == endpoint_id,
        )
        .order_by(a.id)
    )
    return tuple(Attempt(*row) for row in rows)
