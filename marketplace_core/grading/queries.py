"""How a grading stands, what waits for the eyes and what for an agent, and which limits hold."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import and_, any_, case, func, select, update

from marketplace_core.codes import spoken
from marketplace_core.desk import Desk
from marketplace_core.grading import rules
from marketplace_core.grading.models import grade_rule
from marketplace_core.grading.models import grading as t
from marketplace_core.grading.report import Answers, Eye, Moisture
from marketplace_core.grading.rules import Limit, Measure
from marketplace_core.grading.transitions import EYES
from marketplace_core.photos.models import photo

#: A worker that has not answered by then is dead, and another one takes its work.
LEASE = timedelta(minutes=5)
#: A photo that killed so many workers waits for a person.
MOST_TRIES = 3


@dataclass(frozen=True)
class Grading:
    """Shares are in parts of a thousand; what nobody measured is None, never a guess.

    `judged_by` is "eyes" or "agent" once somebody has; `report` is what the eyes saw, also where an agent judged.
    """

    id: UUID
    code: str
    batch: UUID | None
    person_id: UUID
    commodity: str
    listing: str | None
    photos: tuple[UUID, ...]
    file: str | None
    state: str
    judged_by: str | None
    graded_by: UUID | None
    grade: str | None
    moisture_permille: int | None
    moisture_source: str | None
    purity_permille: int | None
    advice: str | None
    answers: Answers
    eye: Eye | None
    report: Mapping[str, Any] | None
    picture: str | None
    seen_at: datetime | None
    appealed_at: datetime | None
    created_at: datetime
    moved_at: datetime


@dataclass(frozen=True)
class Work:
    """A grading whose photos are all here: their keys in the store, in its order, and their own ids."""

    grading: Grading
    keys: tuple[str, ...]


def grading_of(row: Any) -> Grading:
    judged = row.state in ("graded", "advised", "not_gradable")
    return Grading(
        id=row.id,
        code=row.code,
        batch=row.batch,
        person_id=row.person_id,
        commodity=row.commodity,
        listing=row.listing,
        photos=tuple(row.photos),
        file=row.file_name,
        state=row.state,
        judged_by=("eyes" if row.moved_by == EYES else "agent") if judged else None,
        graded_by=row.graded_by,
        grade=row.grade,
        moisture_permille=row.moisture_permille,
        moisture_source=row.moisture_source,
        purity_permille=row.purity_permille,
        advice=row.advice,
        answers=answers_of(row.answers),
        eye=row.eye,
        report=row.report,
        picture=row.picture,
        seen_at=row.seen_at,
        appealed_at=row.appealed_at,
        created_at=row.created_at,
        moved_at=row.moved_at,
    )


def answers_of(kept: Mapping[str, Any]) -> Answers:
    """As `asdict` wrote them."""
    moisture = kept.get("moisture")
    return Answers(
        moisture=Moisture(moisture["value"], moisture["source"]) if moisture else None,
        days_since_harvest=kept.get("days_since_harvest"),
        rained_on=kept.get("rained_on"),
        stored=kept.get("stored"),
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
    """What agents may take, the longest waiting first; what the eyes saw of it stands beside. What the eyes have
    not seen yet comes last: most of it they will settle by themselves.
    """
    for_eyes = and_(t.c.seen_at.is_(None), t.c.tries < MOST_TRIES)
    rows = await desk.db.execute(
        select(t)
        .where(t.c.tenant_id == desk.tenant, t.c.state == "asked")
        .order_by(for_eyes, t.c.id)
        .limit(limit)
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


async def claim(desk: Desk, most: int) -> tuple[Work, ...]:
    """The next gradings for the eyes, whose photos are all here: whoever asked alone before those of a batch.

    They are the caller's for the time of a lease, also after the commit; whoever claims at the same moment gets others.
    """
    here = (
        select(func.count())
        .where(photo.c.tenant_id == desk.tenant, photo.c.id == any_(t.c.photos))
        .correlate(t)
        .scalar_subquery()
    )
    free = (
        select(t.c.id)
        .where(
            t.c.tenant_id == desk.tenant,
            t.c.state == "asked",
            t.c.seen_at.is_(None),
            t.c.appealed_at.is_(None),
            t.c.tries < MOST_TRIES,
            t.c.claimed_at.is_(None) | (t.c.claimed_at <= desk.now - LEASE),
            func.cardinality(t.c.photos) > 0,
            func.cardinality(t.c.photos) == here,
        )
        .order_by(t.c.batch.is_not(None), t.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte()  # reckoned once: as a subquery it may run again for each row, and take more than its limit
    )
    rows = (
        await desk.db.execute(
            update(t)
            .where(t.c.tenant_id == desk.tenant, t.c.id.in_(select(free.c.id)))
            .values(claimed_at=desk.now, tries=t.c.tries + 1)
            .returning(t)
        )
    ).all()
    wanted = {each for row in rows for each in row.photos}
    stored = await desk.db.execute(
        select(photo.c.id, photo.c.key).where(photo.c.tenant_id == desk.tenant, photo.c.id.in_(wanted))
    )
    keys = {row.id: row.key for row in stored}
    found = [Work(grading_of(row), tuple(keys[each] for each in row.photos)) for row in rows]
    return tuple(sorted(found, key=lambda each: (each.grading.batch is not None, each.grading.id)))


async def limits(desk: Desk, commodity: str) -> tuple[Limit, ...]:
    """Those of this market where its operators set any, else the shipped ones."""
    own = {each.measure: each for each in await own_limits(desk, commodity)}
    kept = {each.measure: each for each in rules.shipped(commodity)} | own
    return tuple(kept[measure] for measure in rules.MEASURES if measure in kept)


async def own_limits(desk: Desk, commodity: str | None = None) -> tuple[Limit, ...]:
    c = grade_rule.c
    rows = await desk.db.execute(
        select(c.commodity, c.measure, c.most_a, c.most_b, c.source)
        .where(c.tenant_id == desk.tenant, *([c.commodity == commodity] if commodity else []))
        .order_by(c.commodity, case({name: at for at, name in enumerate(rules.MEASURES)}, value=c.measure))
    )
    return tuple(
        Limit(row.commodity, cast(Measure, row.measure), row.most_a, row.most_b, row.source) for row in rows
    )
