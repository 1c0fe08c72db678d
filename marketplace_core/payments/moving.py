"""The row of a payment in hand, its moves, and what happens when the money is there. For this room alone."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace_core.bookings.models import booking
from marketplace_core.codes import spoken
from marketplace_core.desk import Desk
from marketplace_core.errors import NotFound, Refused
from marketplace_core.escrow import commands as escrow
from marketplace_core.payments.errors import ReferenceUsed
from marketplace_core.payments.models import payment as t
from marketplace_core.payments.transitions import PAYMENT
from marketplace_core.transitions import Condition, make


def paid_in_id(payment_id: UUID) -> UUID:
    """The ledger's name of this money: told a hundred times, it comes in once."""
    return uuid5(payment_id, "paid in")


async def in_hand(desk: Desk, **by: Any) -> Any:
    """The row, locked: until the transaction ends nobody else moves this payment. None if there is none."""
    same = (t.c[name] == value for name, value in by.items())
    found = await desk.db.execute(select(t).where(t.c.tenant_id == desk.tenant, *same).with_for_update())
    return found.one_or_none()


async def of_code(desk: Desk, code: str) -> Any:
    row = await in_hand(desk, code=spoken(code))
    if row is None:
        raise NotFound("payment")
    return row


async def move(
    desk: Desk,
    row: Any,
    name: str,
    *,
    who: str,
    actor_id: UUID | None = None,
    holding: Mapping[Condition, bool] | None = None,
    more: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Any:
    return await make(
        desk,
        PAYMENT,
        t,
        name,
        row_id=row.id,
        state=row.state,
        who=who,
        subject=row.code,
        about=await about(desk, row) | dict(more or {}),
        actor_id=actor_id,
        holding=holding,
        **changes,
    )


async def about(desk: Desk, row: Any) -> dict[str, Any]:
    code = None
    if row.booking_id:
        found = await desk.db.execute(
            select(booking.c.code).where(booking.c.tenant_id == desk.tenant, booking.c.id == row.booking_id)
        )
        code = found.scalar_one()
    return {"payer_id": str(row.payer_id), "booking": code, "paise": row.paise, "method": row.method}


async def money_is_in(
    desk: Desk,
    row: Any,
    *,
    who: str,
    actor_id: UUID | None = None,
    agent_id: UUID | None = None,
    **found: Any,
) -> Any:
    """Credit the payer once, set it aside for the booking if that is covered now, and say so.

    `found` is what the money was known by: the provider's payment, or the bank's reference.
    """
    PAYMENT.find("pay", row.state, who)
    await _keep_still(desk, row.booking_id)
    money = {"buyer_id": row.payer_id, "paise": row.paise, "subject": row.code}
    if agent_id:
        await escrow.cash_collected(desk, paid_in_id(row.id), agent_id=agent_id, **money)
    else:
        await escrow.pay_in(desk, paid_in_id(row.id), **money)
    secured = await cover(desk, row.booking_id)
    return await move(desk, row, "pay", who=who, actor_id=actor_id, more={"secured": secured}, **found)


async def _keep_still(desk: Desk, booking_id: UUID | None) -> None:
    """Bookings are locked before accounts, here as everywhere: it is called off before this payment or after it."""
    if booking_id is not None:
        await desk.db.execute(
            select(booking.c.id)
            .where(booking.c.tenant_id == desk.tenant, booking.c.id == booking_id)
            .with_for_update(read=True)
        )


async def cover(desk: Desk, booking_id: UUID | None) -> bool:
    """Whether the booking's money waits now. The payer's money is theirs even where it does not."""
    if booking_id is None:
        return False
    try:
        await escrow.secure(desk, booking_id)
    except Refused:  # too little yet, or the booking ended meanwhile
        return False
    return True


async def with_reference(desk: Desk, reference: str, then: Any) -> Any:
    """Run `then()`; a bank's reference that is taken already undoes it and refuses."""
    try:
        async with desk.db.begin_nested():
            return await then()
    except IntegrityError as error:
        diagnosis = getattr(error.orig, "diag", None)
        if diagnosis and "reference" in str(diagnosis.constraint_name):
            raise ReferenceUsed from None
        raise
