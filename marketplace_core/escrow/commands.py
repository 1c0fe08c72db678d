"""The buyer's money waits until the goods were weighed; then everybody gets theirs.

Each booking has an escrow account of its own. Two bookings never wait for one another there, and the database
itself refuses to give out more for a booking than came in for it.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from marketplace_core.accounts.queries import person
from marketplace_core.audit import commands as audit
from marketplace_core.bookings.models import booking
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Moved, NotFound, NotYours
from marketplace_core.escrow.errors import AlreadyReleased, AlreadySettled, CashLimit, MoreThanSecured
from marketplace_core.escrow.models import cash_handover
from marketplace_core.escrow.models import escrow_hold as t
from marketplace_core.escrow.queries import cash, secured
from marketplace_core.escrow.rules import HOLD_FOR, KEEP_BEFORE, ON_THE_WAY, Line, Shares, shares
from marketplace_core.events import record
from marketplace_core.fraud.commands import raise_flag
from marketplace_core.fraud.rules import CASH_DIFFERENCE
from marketplace_core.ledger import commands as ledger
from marketplace_core.ledger.commands import Name, house
from marketplace_core.ledger.errors import MoreThanHeld, NotEnoughMoney, ReplayDiffers
from marketplace_core.ledger.models import open_hold
from marketplace_core.ledger.queries import find
from marketplace_core.ledger.rules import MOST_PAISE, Entry, check_sum

#: As many as one round of the job keeps on.
AT_ONCE = 100
OVER = {"settled": AlreadySettled, "released": AlreadyReleased}


async def pay_in(desk: Desk, transfer_id: UUID, *, buyer_id: UUID, paise: int, subject: str) -> None:
    """Money of the buyer's has come to the bank."""
    bank, buyer = await ledger.open_accounts(desk, house("bank", subject), Name("buyer", buyer_id))
    await ledger.transfer(
        desk, transfer_id, debit=bank, credit=buyer, paise=paise, why="paid in", subject=subject
    )


async def give_back(
    desk: Desk,
    transfer_id: UUID,
    *,
    buyer_id: UUID,
    paise: int,
    subject: str,
    payment_id: UUID | None = None,
) -> None:
    """Money of the buyer's goes back to the bank: what is left over, or a refund of the payment `payment_id`.

    That is the id under which it was paid in; its refunds never exceed it in sum.
    """
    bank, buyer = await ledger.open_accounts(desk, house("bank", subject), Name("buyer", buyer_id))
    if payment_id is not None:
        paid = await find(desk, payment_id)
        if paid is None:
            raise NotFound("payment")
        bank = paid.debit  # back to the stripe it came from
    await ledger.transfer(
        desk,
        transfer_id,
        debit=buyer,
        credit=bank,
        paise=paise,
        why="given back",
        subject=subject,
        refunds=payment_id,
    )


async def pay_out(desk: Desk, transfer_id: UUID, *, farmer_id: UUID, paise: int, subject: str) -> None:
    """Money of the farmer's leaves for their own bank."""
    bank, farmer = await ledger.open_accounts(desk, house("bank", subject), Name("farmer", farmer_id))
    await ledger.transfer(
        desk, transfer_id, debit=farmer, credit=bank, paise=paise, why="paid out", subject=subject
    )


async def secure(desk: Desk, booking_id: UUID) -> None:
    """Set aside what the booking will cost at most; a second call changes nothing."""
    agreed = await _booking(desk, booking_id, unchanged=True)  # it is not called off meanwhile
    if agreed.state in ("cancelled", "completed"):
        raise Moved("booking", agreed.state)
    buyer, escrow = await _accounts(desk, agreed)
    there = await _held(desk, booking_id)
    if there is not None:
        if there.state != "held":
            raise OVER[there.state]
        if await _open(desk, there.hold_id):
            return
    await _set_aside(desk, agreed, there.round + 1 if there else 1, buyer=buyer, escrow=escrow)
    await record(desk, "payment.secured", agreed.code, _about(agreed, paise=agreed.due_paise))


async def _set_aside(desk: Desk, agreed: Any, turn: int, *, buyer: UUID, escrow: UUID) -> None:
    held = await ledger.hold(
        desk,
        uuid5(agreed.id, f"hold {turn}"),
        debit=buyer,
        credit=escrow,
        paise=agreed.due_paise,
        why="secured",
        subject=agreed.code,
        until=desk.now + HOLD_FOR,
    )
    await _mark(desk, agreed.id, "held", round=turn, hold_id=held.id)


