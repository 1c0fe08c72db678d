"""How a grading stands, and what waits for an agent."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from marketplace_core.codes import spoken
from marketplace_core.desk import Desk
from marketplace_core.grading.models import grading as t


@dataclass(frozen=True)
class Grading:
    """Shares are in parts of a thousand; what nobody measured is None, never a guess."""

    id: UUID
    code: str
    batch: UUID | None
    person_id: UUID
    commodity: str
    listing: str | None
    photos: tuple[UUID, ...]
    state: str
    graded_by: UUID | None
    grade: str | None
    moisture_permille: int | None
    purity_permille: int | None
    advice: str | None
    created_at: datetime
    moved_at: datetime


def grading_of(row: Any) -> Grading:
    return Grading(
        id=row.id,
        code=row.code,
        batch=row.batch,
        person_id=row.person_id,
        commodity=row.commodity,
        listing=row.listing,
        photos=tuple(row.photos),
        state=row.state,
        graded_by=row.graded_by,
        grade=row.grade,
        moisture_permille=row.moisture_permille,
        purity_permille=row.purity_permille,
        advice=row.advice,
        created_at=row.created_at,
        moved_at=row.moved_at,
    )


async def by_code(desk: Desk, code: str) -> Grading | None:
    row = (
        await desk.db.execute(select(t).where(t.c.tenant_id == desk.tenant, t.c.code == spoken(code)))
    ).one_or_none()
    return grading_of(row) if row else None


async def mine(
    desk: Desk, person_id: UUID, *, limit: int = 20, before: UUID | None = None
) -> tuple[Grading, ...]:
    """Newest first."""
    rows = await desk.db.execute(
        select(t)
        .where(
            t.c.tenant_id == desk.tenant,
            t.c.person_id == person_id,
            *([t.c.id < before] if before else []),
        )
        .order_by(t.c.id.desc())
        .limit(limit)
    )
    return tuple(grading_of(row) for row in rows)


async def waiting(desk: Desk, *, limit: int = 20) -> tuple[Grading, ...]:
    """What agents may take, the longest waiting first."""
    rows = await desk.db.execute(
        select(t).where(t.c.tenant_id == desk.tenant, t.c.state == "asked").order_by(t.c.id).limit(limit)
    )
    return tuple(grading_of(row) for row in rows)


async def batch(desk: Desk, person_id: UUID, batch_id: UUID) -> tuple[Mapping[str, int], tuple[Grading, ...]]:
    """How many stand where, and each of them."""
    rows = await desk.db.execute(
        select(t)
        .where(t.c.tenant_id == desk.tenant, t.c.batch == batch_id, t.c.person_id == person_id)
        .order_by(t.c.id)
    )
    found = tuple(grading_of(row) for row in rows)
    return Counter(each.state for each in found), found
