"""Where somebody's money goes: named by them, sealed, cooled or confirmed, and read only by whoever sends it."""

import json
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, update

from marketplace_core import events
from marketplace_core.accounts.duty import on_duty
from marketplace_core.accounts.queries import person
from marketplace_core.audit import commands as audit
from marketplace_core.desk import Desk
from marketplace_core.errors import NotFound, NotYours
from marketplace_core.fraud.commands import raise_flag
from marketplace_core.fraud.rules import SHARED_DESTINATION
from marketplace_core.parties import OPERATOR, acts_for, into_the_book
from marketplace_core.payouts.models import destination as d
from marketplace_core.payouts.queries import Destination, destination
from marketplace_core.payouts.rules import Account
from marketplace_core.vault import Cell, Sealed, Vault


def cell(desk: Desk, destination_id: UUID) -> Cell:
    return Cell(desk.tenant, d.name, "sealed", destination_id)


async def name(desk: Desk, vault: Vault, *, actor_id: UUID, person_id: UUID, account: Account) -> Destination:
    """From now on money goes there; what was asked for before still goes where it was asked for.

    Naming the same again changes nothing: a destination that has cooled stays so.
    """
    if not await acts_for(desk, actor_id, person_id):
        raise NotYours
    await person(desk, person_id)
    index = vault.blind_index(desk.tenant, "payout destination", f"{account.ifsc} {account.number}")
    before = await _current(desk, person_id)
    if before is not None and before.blind_index == index:
        return await _there(desk, person_id)
    destination_id = uuid4()
    sealed = vault.seal(cell(desk, destination_id), json.dumps([account.kind, account.number, account.ifsc]))
    await desk.db.execute(
        update(d)
        .where(d.c.tenant_id == desk.tenant, d.c.person_id == person_id, d.c.closed_at.is_(None))
        .values(closed_at=desk.now)
    )
    await desk.db.execute(
        insert(d).values(
            tenant_id=desk.tenant,
            id=destination_id,
            person_id=person_id,
            kind=account.kind,
            shown=account.shown,
            key_id=sealed.key_id,
            sealed=sealed.blob,
            blind_index=index,
            named_at=desk.now,
        )
    )
    # Whoever did not name it themselves hears of it in time to stop it.
    told = {"person_id": str(person_id), "actor_id": str(actor_id), "changed": before is not None}
    await events.record(desk, "payout.destination_named", str(person_id), told)
    await _flag_if_shared(desk, destination_id, person_id, index)
    return await _there(desk, person_id)


async def _flag_if_shared(desk: Desk, destination_id: UUID, person_id: UUID, index: bytes) -> None:
    """A family shares an account, and so does a thief who names his own for many."""
    others = await desk.db.execute(
        select(func.count(d.c.person_id.distinct())).where(
            d.c.tenant_id == desk.tenant, d.c.blind_index == index, d.c.person_id != person_id
        )
    )
    if count := others.scalar_one():
        await raise_flag(
            desk,
            SHARED_DESTINATION,
            subject=str(destination_id),
            person_id=person_id,
            reasons={"others": count},
        )


async def confirm(desk: Desk, *, operator_id: UUID, destination_id: UUID) -> Destination:
    """An operator called the person on the number we know: it need not cool any longer."""
    await on_duty(desk, operator_id, "operator")
    row = await _row(desk, destination_id)
    if await acts_for(desk, operator_id, row.person_id):
        raise NotYours
    if row.closed_at is not None:
        raise NotFound("destination")
    if row.confirmed_at is None:
        await desk.db.execute(
            update(d)
            .where(d.c.tenant_id == desk.tenant, d.c.id == destination_id)
            .values(confirmed_at=desk.now, confirmed_by=operator_id)
        )
        await audit.note(
            desk,
            actor_id=operator_id,
            action="payout.destination_confirmed",
            subject=str(row.person_id),
            facts={"destination": str(destination_id)},
        )
    return await _there(desk, row.person_id)


async def read(desk: Desk, vault: Vault, *, operator_id: UUID, destination_id: UUID) -> Account:
    """In clear, for whoever is about to send the money; the look is noted."""
    await on_duty(desk, operator_id, "operator")
    row = await _row(desk, destination_id)
    await audit.looked(desk, operator_id, row.person_id, "payout.destination")
    kind, number, ifsc = json.loads(vault.open(cell(desk, destination_id), Sealed(row.key_id, row.sealed)))
    return Account(kind, number, ifsc)


async def close(desk: Desk, *, actor_id: UUID, person_id: UUID) -> None:
    """No money goes there any more: their own wish, or an operator's alarm."""
    if not await acts_for(desk, actor_id, person_id):
        await on_duty(desk, actor_id, "operator")
        await into_the_book(desk, OPERATOR, actor_id, "payout.destination_closed", str(person_id))
    await desk.db.execute(
        update(d)
        .where(d.c.tenant_id == desk.tenant, d.c.person_id == person_id, d.c.closed_at.is_(None))
        .values(closed_at=desk.now)
    )


async def _there(desk: Desk, person_id: UUID) -> Destination:
    found = await destination(desk, person_id)
    assert found is not None
    return found


async def _current(desk: Desk, person_id: UUID) -> Any:
    found = await desk.db.execute(
        select(d).where(d.c.tenant_id == desk.tenant, d.c.person_id == person_id, d.c.closed_at.is_(None))
    )
    return found.one_or_none()


async def _row(desk: Desk, destination_id: UUID) -> Any:
    found = await desk.db.execute(select(d).where(d.c.tenant_id == desk.tenant, d.c.id == destination_id))
    row = found.one_or_none()
    if row is None:
        raise NotFound("destination")
    return row
