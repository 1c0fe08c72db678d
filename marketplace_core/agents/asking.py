"""An agent asks, the person agrees: with their own yes, or with the code that they were sent and told the agent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from marketplace_core.agents import rules
from marketplace_core.agents.doing import DOING, Wanted
from marketplace_core.agents.models import ask as t
from marketplace_core.audit import commands as audit
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Moved, NotYours, Refused
from marketplace_core.events import record
from marketplace_core.logins import proofs


@dataclass(frozen=True)
class Asked:
    """`waits_since`: just this was asked then, and is not asked again. `instead`: other terms, asked then, are over."""

    id: UUID
    waits_since: datetime | None = None
    instead: datetime | None = None


@dataclass(frozen=True)
class Agreed:
    """`code` is what came of it: a listing, a booking, or nothing that has a code."""

    id: UUID
    asked: Wanted
    code: str


@dataclass(frozen=True)
class TooLate:
    """They said yes, but the market has moved on: the question is over, so this is an answer and no refusal."""

    why: Refused


@dataclass(frozen=True)
class WrongCode:
    """The guess was counted; that is why this is an answer and no refusal."""

    tries_left: int


async def ask(
    desk: Desk, *, agent_id: UUID, person_id: UUID, kind: str, subject: str = "", terms: Mapping[str, Any]
) -> Asked:
    """They are told and asked. While just this waits for them it is not asked twice; other terms take its place."""
    if kind not in DOING:
        raise BadTerms("kind")
    same = (t.c.kind == kind, t.c.subject == subject, t.c.agent_id == agent_id, t.c.person_id == person_id)
    before = (await desk.db.execute(select(t).where(*_open(desk), *same).with_for_update())).one_or_none()
    if before and before.terms == dict(terms):
        return Asked(before.id, waits_since=before.at)
    if before:
        await _settle(desk, before, "withdrawn")
    made = await desk.db.execute(
        insert(t)
        .values(
            tenant_id=desk.tenant,
            agent_id=agent_id,
            person_id=person_id,
            kind=kind,
            subject=subject,
            terms=dict(terms),
            state="asked",
            at=desk.now,
        )
        .returning(t.c.id)
    )
    ask_id: UUID = made.scalar_one()
    about = {"agent_id": str(agent_id), "person_id": str(person_id), "actor_id": str(agent_id), "kind": kind}
    await record(desk, "agent.asked", str(ask_id), about | ({"instead": str(before.id)} if before else {}))
    return Asked(ask_id, instead=before.at if before else None)


async def with_a_code(desk: Desk, *, agent_id: UUID, kind: str, subject: str) -> tuple[Wanted, ...]:
    """What the agent asked about this and somebody holds a code for."""
    about = (t.c.agent_id == agent_id, t.c.kind == kind, t.c.subject == subject, t.c.seal.is_not(None))
    return tuple(_wanted(row) for row in await desk.db.execute(select(t).where(*_open(desk), *about)))


async def waiting(desk: Desk, ask_id: UUID) -> Wanted | None:
    """The question, as long as it waits for an answer."""
    row = (await desk.db.execute(select(t).where(*_open(desk), t.c.id == ask_id))).one_or_none()
    return _wanted(row) if row else None


async def keep_seal(desk: Desk, ask_id: UUID, seal: str) -> None:
    """Of the code that the person is sent just now; one that was sent before is no longer good.

    Wrong guesses still count: whoever can make us send a new code would otherwise guess for ever.
    """
    await desk.db.execute(update(t).where(t.c.tenant_id == desk.tenant, t.c.id == ask_id).values(seal=seal))


async def agree(desk: Desk, *, ask_id: UUID, by_id: UUID) -> Agreed | TooLate:
    """Their own yes."""
    row = await _held(desk, ask_id)
    if row.person_id != by_id:
        raise NotYours
    return await _do(desk, row, by_id)


async def refuse(desk: Desk, *, ask_id: UUID, by_id: UUID) -> None:
    row = await _held(desk, ask_id)
    if row.person_id != by_id:
        raise NotYours
    await _settle(desk, row, "refused")
    await record(desk, "agent.refused", str(row.id), _about(row, by_id))


async def agree_by_code(
    desk: Desk,
    *,
    agent_id: UUID,
    kind: str,
    subject: str,
    terms: Mapping[str, Any],
    said: str,
    person_id: UUID | None = None,
) -> Agreed | TooLate | WrongCode | None:
    """The agent was told the code; `person_id` where the line names them.

    None: there is no such question, its terms were others, or several were asked the same.
    """
    whom = () if person_id is None else (t.c.person_id == person_id,)
    asked = await desk.db.execute(
        select(t)
        .where(*_open(desk), t.c.agent_id == agent_id, t.c.kind == kind, t.c.subject == subject, *whom)
        .limit(2)
        .with_for_update()
    )
    rows = asked.all()
    if len(rows) != 1:
        return None
    (row,) = rows
    if row.seal is None or any(row.terms.get(name) != each for name, each in terms.items()):
        return None
    if not proofs.fits(row.seal, said):
        wrong = row.wrong + 1
        over: dict[str, Any] = {"state": "withdrawn", "settled_at": desk.now}
        await desk.db.execute(
            update(t)
            .where(t.c.tenant_id == desk.tenant, t.c.id == row.id)
            .values(wrong=wrong, **(over if wrong >= rules.MOST_GUESSES else {}))
        )
        return WrongCode(max(0, rules.MOST_GUESSES - wrong))
    return await _do(desk, row, agent_id)


async def at_once(desk: Desk, *, agent_id: UUID, kind: str, subject: str, terms: Mapping[str, Any]) -> str:
    """What somebody does for themselves needs nobody's yes. The code of what came of it."""
    return await DOING[kind](desk, Wanted(agent_id, agent_id, kind, subject, terms))


