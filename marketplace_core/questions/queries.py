"""Questions that wait for an answer, and the answers that were given."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from marketplace_core.desk import Desk
from marketplace_core.questions.models import kept_question as t


@dataclass(frozen=True)
class Question:
    id: UUID
    person_id: UUID
    intent: str
    words: str
    language: str
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None


COLUMNS = (
    t.c.id,
    t.c.person_id,
    t.c.intent,
    t.c.words,
    t.c.language,
    t.c.asked_at,
    t.c.answer,
    t.c.answered_at,
)


async def waiting(desk: Desk, *, limit: int = 200) -> tuple[Question, ...]:
    """The longest waiting first."""
    rows = await desk.db.execute(
        select(*COLUMNS)
        .where(t.c.tenant_id == desk.tenant, t.c.answered_at.is_(None))
        .order_by(t.c.id)
        .limit(limit)
    )
    return tuple(Question(*row) for row in rows)


async def by_id(desk: Desk, question_id: UUID) -> Question | None:
    row = (
        await desk.db.execute(select(*COLUMNS).where(t.c.tenant_id == desk.tenant, t.c.id == question_id))
    ).one_or_none()
    return Question(*row) if row else None


async def last_answered(desk: Desk, person_id: UUID) -> Question | None:
    row = (
        await desk.db.execute(
            select(*COLUMNS)
            .where(t.c.tenant_id == desk.tenant, t.c.person_id == person_id, t.c.answered_at.is_not(None))
            .order_by(t.c.answered_at.desc(), t.c.id.desc())
            .limit(1)
        )
    ).one_or_none()
    return Question(*row) if row else None
