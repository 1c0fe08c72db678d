"""Reading the book: what was done to a thing, and who looked at a person."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from marketplace_core.audit.commands import LOOKED
from marketplace_core.audit.models import entry
from marketplace_core.desk import Desk


@dataclass(frozen=True)
class Entry:
    """`number` is None until the entry is sealed."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    action: str
    subject: str
    facts: Mapping[str, Any]
    number: int | None


async def about(desk: Desk, subject: str, *, limit: int = 50) -> tuple[Entry, ...]:
    """What was done to this, newest first."""
    rows = await desk.db.execute(
        select(
            entry.c.id,
            entry.c.at,
            entry.c.actor_id,
            entry.c.action,
            entry.c.subject,
            entry.c.facts,
            entry.c.number,
        )
        .where(entry.c.tenant_id == desk.tenant, entry.c.subject == subject)
        .order_by(entry.c.at.desc(), entry.c.id.desc())
        .limit(limit)
    )
    return tuple(Entry(**{**row._asdict(), "facts": json.loads(row.facts)}) for row in rows)


async def who_looked(desk: Desk, person_id: UUID, *, limit: int = 50) -> tuple[Entry, ...]:
    """The access log of one person."""
    return tuple(each for each in await about(desk, str(person_id), limit=limit) if each.action == LOOKED)
