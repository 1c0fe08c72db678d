"""Beginning a payment, and what people say of it. What a provider says is heard in `hearing`."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from marketplace_core import events
from marketplace_core.accounts.duty import on_duty
from marketplace_core.accounts.queries import person
from marketplace_core.audit import commands as audit
from marketplace_core.bookings.models import booking
from marketplace_core.bookings.transitions import BOOKING_LIFE
from marketplace_core.codes import PAYMENT as PAYMENT_CODE
from marketplace_core.codes import spoken, write_coded
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Moved, NotFound, NotMet, NotYours
from marketplace_core.escrow import commands as escrow
from marketplace_core.escrow.errors import CashLimit
from marketplace_core.escrow.queries import cash
from marketplace_core.kyc.queries import verified
from marketplace_core.kyc.rules import OVER_PAISE
from marketplace_core.ledger.queries import account_of, balance
from marketplace_core.payments.errors import NothingToPay, NotOffered, TooManyAttempts
from marketplace_core.payments.models import day
from marketplace_core.payments.models import payment as t
from marketplace_core.payments.models import word as w
from marketplace_core.payments.moving import about, in_hand, money_is_in, move, of_code, with_reference
from marketplace_core.payments.offered import methods
from marketplace_core.payments.queries import Payment, by_id
from marketplace_core.payments.rules import ATTEMPTS_A_DAY, METHODS, day_of, reference_of
from marketplace_core.payments.transitions import KNOWN_PAYER, PAYMENT
from marketplace_core.settings import market_settings
from marketplace_core.transitions import lapse

#: While a booking stands so, its buyer may still pay for it: the office's word on a quarrel needs the money too.
PAYABLE = ("pending", "confirmed", "in_transit", "delivered", "disputed")
LONGEST_NOTE = 200


async def begin(
    desk: Desk,
    *,
    payer_id: UUID,
    method: str,
    booking_code: str | None = None,
    paise: int | None = None,
    offered: Collection[str] | None = None,
) -> Payment:
    """Pay what a booking still lacks, or top up what one has with us by `paise`.

    Beginning the same again before anything happened gives the same payment, and is no further attempt.
    """
    if method not in (methods(market_settings()) if offered is None else offered) or method not in METHODS:
        raise NotOffered(method)
    await person(desk, payer_id)
    row = None
    if booking_code is not None:
        row = await _to_pay(desk, booking_code)
        if row.buyer_id != payer_id:
            raise NotFound("booking")
        _check_payable(desk, row)
        # A rest of some paise is below what any way of paying carries; what is too much stays the buyer's.
        missing = max(await _missing(desk, row), METHODS[method].lowest_paise)
        if paise not in (None, missing):
            raise BadTerms("paise")
        paise = missing
    _check_sum(method, paise)
    assert paise is not None
    await _known_above(desk, payer_id, max(paise, row.due_paise if row else 0))
    again = await _same_again(desk, payer_id, method, row.id, paise) if row else None
    if again:
        return await by_id(desk, again)
    await _count_attempt(desk, payer_id)
    return await by_id(desk, await _create(desk, payer_id, method, row.id if row else None, paise))


async def from_balance(desk: Desk, *, payer_id: UUID, booking_code: str) -> None:
    """Pay for a booking with what one has here: left over from another, given back, or topped up before."""
    row = await _to_pay(desk, booking_code)
    if row.buyer_id != payer_id:
        raise NotFound("booking")
    _check_payable(desk, row)
    if row.due_paise <= 0 or await escrow.is_secured(desk, row.id):
        raise NothingToPay
    await _known_above(desk, payer_id, row.due_paise)
    await escrow.secure(desk, row.id)


def _check_sum(method: str, paise: int | None) -> None:
    kind = METHODS[method]
    if type(paise) is not int or not kind.lowest_paise <= paise <= kind.highest_paise:
        raise BadTerms("paise")


async def _to_pay(desk: Desk, code: str) -> Any:
    """The booking, held: two agents at one door count one after the other, and nobody calls it off meanwhile."""
    found = await desk.db.execute(
        select(booking)
        .where(booking.c.tenant_id == desk.tenant, booking.c.code == spoken(code))
        .with_for_update(key_share=True)
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound("booking")
    return row


def _check_payable(desk: Desk, row: Any) -> None:
    state = BOOKING_LIFE.standing(row.state, row, desk.now)
    if state not in PAYABLE:
        raise Moved("booking", state)


async def _missing(desk: Desk, row: Any) -> int:
    """What the booking needs beyond what its buyer has with us."""
    if row.due_paise <= 0 or await escrow.is_secured(desk, row.id):
        raise NothingToPay
    account_id = await account_of(desk, "buyer", row.buyer_id)
    there = (await balance(desk, account_id)).available if account_id else 0
    missing: int = row.due_paise - there
    if missing <= 0:
        raise NothingToPay
    return missing


async def _known_above(desk: Desk, payer_id: UUID, paise: int) -> None:
    if paise > OVER_PAISE and not await verified(desk, payer_id):
        raise NotMet(KNOWN_PAYER.name, KNOWN_PAYER.sentence)


async def _same_again(desk: Desk, payer_id: UUID, method: str, booking_id: UUID, paise: int) -> UUID | None:
    rows = await desk.db.execute(
        select(t).where(
            t.c.tenant_id == desk.tenant,
            t.c.booking_id == booking_id,
            t.c.payer_id == payer_id,
            t.c.method == method,
            t.c.paise == paise,
            t.c.state == "created",
        )
    )
    still = [row.id for row in rows if PAYMENT.standing(row.state, row, desk.now) == "created"]
    return still[0] if still else None


async def _count_attempt(desk: Desk, payer_id: UUID) -> None:
    """One statement counts and refuses, so that ten taps at once are not six attempts."""
    counted = await desk.db.execute(
        upsert(day)
        .values(tenant_id=desk.tenant, person_id=payer_id, day=day_of(desk.now), attempts=1)
        .on_conflict_do_update(
            index_elements=["tenant_id", "person_id", "day"],
            set_={"attempts": day.c.attempts + 1},
            where=day.c.attempts < ATTEMPTS_A_DAY,
        )
        .returning(day.c.attempts)
    )
    if counted.one_or_none() is None:
        raise TooManyAttempts


async def _create(desk: Desk, payer_id: UUID, method: str, booking_id: UUID | None, paise: int) -> UUID:
    row = await write_coded(
        desk,
        t,
        PAYMENT_CODE,
        payer_id=payer_id,
        booking_id=booking_id,
        paise=paise,
        method=method,
        state="created",
        created_at=desk.now,
        moved_at=desk.now,
        moved_by="payer",
    )
    told = await about(desk, row)
    await events.record(desk, "payment.created", row.code, told | {"actor_id": str(payer_id), "by": "payer"})
    payment_id: UUID = row.id
    return payment_id


async def claim(desk: Desk, *, payer_id: UUID, code: str, reference: str) -> Payment:
    """The payer says that the money is on its way, and under which number. It puts them first in the queue."""
    row = await of_code(desk, code)
    if row.payer_id != payer_id:
        raise NotFound("payment")
    claimed = reference_of(reference)
    if claimed is None:
        raise BadTerms("reference")
    _by_hand(row)
    await move(desk, row, "attempt", who="payer", actor_id=payer_id, claimed=claimed)
    return await by_id(desk, row.id)


async def confirm_by_hand(
    desk: Desk, *, operator_id: UUID, code: str, reference: str, paise: int, note: str = ""
) -> Payment:
    """An operator saw this sum under this number on the bank account. One transfer pays for one thing."""
    await on_duty(desk, operator_id, "operator")
    row = await of_code(desk, code)
    seen = _seen(row, operator_id, reference)
    if paise != row.paise:
        raise BadTerms("paise")
    await with_reference(
        desk,
        seen,
        lambda: money_is_in(desk, row, who="operator", actor_id=operator_id, reference=seen),
    )
    await _noted(desk, operator_id, "payment.confirmed", row, note, reference=seen, paise=paise)
    return await by_id(desk, row.id)


def _seen(row: Any, operator_id: UUID, reference: str) -> str:
    _by_hand(row)
    if row.payer_id == operator_id:
        raise NotYours
    seen = reference_of(reference)
    if seen is None:
        raise BadTerms("reference")
    PAYMENT.find("pay", row.state, "operator")
    return seen


async def deny_by_hand(desk: Desk, *, operator_id: UUID, code: str, note: str = "") -> Payment:
    """Nothing of the kind has come to the account. If it comes after all, it can still be confirmed."""
    await on_duty(desk, operator_id, "operator")
    row = await of_code(desk, code)
    _by_hand(row)
    await move(desk, row, "fail", who="operator", actor_id=operator_id)
    await _noted(desk, operator_id, "payment.denied", row, note)
    return await by_id(desk, row.id)


def _by_hand(row: Any) -> None:
    if not METHODS[row.method].by_hand:
        raise BadTerms("method")


async def _noted(desk: Desk, operator_id: UUID, action: str, row: Any, note: str, **facts: str | int) -> None:
    personal = {"note": note[:LONGEST_NOTE]} if note else None
    await audit.note(
        desk,
        actor_id=operator_id,
        action=action,
        subject=row.code,
        facts=facts,
        personal=personal,
        person_id=row.payer_id if personal else None,
    )


async def may_collect(desk: Desk, *, agent_id: UUID, booking_code: str, paise: int) -> Any:
    """The booking that this cash may be taken for: never more than it is due, however often it is typed."""
    await on_duty(desk, agent_id, "delivery_agent", "field_agent")
    row = await _to_pay(desk, booking_code)
    _check_payable(desk, row)
    if row.pay_by != "cash":
        raise NothingToPay
    if agent_id in (row.buyer_id, row.seller_id):
        raise NotYours
    _check_sum("cash", paise)
    if await _collected(desk, row.id) + paise > row.due_paise:
        raise BadTerms("paise")
    left = (await cash(desk, agent_id)).left_paise
    if paise > left:
        raise CashLimit(left)
    await _known_above(desk, row.buyer_id, row.due_paise)
    return row


async def collect_cash(desk: Desk, *, agent_id: UUID, booking_code: str, paise: int) -> Payment:
    """An agent has the buyer's cash in hand."""
    row = await may_collect(desk, agent_id=agent_id, booking_code=booking_code, paise=paise)
    async with desk.db.begin_nested():  # an agent with full pockets leaves no payment behind
        payment_id = await _create(desk, row.buyer_id, "cash", row.id, paise)
        made = await in_hand(desk, id=payment_id)
        await money_is_in(desk, made, who="agent", actor_id=agent_id, agent_id=agent_id)
    return await by_id(desk, payment_id)


