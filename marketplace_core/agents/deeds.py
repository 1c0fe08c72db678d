"""What agents did by code: written down, known again when the same text comes twice, taken back within minutes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, and_, cast, func, insert, or_, select, update

from marketplace_core.agents import asking, field, rules
from marketplace_core.agents.models import ask
from marketplace_core.agents.models import deed as t
from marketplace_core.agents.signing import day_of
from marketplace_core.audit import commands as audit
from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings import handover
from marketplace_core.bookings import queries as agreements
from marketplace_core.bookings.models import inspection, weighment
from marketplace_core.desk import Desk
from marketplace_core.errors import Moved, Refused
from marketplace_core.listings import commands as listings
from marketplace_core.offers import commands as offers
from marketplace_core.offers import queries as standing
from marketplace_core.vault import house_vault


@dataclass(frozen=True)
class TakenBack:
    """`done`: it is as if it had not been. Otherwise it stays: somebody else relies on it by now.

    `say_again`: what was weighed is not taken back, but said anew.
    """

    code: str
    done: bool
    say_again: bool = False


async def done_before(desk: Desk, *, agent_id: UUID, line: str) -> datetime | None:
    """When this very line was done today. A question has done nothing before its yes."""
    asked = and_(ask.c.tenant_id == t.c.tenant_id, cast(ask.c.id, Text) == t.c.undo["id"].astext)
    found: datetime | None = await desk.db.scalar(
        select(func.max(t.c.at))
        .select_from(t.outerjoin(ask, asked))
        .where(
            t.c.tenant_id == desk.tenant,
            t.c.agent_id == agent_id,
            t.c.digest == _digest(desk, line),
            t.c.day == day_of(desk),
            t.c.undone_at.is_(None),
            or_(ask.c.id.is_(None), ask.c.state == "agreed"),
        )
    )
    return found


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
            digest=_digest(desk, line),
            day=day_of(desk),
            undo=dict(undo or {}),
            at=desk.now,
        )
    )
    facts = {"code": code, "person_id": str(person_id) if person_id else None}
    await audit.note(desk, actor_id=agent_id, action="agent.code", subject=subject or code, facts=facts)


def _digest(desk: Desk, line: str) -> bytes:
    """Of a line as the card writes it. The line holds names and phones, so what is kept of it is keyed: a phone has
    few enough numbers to be tried one by one."""
    return house_vault().blind_index(desk.tenant, "agent line", line.casefold())


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
        # the line that asked and the line with the code did one thing
        same = t.c.undo == row.undo if row.undo.get("how") == "ask" else t.c.id == row.id
        await desk.db.execute(
            update(t)
            .where(t.c.tenant_id == desk.tenant, t.c.agent_id == agent_id, t.c.undone_at.is_(None), same)
            .values(undone_at=desk.now)
        )
        await audit.note(
            desk, actor_id=agent_id, action="agent.undo", subject=row.code, facts={"deed": str(row.id)}
        )
    return TakenBack(row.code, done, not done and await _may_say_again(desk, agent_id, row.undo))


async def _may_say_again(desk: Desk, agent_id: UUID, undo: Mapping[str, Any]) -> bool:
    if undo.get("how") != "scales":
        return False
    booking = await agreements.known(desk, undo["code"])
    report = weighment if undo["report"] == "weight" else inspection
    return booking.state == "in_transit" and await handover.may_put_right(desk, report, booking, agent_id)


async def _undo(desk: Desk, agent_id: UUID, undo: Mapping[str, Any]) -> bool:
    how = undo.get("how")
    if how == "ask":
        return await _undo_ask(desk, agent_id, UUID(undo["id"]))
    if how == "grade":
        before = {name: undo[name] for name in ("code", "now", "grade", "graded_by")}
        return await field.ungrade(desk, actor_id=agent_id, **before)
    return how is not None and how in UNDOING and await UNDOING[how](desk, agent_id, undo["code"])


async def _undo_ask(desk: Desk, agent_id: UUID, ask_id: UUID) -> bool:
    row = (
        await desk.db.execute(select(ask).where(ask.c.tenant_id == desk.tenant, ask.c.id == ask_id))
    ).one_or_none()
    if row is None:
        return False
    if row.state == "asked":
        await asking.withdraw(desk, agent_id=agent_id, ask_id=ask_id)
        return True
    if row.state != "agreed" or row.kind not in UNDOING:
        return False
    return await UNDOING[row.kind](desk, agent_id, row.became)


async def _undo_listing(desk: Desk, agent_id: UUID, code: str) -> bool:
    """Only while nobody has booked of it or made an offer for it."""
    if await standing.open_on(desk, code, agent_id):
        return False
    gone = await listings.cancel(desk, seller_id=agent_id, code=code)
    if gone.kg_left != gone.kg:
        raise Moved("listing", "booked")
    return True


async def _undo_offer(desk: Desk, agent_id: UUID, code: str) -> bool:
    """Only the first price, and while nobody has answered it: a counter has no step back."""
    there = await standing.by_code(desk, code)
    if there is None or there.prices != 1:
        return False
    await offers.withdraw(desk, actor_id=agent_id, code=code)
    return True


async def _undo_booking(desk: Desk, agent_id: UUID, code: str) -> bool:
    """Only while nobody has said yes to it."""
    if (await agreements.known(desk, code)).state != "pending":
        return False
    await bookings.cancel(desk, actor_id=agent_id, code=code, why="undo")
    return True


#: What came of a yes, by the kind of question: everything else stays as it is.
UNDOING: Mapping[str, Callable[[Desk, UUID, str], Awaitable[bool]]] = {
    "sell": _undo_listing,
    "offer": _undo_offer,
    "book": _undo_booking,
}
