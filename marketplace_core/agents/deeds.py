"""What agents did by code: written down, known again when the same text comes twice, taken back within minutes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from marketplace_core.agents import asking, rules
from marketplace_core.agents.models import ask
from marketplace_core.agents.models import deed as t
from marketplace_core.agents.signing import day_of
from marketplace_core.audit import commands as audit
from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings import queries as agreements
from marketplace_core.desk import Desk
from marketplace_core.errors import Refused
from marketplace_core.listings import commands as listings
from marketplace_core.listings.models import listing
from marketplace_core.offers import commands as offers


@dataclass(frozen=True)
class TakenBack:
    """`done`: it is as if it had not been. Otherwise it stays: somebody else relies on it by now."""

    code: str
    done: bool


async def done_before(desk: Desk, *, agent_id: UUID, line: str) -> datetime | None:
    """When this very line was done today, if it was and still stands."""
    found = await desk.db.execute(
        select(t.c.at)
        .where(
            t.c.tenant_id == desk.tenant,
            t.c.agent_id == agent_id,
            t.c.digest == rules.digest(line),
            t.c.day == day_of(desk),
            t.c.undone_at.is_(None),
        )
        .order_by(t.c.id.desc())
        .limit(1)
    )
    return found.scalar_one_or_none()


async def write(
    desk: Desk,
    *,
    agent_id: UUID,
    code: str,
    line: str,
    subject: str,
    person_id: UUID | None = None,
    undo: Mapping[str, Any] | None = None,
) -> None:
    """With the agent and the farmer into the audit book. Without `undo` it cannot be taken back."""
    await desk.db.execute(
        insert(t).values(
            tenant_id=desk.tenant,
            agent_id=agent_id,
            person_id=person_id,
            code=code,
            digest=rules.digest(line),
            day=day_of(desk),
            undo=dict(undo or {}),
            at=desk.now,
        )
    )
    facts = {"code": code, "person_id": str(person_id) if person_id else None}
    await audit.note(desk, actor_id=agent_id, action="agent.code", subject=subject or code, facts=facts)


async def take_back(desk: Desk, *, agent_id: UUID) -> TakenBack | None:
    """The last deed of the last ten minutes. None: there is none."""
    row = (
        await desk.db.execute(
            select(t)
            .where(
                t.c.tenant_id == desk.tenant,
                t.c.agent_id == agent_id,
                t.c.undone_at.is_(None),
                t.c.at > desk.now - rules.UNDO_WITHIN,
            )
            .order_by(t.c.id.desc())
            .limit(1)
            .with_for_update()
        )
    ).one_or_none()
    if row is None:
        return None
    try:
        async with desk.db.begin_nested():
            done = await _undo(desk, agent_id, row.undo)
    except Refused:
        done = False
    if done:
        await desk.db.execute(
            update(t).where(t.c.tenant_id == desk.tenant, t.c.id == row.id).values(undone_at=desk.now)
        )
        await audit.note(
            desk, actor_id=agent_id, action="agent.undo", subject=row.code, facts={"deed": str(row.id)}
        )
    return TakenBack(row.code, done)


async def _undo(desk: Desk, agent_id: UUID, undo: Mapping[str, Any]) -> bool:
    how = undo.get("how")
    if how == "ask":
        return await _undo_ask(desk, agent_id, UUID(undo["id"]))
    if how == "offer":
        await offers.withdraw(desk, actor_id=agent_id, code=undo["code"])
    elif how == "book":
        return await _undo_booking(desk, agent_id, undo["code"])
    elif how == "grade":
        return await _undo_grade(desk, undo)
    return how is not None


async def _undo_ask(desk: Desk, agent_id: UUID, ask_id: UUID) -> bool:
    row = (
        await desk.db.execute(select(ask).where(ask.c.tenant_id == desk.tenant, ask.c.id == ask_id))
    ).one_or_none()
    if row is None:
        return False
    if row.state == "asked":
        await asking.withdraw(desk, agent_id=agent_id, ask_id=ask_id)
        return True
    if row.state == "agreed" and row.kind == "sell" and row.became:
        await listings.cancel(desk, seller_id=agent_id, code=row.became)
        return True
    return row.state == "agreed" and row.kind == "book" and await _undo_booking(desk, agent_id, row.became)


async def _undo_booking(desk: Desk, agent_id: UUID, code: str) -> bool:
    """Only while nobody has said yes to it."""
    if (await agreements.known(desk, code)).state != "pending":
        return False
    await bookings.cancel(desk, actor_id=agent_id, code=code, why="undo")
    return True


async def _undo_grade(desk: Desk, undo: Mapping[str, Any]) -> bool:
    """Back to the grade before, unless somebody has judged anew since."""
    back = await desk.db.execute(
        update(listing)
        .where(
            listing.c.tenant_id == desk.tenant,
            listing.c.code == undo["code"],
            listing.c.grade == undo["now"],
            listing.c.graded_by == "agent",
        )
        .values(grade=undo["grade"], graded_by=undo["graded_by"])
    )
    return back.rowcount == 1
