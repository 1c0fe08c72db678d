"""Confirming, calling off, closing, and what happens when nobody does."""

from collections import Counter
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, func, select, update

from marketplace_core.bookings import queries
from marketplace_core.bookings.errors import BillMoved
from marketplace_core.bookings.making import write_pickup
from marketplace_core.bookings.models import booking as t
from marketplace_core.bookings.moving import as_which, held, move
from marketplace_core.bookings.queries import Booking
from marketplace_core.bookings.transitions import (
    BILL_AGREED,
    BOOKING_LIFE,
    OBJECT_WITHIN,
    PAY_WITHIN,
    REMIND_BEFORE,
    UNPAID,
    WEIGHED,
)
from marketplace_core.desk import Desk
from marketplace_core.errors import Refused
from marketplace_core.escrow import commands as escrow
from marketplace_core.escrow.queries import secured
from marketplace_core.events import record_all
from marketplace_core.listings import stock
from marketplace_core.transitions import TIME, lapse

log = structlog.get_logger()

#: As much of a reason as is kept.
LONGEST_WHY = 200
#: As many as one transaction of the job closes with money in hand: whoever closes one of these meanwhile waits.
AT_ONCE = 5
REMINDED_AT_ONCE = 500


async def confirm(desk: Desk, *, actor_id: UUID, code: str) -> Booking:
    booking = await held(desk, code)
    who = await as_which(desk, booking, actor_id, "confirm")
    confirmed = await move(desk, booking, "confirm", who=who, actor_id=actor_id, confirmed_at=desk.now)
    await write_pickup(desk, booking.id)
    return confirmed


async def cancel(desk: Desk, *, actor_id: UUID, code: str, why: str) -> Booking:
    """Call it off; the goods are for sale again and held money is free."""
    booking = await held(desk, code)
    who = await as_which(desk, booking, actor_id, "cancel")
    reason = why[:LONGEST_WHY] or None
    off = await move(
        desk, booking, "cancel", who=who, actor_id=actor_id, why=reason
    )  # people's words: not told on
    await undo(desk, booking)
    return off


async def undo(desk: Desk, booking: Booking) -> None:
    """What a cancelled booking held goes back to where it came from."""
    await escrow.release(desk, booking.id)
    await stock.give_back(desk, booking.listing_id, booking.kg)


async def complete(desk: Desk, *, actor_id: UUID, code: str, farmer_gets: int) -> Booking:
    """The buyer has the goods and takes the bill as it was shown; the farmer is paid by it."""
    booking = await held(desk, code)
    who = await as_which(desk, booking, actor_id, "complete")
    await _as_shown(desk, booking, farmer_gets)
    holding = {BILL_AGREED: await _bill_agreed(desk, booking)}
    closed = await move(desk, booking, "complete", who=who, actor_id=actor_id, holding=holding)
    await settle(desk, closed)
    return closed


async def agree_bill(desk: Desk, *, actor_id: UUID, code: str, farmer_gets: int) -> Booking:
    """The farmer has seen what the scales and the inspection made of the sum, and takes it."""
    booking = await held(desk, code)
    who = await as_which(desk, booking, actor_id, "agree_bill")
    await _as_shown(desk, booking, farmer_gets)
    return await move(desk, booking, "agree_bill", who=who, actor_id=actor_id, bill_agreed_at=desk.now)


async def _as_shown(desk: Desk, booking: Booking, farmer_gets: int) -> None:
    """Everything else in a bill follows from this sum. An inspection after it was read is not agreed to."""
    now = (await queries.bill_of(desk, booking)).farmer_gets
    if now != farmer_gets:
        raise BillMoved(now)


async def _bill_agreed(desk: Desk, booking: Booking) -> bool:
    if booking.bill_agreed_at is not None:
        return True
    bill = await queries.bill_of(desk, booking)
    return bill.farmer_gets >= queries.quoted(booking).farmer_gets


async def settle(desk: Desk, booking: Booking) -> None:
    """Pay by the bill. Cash that the buyer gave the farmer at the cart never came through our hands."""
    driver_id = (await queries.pickup(desk, booking.id)).driver_id
    hand_to_hand = booking.pay_by == "cash" and driver_id in (None, booking.buyer_id)
    if not hand_to_hand or await escrow.is_secured(desk, booking.id):
        await escrow.settle(desk, booking.id, (await queries.bill_of(desk, booking)).lines)
    await stock.close_when_sold(desk, booking.listing_id)


