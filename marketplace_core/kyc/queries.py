"""Is somebody known, what is missing, and what waits for a reviewer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from marketplace_core.accounts.duty import on_duty
from marketplace_core.desk import Desk
from marketplace_core.kyc.models import document as d
from marketplace_core.kyc.models import kyc as t
from marketplace_core.kyc.transitions import KYC


@dataclass(frozen=True)
class Case:
    id: UUID
    person_id: UUID
    state: str
    reason: str | None
    moved_at: datetime


@dataclass(frozen=True)
class Document:
    """What may be shown of a paper: never more of its number than the end."""

    id: UUID
    kind: str
    last_four: str | None
    added_at: datetime


@dataclass(frozen=True)
class Waiting:
    """`also_shown_by`: how many other people showed a paper with the same number."""

    case: Case
    documents: tuple[Document, ...]
    also_shown_by: int


def case_of(row: Any, now: datetime) -> Case:
    return Case(row.id, row.person_id, KYC.standing(row.state, row, now), row.reason, row.moved_at)


async def case(desk: Desk, person_id: UUID) -> Case | None:
    row = (
        await desk.db.execute(select(t).where(t.c.tenant_id == desk.tenant, t.c.person_id == person_id))
    ).one_or_none()
    return case_of(row, desk.now) if row else None


async def verified(desk: Desk, person_id: UUID) -> bool:
    """Right now, however late the job is that lets papers expire."""
    mine = await case(desk, person_id)
    return mine is not None and mine.state == "verified"


async def documents(desk: Desk, person_id: UUID) -> tuple[Document, ...]:
    rows = await desk.db.execute(
        select(d.c.id, d.c.kind, d.c.last_four, d.c.added_at)
        .where(d.c.tenant_id == desk.tenant, d.c.person_id == person_id, d.c.replaced_at.is_(None))
        .order_by(d.c.id)
    )
    return tuple(Document(*row) for row in rows)


async def queue(desk: Desk, operator_id: UUID, *, limit: int = 20) -> tuple[Waiting, ...]:
    """Whoever waits longest first."""
    await on_duty(desk, operator_id, "operator")
    rows = await desk.db.execute(
        select(t)
        .where(t.c.tenant_id == desk.tenant, t.c.state.in_(("submitted", "in_review")))
        .order_by(t.c.moved_at, t.c.id)
        .limit(limit)
    )
    cases = [case_of(row, desk.now) for row in rows]
    return tuple(
        [
            Waiting(each, await documents(desk, each.person_id), await _also_shown_by(desk, each.person_id))
            for each in cases
        ]
    )


async def _also_shown_by(desk: Desk, person_id: UUID) -> int:
    theirs = d.alias("theirs")
    found = await desk.db.execute(
        select(func.count(theirs.c.person_id.distinct()))
        .join(d, (d.c.tenant_id == theirs.c.tenant_id) & (d.c.blind_index == theirs.c.blind_index))
        .where(
            d.c.tenant_id == desk.tenant,
            d.c.person_id == person_id,
            d.c.replaced_at.is_(None),
            theirs.c.person_id != person_id,
        )
    )
    return found.scalar_one()