async def _collected(desk: Desk, booking_id: UUID) -> int:
    found = await desk.db.execute(
        select(func.coalesce(func.sum(t.c.paise), 0)).where(
            t.c.tenant_id == desk.tenant, t.c.booking_id == booking_id, t.c.method == "cash"
        )
    )
    return int(found.scalar_one())


async def clear_doubt(desk: Desk, *, operator_id: UUID, doubt_id: UUID, note: str) -> None:
    """An operator has seen to it: paid back at the provider's, or found harmless."""
    await on_duty(desk, operator_id, "operator")
    found = await desk.db.execute(
        w.update()
        .where(
            w.c.tenant_id == desk.tenant,
            w.c.id == doubt_id,
            w.c.outcome == "doubted",
            w.c.cleared_at.is_(None),
        )
        .values(cleared_at=desk.now, cleared_by=operator_id)
        .returning(w.c.doubt)
    )
    doubt = found.scalar_one_or_none()
    if doubt is None:
        raise NotFound("doubt")
    await audit.note(
        desk,
        actor_id=operator_id,
        action="payment.doubt_cleared",
        subject=str(doubt_id),
        facts={"doubt": doubt},
        personal={"note": note[:LONGEST_NOTE]} if note else None,
    )


async def expire(desk: Desk) -> int:
    """Let go of what nobody paid in time; money that comes later is still welcome."""
    lapsed = await lapse(desk, PAYMENT, t)
    for step, row in lapsed:
        told = await about(desk, row) | {"by": row.moved_by, "actor_id": None}
        await events.record(desk, PAYMENT.kind(step), row.code, told)
    return len(lapsed)
