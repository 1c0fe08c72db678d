"""One move of one booking: held, checked against the table, made, told."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from marketplace_core.bookings.models import booking as t
from marketplace_core.bookings.queries import BOOKINGS, Booking, booking_of, pickup, roles
from marketplace_core.bookings.transitions import BOOKING_LIFE
from marketplace_core.codes import spoken
from marketplace_core.desk import Desk
from marketplace_core.errors import NotYours
from marketplace_core.parties import as_whom, into_the_book
from marketplace_core.transitions import Condition, make


async def held(desk: Desk, code: str) -> Booking:
    """The booking, which nobody else moves until this transaction ends."""
    row = (
        await desk.db.execute(
            BOOKINGS.where(t.c.tenant_id == desk.tenant, t.c.code == spoken(code)).with_for_update(
                of=t, key_share=True
            )
        )
    ).one_or_none()
    if row is None:
        raise NotYours
    return booking_of(row, desk.now)


async def as_which(desk: Desk, booking: Booking, actor_id: UUID, move: str) -> str:
    """In which role this person makes the move; refused when it is not open to them."""
    return as_whom(BOOKING_LIFE, move, booking.state, await roles(desk, booking, actor_id))


async def move(
    desk: Desk,
    booking: Booking,
    name: str,
    *,
    who: str,
    actor_id: UUID | None,
    holding: Mapping[Condition, bool] | None = None,
    told: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Booking:
    """`told` goes into the event, `changes` into the booking's own columns."""
    row = await make(
        desk,
        BOOKING_LIFE,
        t,
        name,
        row_id=booking.id,
        state=booking.state,
        who=who,
        subject=booking.code,
        about=await about(desk, booking) | dict(told or {}),
        actor_id=actor_id,
        holding=holding,
        **changes,
    )
    await into_the_book(
        desk, who, actor_id, f"booking.{name}", booking.code, was=booking.state, **(told or {})
    )
    return replace(
        booking,
        state=row.state,
        moved_at=row.moved_at,
        moved_by=who,
        why=row.why,
        confirmed_at=row.confirmed_at,
        billed_at=row.billed_at,
        bill_agreed_at=row.bill_agreed_at,
        decided_paise=row.decided_paise,
        my_role="buyer" if who == "buyer" else "seller" if who == "seller" else None,
    )


async def about(desk: Desk, booking: Booking) -> dict[str, Any]:
    driver_id = (await pickup(desk, booking.id)).driver_id if booking.confirmed_at else None
    told = {"seller_id": str(booking.seller_id), "buyer_id": str(booking.buyer_id), "kg": booking.kg}
    return told | ({"driver_id": str(driver_id)} if driver_id else {})
