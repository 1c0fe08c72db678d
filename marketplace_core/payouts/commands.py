"""A farmer's money on its way: asked for, approved, sent by an operator, arrived or come back."""

from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select

from marketplace_core import events
from marketplace_core.accounts.duty import on_duty
from marketplace_core.audit import commands as audit
from marketplace_core.codes import PAYOUT as PAYOUT_CODE
from marketplace_core.codes import spoken, write_coded
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotFound, NotMet, NotYours
from marketplace_core.escrow import commands as escrow
from marketplace_core.kyc.queries import verified
from marketplace_core.kyc.rules import OVER_PAISE
from marketplace_core.ledger import commands as ledger
from marketplace_core.ledger.errors import NotEnoughMoney
from marketplace_core.ledger.queries import account_of, balance, find
from marketplace_core.parties import acts_for, into_the_book
from marketplace_core.payments.moving import with_reference
from marketplace_core.payments.rules import reference_of
from marketplace_core.payouts.errors import NoDestination, NothingToSend
from marketplace_core.payouts.models import destination as d
from marketplace_core.payouts.models import payout as t
from marketplace_core.payouts.queries import Payout, by_id, destination
from marketplace_core.payouts.rules import SMALLEST_PAISE, cooled
from marketplace_core.payouts.transitions import COOLED, KNOWN_PAYEE, NOT_ONESELF, PAYOUT
from marketplace_core.transitions import Condition, make

LONGEST_WHY = 200


async def ask(desk: Desk, *, actor_id: UUID, person_id: UUID, paise: int | None = None) -> Payout:
    """Send this sum, or all that is free. It leaves the account at once, so that it is not sent twice."""
    if not await acts_for(desk, actor_id, person_id):
        raise NotYours
    to = await destination(desk, person_id)
    if to is None:
        raise NoDestination
    account_id = await account_of(desk, "farmer", person_id)
    free = (await balance(desk, account_id)).available if account_id else 0
    paise = free if paise is None else paise
    if account_id is None or free < SMALLEST_PAISE:
        raise NothingToSend
    if type(paise) is not int or paise < SMALLEST_PAISE:
        raise BadTerms("paise")
    if paise > free:
        raise NotEnoughMoney(account_id, "farmer", free)
    if paise > OVER_PAISE and not await verified(desk, person_id):
        raise NotMet(KNOWN_PAYEE.name, KNOWN_PAYEE.sentence)
    async with desk.db.begin_nested():  # what somebody else has just spent leaves no payout behind
        row = await _create(desk, person_id, to.id, paise)
        await escrow.pay_out(desk, sent_id(row.id), farmer_id=person_id, paise=paise, subject=row.code)
    about = _about(row) | {"actor_id": str(actor_id), "by": "person"}
    await events.record(desk, "payout.asked", row.code, about)
    return await by_id(desk, row.id)


async def _create(desk: Desk, person_id: UUID, destination_id: UUID, paise: int) -> Any:
    return await write_coded(
        desk,
        t,
        PAYOUT_CODE,
        person_id=person_id,
        destination_id=destination_id,
        paise=paise,
        state="asked",
        created_at=desk.now,
        moved_at=desk.now,
        moved_by="person",
    )


def sent_id(payout_id: UUID) -> UUID:
    """The ledger's name of this money leaving."""
    return uuid5(payout_id, "paid out")


async def approve(desk: Desk, *, operator_id: UUID, code: str) -> Payout:
    row = await _in_hand(desk, code)
    to = (
        await desk.db.execute(select(d).where(d.c.tenant_id == desk.tenant, d.c.id == row.destination_id))
    ).one()
    small = row.paise <= OVER_PAISE
    held = {
        # A destination that was closed meanwhile was closed for a reason.
        COOLED: to.closed_at is None and cooled(to, desk.now),
        KNOWN_PAYEE: small or await verified(desk, row.person_id),
    }
    return await _decide(desk, row, "approve", operator_id, held=held)


async def sent(desk: Desk, *, operator_id: UUID, code: str, reference: str) -> Payout:
    """The operator has ordered the transfer, and the bank gave it this number."""
    row = await _in_hand(desk, code)
    number = reference_of(reference)
    if number is None:
        raise BadTerms("reference")
    moved: Payout = await with_reference(
        desk, number, lambda: _decide(desk, row, "send", operator_id, reference=number)
    )
    return moved


async def finish(desk: Desk, *, operator_id: UUID, code: str) -> Payout:
    """The bank says that it has arrived."""
    return await _decide(desk, await _in_hand(desk, code), "finish", operator_id)


async def fail(desk: Desk, *, operator_id: UUID, code: str, why: str) -> Payout:
    """It did not arrive: the money is the farmer's here again, and nothing of it was lost."""
    row = await _in_hand(desk, code)
    await on_duty(desk, operator_id, "operator")
    PAYOUT.find("fail", row.state, "operator")
    await _come_back(desk, row)
    return await _decide(desk, row, "fail", operator_id, why=why[:LONGEST_WHY] or None)


async def cancel(desk: Desk, *, actor_id: UUID, code: str) -> Payout:
    """Not after all, as long as nobody has approved it."""
    row = await _in_hand(desk, code)
    who = "person"
    if not await acts_for(desk, actor_id, row.person_id):
        await on_duty(desk, actor_id, "operator")
        who = "operator"
    PAYOUT.find("cancel", row.state, who)
    await _come_back(desk, row)
    await _move(desk, row, "cancel", who, actor_id)
    await into_the_book(desk, who, actor_id, "payout.cancel", row.code, paise=row.paise)
    return await by_id(desk, row.id)


async def _in_hand(desk: Desk, code: str) -> Any:
    found = await desk.db.execute(
        select(t).where(t.c.tenant_id == desk.tenant, t.c.code == spoken(code)).with_for_update()
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound("payout")
    return row


async def _decide(
    desk: Desk,
    row: Any,
    name: str,
    operator_id: UUID,
    *,
    held: dict[Condition, bool] | None = None,
    **changes: Any,
) -> Payout:
    await on_duty(desk, operator_id, "operator")
    holding = {NOT_ONESELF: not await acts_for(desk, operator_id, row.person_id), **(held or {})}
    await _move(desk, row, name, "operator", operator_id, holding=holding, **changes)
    facts = {"paise": row.paise, "reference": changes.get("reference")}
    await audit.note(desk, actor_id=operator_id, action=f"payout.{name}", subject=row.code, facts=facts)
    return await by_id(desk, row.id)


async def _move(
    desk: Desk,
    row: Any,
    name: str,
    who: str,
    actor_id: UUID,
    *,
    holding: dict[Condition, bool] | None = None,
    **changes: Any,
) -> None:
    await make(
        desk,
        PAYOUT,
        t,
        name,
        row_id=row.id,
        state=row.state,
        who=who,
        subject=row.code,
        about=_about(row),
        actor_id=actor_id,
        holding=holding,
        **changes,
    )


async def _come_back(desk: Desk, row: Any) -> None:
    left = await find(desk, sent_id(row.id))
    assert left is not None
    await ledger.transfer(
        desk,
        uuid5(row.id, "came back"),
        debit=left.credit,
        credit=left.debit,
        paise=row.paise,
        why="came back",
        subject=row.code,
    )


def _about(row: Any) -> dict[str, Any]:
    return {"person_id": str(row.person_id), "paise": row.paise}
