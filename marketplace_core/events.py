"""What happened in the market, written in the transaction in which it happened and told afterwards."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, Table, Text, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id
from marketplace_core.desk import Desk

event = Table(
    "event",
    metadata,
    tenant_id(),
    own_id(),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("about", JSONB, nullable=False),
    Column("at", Moment, primary_key=True),
    Column("noticed_at", Moment),
    Column("spread_at", Moment),
    Index("ix_event_unnoticed", "tenant_id", "id", postgresql_where=text("noticed_at IS NULL")),
    Index("ix_event_unspread", "tenant_id", "id", postgresql_where=text("spread_at IS NULL")),
    postgresql_partition_by="RANGE (at)",
)


@dataclass(frozen=True)
class Event:
    """`subject` is the code of the listing or booking; `about` holds codes, ids and figures, never names."""

    id: UUID
    kind: str
    subject: str
    about: Mapping[str, Any]
    at: datetime


async def record(desk: Desk, kind: str, subject: str, about: Mapping[str, Any]) -> None:
    await record_all(desk, kind, [(subject, about)])


async def record_all(desk: Desk, kind: str, happened: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    rows = [
        {"tenant_id": desk.tenant, "kind": kind, "subject": subject, "about": dict(about), "at": desk.now}
        for subject, about in happened
    ]
    if rows:
        await desk.db.execute(insert(event), rows)


async def claim(desk: Desk, limit: int, but_not: Collection[str] = ()) -> list[Event]:
    """Events nobody was told of yet, oldest first, but none of these kinds; ours until the transaction ends."""
    columns = (event.c.id, event.c.kind, event.c.subject, event.c.about, event.c.at)
    rows = await desk.db.execute(
        select(*columns)
        .where(event.c.tenant_id == desk.tenant, event.c.noticed_at.is_(None), event.c.kind.not_in(but_not))
        .order_by(event.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Event(*row) for row in rows]


async def mark_noticed(desk: Desk, ids: Sequence[UUID]) -> None:
    await desk.db.execute(
        update(event).where(event.c.tenant_id == desk.tenant, event.c.id.in_(ids)).values(noticed_at=desk.now)
    )
