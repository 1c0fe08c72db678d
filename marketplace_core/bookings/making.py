"""A deal becomes a booking: at the listed price or from an accepted offer."""

import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from marketplace_core.bookings.bill import quoted
from marketplace_core.bookings.models import booking as t
from marketplace_core.bookings.models import pickup
from marketplace_core.bookings.queries import Booking, booking_of
from marketplace_core.bookings.rules import total_paise
from marketplace_core.bookings.terms import Terms
from marketplace_core.codes import BOOKING, write_coded
from marketplace_core.desk import Desk
from marketplace_core.fraud import screens

SECRET_DIGITS = 6


async def write_booking(
    desk: Desk,
    lot: Any,
    *,
    offer_id: UUID,
    buyer_id: UUID,
    kg: int,
    price_paise: int,
    per: str,
    pay_by: str,
    terms: Terms,
    state: str,
    by: str,
) -> Booking:
    """`lot` is the listing's row with the names of both, `seller_name` and `buyer_name`."""
    row = await write_coded(
        desk,
        t,
        BOOKING,
        listing_id=lot.id,
        offer_id=offer_id,
        seller_id=lot.seller_id,
        buyer_id=buyer_id,
        state=state,
        kg=kg,
        price_paise=price_paise,
        per=per,
        total_paise=total_paise(kg, price_paise, per),
        due_paise=quoted(kg, price_paise, per, terms).buyer_pays,
        pay_by=pay_by,
        terms=terms.to_json(),
        created_at=desk.now,
        confirmed_at=desk.now if state == "confirmed" else None,
        moved_at=desk.now,
        moved_by=by,
    )
    if state == "confirmed":
        await write_pickup(desk, row.id)
    await screens.booking_made(desk, buyer_id, row.code)
    return booking_of(row, desk.now, lot)


async def write_pickup(desk: Desk, booking_id: UUID) -> None:
    """From the yes on the farmer holds a code that the driver needs."""
    await desk.db.execute(
        insert(pickup).values(tenant_id=desk.tenant, booking_id=booking_id, secret=new_secret())
    )


def new_secret() -> str:
    return f"{secrets.randbelow(10**SECRET_DIGITS):0{SECRET_DIGITS}}"
