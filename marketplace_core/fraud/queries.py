"""The queue of a reviewer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from marketplace_core.desk import Desk
from marketplace_core.fraud.models import flag as t
from marketplace_core.fraud.rules import RULES


@dataclass(frozen=True)
class Flag:
    id: UUID
    rule: str
    subject: str
    person_id: UUID | None
    weight: int
    reasons: Mapping[str, Any]
    state: str
    why: str | None
    created_at: datetime

    @property
    def sentence(self) -> str:
        return RULES[self.rule].sentence


def flag_of(row: Any) -> Flag:
    return Flag(
        row.id,
        row.rule,
        row.subject,
        row.person_id,
        row.weight,
        row.reasons,
        row.state,
        row.why,
        row.created_at,
    )


async def queue(desk: Desk, *, limit: int = 20, after: Flag | None = None) -> tuple[Flag, ...]:
    """What waits for a reviewer: the heaviest first, then the oldest."""
    rows = await desk.db.execute(
        select(t)
        .where(
            t.c.tenant_id == desk.tenant,
            t.c.state == "open",
            *(
                [or_(t.c.weight < after.weight, and_(t.c.weight == after.weight, t.c.id > after.id))]
                if after
                else []
            ),
        )
        .order_by(t.c.weight.desc(), t.c.id)
        .limit(limit)
    )
    return tuple(flag_of(row) for row in rows)


async def of_person(desk: Desk, person_id: UUID, *, limit: int = 20) -> tuple[Flag, ...]:
    """Everything that was ever flagged about a person, newest first."""
    rows = await desk.db.execute(
        select(t)
        .where(t.c.tenant_id == desk.tenant, t.c.person_id == person_id)
        .order_by(t.c.id.desc())
        .limit(limit)
    )
    return tuple(flag_of(row) for row in rows)


async def by_id(desk: Desk, flag_id: UUID) -> Flag | None:
    row = (
        await desk.db.execute(select(t).where(t.c.tenant_id == desk.tenant, t.c.id == flag_id))
    ).one_or_none()
    return flag_of(row) if row else None