async def withdraw(desk: Desk, *, agent_id: UUID, ask_id: UUID) -> None:
    row = await _held(desk, ask_id)
    if row.agent_id != agent_id:
        raise NotYours
    await _settle(desk, row, "withdrawn")
    await record(desk, "agent.withdrawn", str(row.id), _about(row, agent_id))


async def _do(desk: Desk, row: Any, by_id: UUID) -> Agreed | TooLate:
    """What is refused now is refused for good: the question is over, and whoever did not speak hears why."""
    wanted = _wanted(row)
    try:
        async with desk.db.begin_nested():
            code = await DOING[row.kind](desk, wanted)
    except Refused as why:
        await _settle(desk, row, "withdrawn")
        about = {"subject": row.subject, "why": type(why).__name__, "facts": vars(why)}
        await record(desk, "agent.too_late", str(row.id), _about(row, by_id) | about)
        return TooLate(why)
    await _settle(desk, row, "agreed", became=code or None)
    facts = {"person_id": str(row.person_id), "by": str(by_id), "code": code, "ask": str(row.id)}
    await audit.note(
        desk,
        actor_id=row.agent_id,
        action=f"agent.{row.kind}",
        subject=code or str(row.person_id),
        facts=facts,
    )
    await record(desk, "agent.agreed", str(row.id), _about(row, by_id) | {"code": code})
    return Agreed(row.id, wanted, code)


async def _settle(desk: Desk, row: Any, state: str, **more: Any) -> None:
    await desk.db.execute(
        update(t)
        .where(t.c.tenant_id == desk.tenant, t.c.id == row.id)
        .values(state=state, settled_at=desk.now, seal=None, **more)
    )


async def _held(desk: Desk, ask_id: UUID) -> Any:
    row = (
        await desk.db.execute(select(t).where(*_open(desk), t.c.id == ask_id).with_for_update())
    ).one_or_none()
    if row is None:
        raise Moved("question", "over")
    return row


def _open(desk: Desk) -> tuple[Any, ...]:
    return (t.c.tenant_id == desk.tenant, t.c.state == "asked", t.c.at > desk.now - rules.ANSWER_WITHIN)


def _wanted(row: Any) -> Wanted:
    return Wanted(row.agent_id, row.person_id, row.kind, row.subject, row.terms)


def _about(row: Any, by_id: UUID) -> dict[str, Any]:
    return {
        "agent_id": str(row.agent_id),
        "person_id": str(row.person_id),
        "actor_id": str(by_id),
        "kind": row.kind,
    }
