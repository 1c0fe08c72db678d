"""Signing in with a PIN, for a day and a phone.

A wrong PIN leaves a mark that must stay although the answer is no; so signing in says no by its result.
"""

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert as upsert

from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts.queries import person
from marketplace_core.agents import models as t
from marketplace_core.agents import rules
from marketplace_core.audit import commands as audit
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotFound
from marketplace_core.listings.rules import KOLKATA

Said = Literal["in", "wrong", "locked", "none"]


@dataclass(frozen=True)
class SigningIn:
    """`left` are the tries that are left today."""

    said: Said
    left: int = 0


def day_of(desk: Desk) -> date:
    return desk.now.astimezone(KOLKATA).date()


async def set_pin(desk: Desk, *, phone: str, pin: str, actor_id: UUID | None = None) -> UUID:
    """The office gives an agent a PIN; an old one, what was signed in with it and wrong guesses of it are over."""
    if not rules.is_pin(pin):
        raise BadTerms("pin")
    person_id = await accounts.who_has(desk, phone)
    if person_id is None:
        raise NotFound("person")
    salt = secrets.token_bytes(rules.SALT_BYTES)
    values = {
        "salt": salt,
        "pin_hash": rules.pin_hash(pin, salt),
        "set_at": desk.now,
    }
    await desk.db.execute(
        upsert(t.pin)
        .values(tenant_id=desk.tenant, person_id=person_id, **values)
        .on_conflict_do_update(index_elements=["tenant_id", "person_id"], set_=values)
    )
    await desk.db.execute(
        t.day.delete().where(t.day.c.tenant_id == desk.tenant, t.day.c.person_id == person_id)
    )
    await audit.note(desk, actor_id=actor_id, action="agent.pin", subject=str(person_id), facts={})
    return person_id


async def give_role(desk: Desk, *, phone: str, role: str) -> None:
    """Who is to be an agent may never have written before."""
    known = await accounts.who_has(desk, phone)
    if known is None:
        known = (await accounts.reach(desk, channel="sms", value=phone, phone=phone)).person.id
    if role not in (await person(desk, known)).roles:
        await accounts.add_role(desk, known, role)


async def sign_in(desk: Desk, *, agent_id: UUID, address_id: UUID, pin: str) -> SigningIn:
    """Five wrong ones from one address, and it is over there until tomorrow."""
    mine = (t.pin.c.tenant_id == desk.tenant, t.pin.c.person_id == agent_id)
    row = (await desk.db.execute(select(t.pin).where(*mine).with_for_update())).one_or_none()
    if row is None:
        return SigningIn("none")
    today = _today(desk, agent_id, address_id)
    wrong = (await desk.db.execute(select(t.day.c.wrong).where(*today))).scalar_one_or_none() or 0
    if wrong >= rules.MOST_WRONG:
        return SigningIn("locked")
    if not rules.fits(pin, row.salt, row.pin_hash):
        await _note(desk, agent_id, address_id, wrong=wrong + 1)
        await audit.note(
            desk, actor_id=agent_id, action="agent.wrong_pin", subject=str(agent_id), facts={"n": wrong + 1}
        )
        left = rules.MOST_WRONG - wrong - 1
        return SigningIn("wrong", left) if left else SigningIn("locked")
    await _note(desk, agent_id, address_id, signed_in_at=desk.now)
    await audit.note(desk, actor_id=agent_id, action="agent.signed_in", subject=str(agent_id), facts={})
    return SigningIn("in")


async def _note(desk: Desk, agent_id: UUID, address_id: UUID, **said: Any) -> None:
    await desk.db.execute(
        upsert(t.day)
        .values(
            tenant_id=desk.tenant,
            person_id=agent_id,
            address_id=address_id,
            day=day_of(desk),
            at=desk.now,
            **said,
        )
        .on_conflict_do_update(index_elements=list(t.day.primary_key.columns), set_=said)
    )


async def is_signed_in(desk: Desk, *, agent_id: UUID, address_id: UUID | None) -> bool:
    today = _today(desk, agent_id, address_id)
    found = await desk.db.execute(select(exists().where(*today, t.day.c.signed_in_at.is_not(None))))
    return bool(found.scalar())


def _today(desk: Desk, agent_id: UUID, address_id: UUID | None) -> tuple[Any, ...]:
    return (
        t.day.c.tenant_id == desk.tenant,
        t.day.c.person_id == agent_id,
        t.day.c.address_id == address_id,
        t.day.c.day == day_of(desk),
    )