async def keep_held(desk: Desk) -> int:
    """Goods that have left the farm are not home again because somebody is slow: their money waits on with them."""
    ending = await desk.db.execute(
        select(booking.c.id)
        .select_from(t)
        .join(open_hold, (open_hold.c.tenant_id == t.c.tenant_id) & (open_hold.c.id == t.c.hold_id))
        .join(booking, (booking.c.tenant_id == t.c.tenant_id) & (booking.c.id == t.c.booking_id))
        .where(
            t.c.tenant_id == desk.tenant,
            t.c.state == "held",
            booking.c.state.in_(ON_THE_WAY),
            open_hold.c.until <= desk.now + KEEP_BEFORE,
        )
        .order_by(open_hold.c.until)
        .limit(AT_ONCE)
        .with_for_update(of=booking, read=True, skip_locked=True)
    )
    kept = list(ending.scalars())
    for booking_id in kept:
        agreed = await _booking(desk, booking_id)
        buyer, escrow = await _accounts(desk, agreed)
        there = await _held(desk, booking_id)
        await ledger.void(desk, uuid5(there.hold_id, "kept"), hold_id=there.hold_id, why="kept")
        await _set_aside(desk, agreed, there.round + 1, buyer=buyer, escrow=escrow)
    return len(kept)


async def is_secured(desk: Desk, booking_id: UUID) -> bool:
    """Whether the money waits at this moment."""
    return bool((await desk.db.execute(select(secured(desk, booking_id)))).scalar())


async def release(desk: Desk, booking_id: UUID) -> None:
    """The booking was called off: what was set aside is the buyer's again, and nothing more is set aside."""
    agreed = await _booking(desk, booking_id)
    await _accounts(desk, agreed)
    there = await _held(desk, booking_id)
    if there is not None and there.state != "held":
        if there.state == "released":
            return
        raise OVER[there.state]
    if there is not None and await _open(desk, there.hold_id):
        await ledger.void(desk, uuid5(booking_id, "release"), hold_id=there.hold_id)
        await record(desk, "payment.released", agreed.code, _about(agreed))
    await _mark(desk, booking_id, "released", round=there.round if there else 0)


async def settle(desk: Desk, booking_id: UUID, lines: Sequence[Line]) -> None:
    """The buyer pays the bill out of what was set aside, everybody gets their share, the rest is the buyer's.

    Where nothing is set aside (cash was collected just now) it comes from what the buyer has.
    """
    due = shares(lines)
    agreed = await _booking(desk, booking_id)
    buyer, escrow, *takers = await _accounts(desk, agreed, *_takers(agreed, due))
    there = await _held(desk, booking_id)
    if there is not None and there.state == "released":
        raise OVER[there.state]
    hold_id = there.hold_id if there else None
    if hold_id and there.state == "held" and not await _open(desk, hold_id):
        hold_id = None  # its time was over before the goods were weighed
    entries = (
        [await _payment(desk, agreed, due.owed, hold_id, buyer=buyer, escrow=escrow)] if due.owed else []
    )
    entries += _shared_out(agreed, due, escrow, takers)
    if there is not None and there.state == "settled":
        await ledger.replay(desk, entries)
        return
    if entries:
        await ledger.enter(desk, entries)
    elif hold_id:
        await ledger.void(desk, uuid5(booking_id, "nothing owed"), hold_id=hold_id)
    await _mark(desk, booking_id, "settled", round=there.round if there else 0, hold_id=hold_id)
    await record(
        desk, "payment.settled", agreed.code, _about(agreed, paise=due.owed, farmer_paise=due.farmer)
    )


async def cash_collected(
    desk: Desk, transfer_id: UUID, *, agent_id: UUID, buyer_id: UUID, paise: int, subject: str
) -> None:
    """The agent has taken the buyer's cash: it is the buyer's money here, and the agent owes us as much.

    Nobody takes cash from themselves: it would be money out of nothing.
    """
    if agent_id == buyer_id:
        raise NotYours
    agent, buyer = await ledger.open_accounts(desk, Name("agent_cash", agent_id), Name("buyer", buyer_id))
    try:
        made = await ledger.transfer(
            desk, transfer_id, debit=agent, credit=buyer, paise=paise, why="cash collected", subject=subject
        )
    except NotEnoughMoney:
        raise CashLimit((await cash(desk, agent_id)).left_paise) from None
    if not made.replayed:
        about = {"agent_id": str(agent_id), "buyer_id": str(buyer_id), "paise": paise}
        await record(desk, "payment.cash_collected", subject, about)


async def cash_handed_in(
    desk: Desk, transfer_id: UUID, *, agent_id: UUID, taken_by: UUID, said_paise: int, counted_paise: int
) -> int:
    """An operator has counted what the agent brought. What counts is what was counted; by how much it differs.

    What is missing stays the agent's debt. What is too much waits until somebody can explain it.
    """
    check_sum(said_paise)
    if counted_paise != 0:
        check_sum(counted_paise)
    if "operator" not in (await person(desk, taken_by)).roles or taken_by == agent_id:
        raise NotYours
    subject = str(transfer_id)
    names = (Name("agent_cash", agent_id), house("bank", subject), Name("unexplained"))
    agent, bank, unexplained = await ledger.open_accounts(desk, *names)
    carried = -(await ledger.lock(desk, [agent]))[agent].posted
    values = {"agent_id": agent_id, "said_paise": said_paise, "counted_paise": counted_paise}
    if not await _first_time(desk, transfer_id, values, taken_by):
        return counted_paise - said_paise
    sums = {agent: min(counted_paise, carried), unexplained: max(0, counted_paise - carried)}
    entries = [
        Entry(uuid5(transfer_id, str(whose)), "transfer", bank, whose, paise, "cash handed in", subject)
        for whose, paise in sums.items()
        if paise
    ]
    if entries:
        await ledger.enter(desk, entries)
    about = {"agent_id": str(agent_id), "paise": counted_paise}
    await record(desk, "payment.cash_handed_in", subject, about)
    await audit.note(
        desk,
        actor_id=taken_by,
        action="payment.cash_counted",
        subject=subject,
        facts=values | {"agent_id": str(agent_id)},
    )
    if counted_paise != said_paise or sums[unexplained]:
        off = {"said_paise": said_paise, "carried_paise": carried}
        await record(desk, "payment.cash_difference", subject, about | off)
        reasons = {"counted_paise": counted_paise} | off
        await raise_flag(desk, CASH_DIFFERENCE, subject=subject, person_id=agent_id, reasons=reasons)
    return counted_paise - said_paise