async def expire_pending(desk: Desk) -> int:
    """Call off what nobody answered in time; how many that were."""
    lapsed = await lapse(desk, BOOKING_LIFE, t)
    freed: Counter[UUID] = Counter()
    for _, row in lapsed:
        freed[row.listing_id] += row.kg
    # One after the other in id order, so that two who give back to the same listings never wait in a circle.
    for booking_id in sorted(row.id for _, row in lapsed):
        await escrow.release(desk, booking_id)
    for listing_id, kg in sorted(freed.items()):
        await stock.give_back(desk, listing_id, kg)
    await record_all(
        desk, "booking.cancelled", ((row.code, _about(row) | {"by": TIME, "why": None}) for _, row in lapsed)
    )
    return len(lapsed)


async def run_out(desk: Desk) -> int:
    """Everything that time does to bookings; how many it moved."""
    moved = await expire_pending(desk)
    for code in await _overdue(desk, *_unpaid(desk), t.c.confirmed_at <= desk.now - PAY_WITHIN):
        moved += await _alone(desk, code, _call_off_unpaid)
    unopposed = (t.c.state == "delivered", t.c.billed_at <= desk.now - OBJECT_WITHIN)
    for code in await _overdue(desk, *unopposed):
        moved += await _alone(desk, code, _close_unopposed)
    return moved


async def remind_unpaid(desk: Desk) -> int:
    """A day before an agreed advance has not come in time its buyer hears of it, once; how many were told."""
    soon = (
        select(t.c.id)
        .where(
            t.c.tenant_id == desk.tenant,
            *_unpaid(desk),
            t.c.confirmed_at > desk.now - PAY_WITHIN,
            t.c.confirmed_at <= desk.now - PAY_WITHIN + REMIND_BEFORE,
            t.c.reminded_at.is_(None),
        )
        .order_by(t.c.id)
        .limit(REMINDED_AT_ONCE)
        .with_for_update(skip_locked=True)
        .cte()
    )
    rows = await desk.db.execute(
        update(t)
        .where(t.c.tenant_id == desk.tenant, t.c.id.in_(select(soon.c.id)))
        .values(reminded_at=desk.now)
        .returning(t)
    )
    reminded = rows.all()
    await record_all(desk, "booking.unpaid", ((row.code, _about(row) | {"by": TIME}) for row in reminded))
    return len(reminded)


def _unpaid(desk: Desk) -> tuple[ColumnElement[bool], ...]:
    """To be paid first, and no money waits for it."""
    return (
        t.c.state == "confirmed",
        t.c.pay_by == "advance",
        ~secured(desk, t.c.id),
    )


async def _overdue(desk: Desk, *which: ColumnElement[bool]) -> list[str]:
    rows = await desk.db.execute(
        select(t.c.code)
        .where(t.c.tenant_id == desk.tenant, *which)
        .order_by(func.random())  # those that cannot be closed must not stand before the others for ever
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=t)
    )
    return list(rows.scalars())


async def _alone(desk: Desk, code: str, act: Any) -> int:
    """One that cannot be closed must not keep the others from it."""
    try:
        async with desk.db.begin_nested():
            return int(await act(desk, await held(desk, code)))
    except Refused as refusal:
        log.warning("booking_stays", booking=code, why=type(refusal).__name__)
        return 0


async def _call_off_unpaid(desk: Desk, booking: Booking) -> bool:
    if await escrow.is_secured(desk, booking.id):
        return False
    await move(desk, booking, "unpaid", who=TIME, actor_id=None, holding={UNPAID: True}, told={"why": None})
    await undo(desk, booking)
    return True


async def _close_unopposed(desk: Desk, booking: Booking) -> bool:
    weighed = await queries.weighed(desk, booking.id) is not None
    closed = await move(desk, booking, "unopposed", who=TIME, actor_id=None, holding={WEIGHED: weighed})
    await settle(desk, closed)
    return True


def _about(row: Any) -> dict[str, Any]:
    return {
        "seller_id": str(row.seller_id),
        "buyer_id": str(row.buyer_id),
        "kg": row.kg,
        "actor_id": None,
    }
