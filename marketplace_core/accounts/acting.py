"""Acting for others: an agent for farmers, one of a family, an organisation for its members.

Nobody acts for anybody who did not agree; whoever agreed may end it at any time.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from marketplace_core import events
from marketplace_core.accounts import models as t
from marketplace_core.accounts import queries
from marketplace_core.accounts.commands import take_turns
from marketplace_core.accounts.errors import WrongRole
from marketplace_core.accounts.rules import MAY_ASK, ActingKind
from marketplace_core.accounts.transitions import ACTING_LIFE, AGENT, OPERATOR, PERSON
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotFound, NotYours
from marketplace_core.transitions import make


async def ask_to_act(desk: Desk, *, actor_id: UUID, person_id: UUID, kind: ActingKind) -> UUID:
    """The request's id. Asking twice is asking once."""
    if kind not in MAY_ASK:
        raise BadTerms("kind")
    if actor_id == person_id:
        raise BadTerms("person_id")
    await queries.person(desk, person_id)
    roles = (await queries.person(desk, actor_id)).roles
    if MAY_ASK[kind] and not MAY_ASK[kind] & set(roles):
        raise WrongRole(*sorted(MAY_ASK[kind]))
    await take_turns(desk, f"acting {actor_id} {person_id}")
    if row := await _open(desk, actor_id, person_id):
        return UUID(str(row.id))
    made = await desk.db.execute(
        insert(t.acting)
        .values(
            tenant_id=desk.tenant,
            actor_id=actor_id,
            person_id=person_id,
            kind=kind,
            state="asked",
            moved_at=desk.now,
            moved_by=AGENT,
            asked_at=desk.now,
        )
        .returning(t.acting.c.id)
    )
    own_id: UUID = made.scalar_one()
    about = _about(actor_id, person_id, kind) | {"actor_id": str(actor_id), "by": AGENT}
    await events.record(desk, "acting.asked", str(own_id), about)
    return own_id


async def agree_to_act(desk: Desk, *, by_id: UUID, actor_id: UUID, person_id: UUID) -> None:
    await _move(desk, "agree", by_id, actor_id, person_id, agreed_at=desk.now, agreed_by=by_id)


async def refuse_to_act(desk: Desk, *, by_id: UUID, actor_id: UUID, person_id: UUID) -> None:
    await _move(desk, "refuse", by_id, actor_id, person_id, ended_at=desk.now)


async def end_acting(desk: Desk, *, by_id: UUID, actor_id: UUID, person_id: UUID) -> None:
    await _move(desk, "end", by_id, actor_id, person_id, ended_at=desk.now)


async def _move(desk: Desk, move: str, by_id: UUID, actor_id: UUID, person_id: UUID, **changes: Any) -> None:
    who = await _who(desk, by_id, actor_id, person_id)
    row = await _open(desk, actor_id, person_id)
    if row is None:
        raise NotFound("request")
    await make(
        desk,
        ACTING_LIFE,
        t.acting,
        move,
        row_id=row.id,
        state=row.state,
        who=who,
        subject=str(row.id),
        about=_about(actor_id, person_id, row.kind),
        actor_id=by_id,
        **changes,
    )


async def _who(desk: Desk, by_id: UUID, actor_id: UUID, person_id: UUID) -> str:
    if by_id in (person_id, actor_id):
        return PERSON if by_id == person_id else AGENT
    if "operator" in (await queries.person(desk, by_id)).roles:
        return OPERATOR
    raise NotYours


async def _open(desk: Desk, actor_id: UUID, person_id: UUID) -> Any:
    found = await desk.db.execute(
        select(t.acting).where(
            t.acting.c.tenant_id == desk.tenant,
            t.acting.c.actor_id == actor_id,
            t.acting.c.person_id == person_id,
            t.acting.c.state.in_(t.OPEN),
        )
    )
    return found.one_or_none()


def _about(actor_id: UUID, person_id: UUID, kind: str) -> dict[str, Any]:
    return {"agent_id": str(actor_id), "person_id": str(person_id), "kind": kind}