async def _first_time(desk: Desk, handover_id: UUID, values: dict[str, Any], taken_by: UUID) -> bool:
    h = cash_handover
    written = await desk.db.execute(
        upsert(h)
        .values(tenant_id=desk.tenant, id=handover_id, taken_by=taken_by, at=desk.now, **values)
        .on_conflict_do_nothing()
        .returning(h.c.id)
    )
    if written.one_or_none():
        return True
    there = await desk.db.execute(select(h).where(h.c.tenant_id == desk.tenant, h.c.id == handover_id))
    row = there.one()
    if any(getattr(row, name) != value for name, value in values.items()):
        raise ReplayDiffers(handover_id)
    return False


async def set_cash_limit(desk: Desk, agent_id: UUID, paise: int) -> None:
    """How much this agent may carry; not less than they carry now."""
    if type(paise) is not int or not 0 <= paise <= MOST_PAISE:
        raise BadTerms("paise")
    await ledger.set_floor(desk, await ledger.open_account(desk, "agent_cash", agent_id), -paise)


def _takers(agreed: Any, due: Shares) -> list[Name]:
    to = {
        "farmer": Name("farmer", agreed.seller_id),
        "fees": house("fees", agreed.code),
        "logistics": house("logistics", agreed.code),
        "rounding": house("rounding", agreed.code),
    }
    return [to[whom] for whom, _ in due.parts]


async def _payment(
    desk: Desk, agreed: Any, owed: int, hold_id: UUID | None, *, buyer: UUID, escrow: UUID
) -> Entry:
    pay_id = uuid5(agreed.id, "pay")
    if hold_id is None:
        return Entry(pay_id, "transfer", buyer, escrow, owed, "secured", agreed.code)
    try:
        return await ledger.posting(desk, pay_id, hold_id, owed)
    except MoreThanHeld as more:
        raise MoreThanSecured(more.held_paise) from None


def _shared_out(agreed: Any, due: Shares, escrow: UUID, takers: Sequence[UUID]) -> list[Entry]:
    """What each gets; what rounding gives comes in before anything goes out."""
    entries = []
    for (whom, paise), account in zip(due.parts, takers, strict=True):
        giver, taker = (escrow, account) if paise > 0 else (account, escrow)
        entries.append(Entry(uuid5(agreed.id, whom), "transfer", giver, taker, abs(paise), whom, agreed.code))
    return sorted(entries, key=lambda entry: entry.debit == escrow)


async def _booking(desk: Desk, booking_id: UUID, *, unchanged: bool = False) -> Any:
    asked = select(booking).where(booking.c.tenant_id == desk.tenant, booking.c.id == booking_id)
    found = await desk.db.execute(asked.with_for_update(read=True) if unchanged else asked)
    row = found.one_or_none()
    if row is None:
        raise NotFound("booking")
    return row


async def _held(desk: Desk, booking_id: UUID) -> Any:
    found = await desk.db.execute(select(t).where(t.c.tenant_id == desk.tenant, t.c.booking_id == booking_id))
    return found.one_or_none()


async def _accounts(desk: Desk, agreed: Any, *more: Name) -> list[UUID]:
    """The buyer's, the booking's escrow account and others, locked: from here on nobody else moves this money."""
    names = (Name("buyer", agreed.buyer_id), Name("escrow", agreed.id), *more)
    ids = await ledger.open_accounts(desk, *names)
    await ledger.lock(desk, ids)
    return ids


async def _open(desk: Desk, hold_id: UUID) -> bool:
    h = open_hold.c
    found = await desk.db.execute(
        select(h.id).where(h.tenant_id == desk.tenant, h.id == hold_id, h.until > desk.now)
    )
    return found.one_or_none() is not None


async def _mark(desk: Desk, booking_id: UUID, state: str, **values: Any) -> None:
    values |= {"state": state, "moved_at": desk.now}
    await desk.db.execute(
        upsert(t)
        .values(tenant_id=desk.tenant, booking_id=booking_id, **values)
        .on_conflict_do_update(index_elements=["tenant_id", "booking_id"], set_=values)
    )


def _about(agreed: Any, **figures: int) -> dict[str, Any]:
    return {"seller_id": str(agreed.seller_id), "buyer_id": str(agreed.buyer_id), **figures}
