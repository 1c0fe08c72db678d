"""While a booking stands its two sides know each other: each writes to the other, and knows where to ring."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select

from marketplace_core.accounts.queries import phone
from marketplace_core.bookings.models import booking as t
from marketplace_core.bookings.queries import Booking, by_code, pickup
from marketplace_core.codes import spoken
from marketplace_core.desk import Desk
from marketplace_core.offers.models import offer

#: States by which two people know each other: both have agreed, and nobody has called it off.
STANDING = ("confirmed", "in_transit", "delivered", "completed", "disputed")
#: As long as it may be rated; after that it is long over.
KNOWN_FOR = timedelta(days=30)
#: When a driver has somebody to look for.
TO_FETCH = "confirmed"


@dataclass(frozen=True)
class Other:
    """`phone` is None where the channel hides it."""

    name: str | None
    phone: str | None


def stands(booking: Booking, now: datetime) -> bool:
    over = booking.state == "completed" and booking.moved_at < now - KNOWN_FOR
    return booking.state in STANDING and not over


async def booked(desk: Desk, code: str) -> Booking | None:
    """By its own code, or by that of the offer that it came of."""
    found = await desk.db.execute(
        select(t.c.code)
        .select_from(t.join(offer, and_(offer.c.tenant_id == t.c.tenant_id, offer.c.id == t.c.offer_id)))
        .where(t.c.tenant_id == desk.tenant, or_(t.c.code == spoken(code), offer.c.code == spoken(code)))
    )
    own = found.scalar_one_or_none()
    return await by_code(desk, own) if own else None


async def whom_to_ring(desk: Desk, booking: Booking, person_id: UUID) -> Other | None:
    """For either side the other one, for the driver the farmer until the goods are loaded; for nobody else anybody."""
    if not stands(booking, desk.now):
        return None
    if person_id == booking.seller_id:
        return Other(booking.buyer_name, await phone(desk, booking.buyer_id))
    drives = booking.state == TO_FETCH and (await pickup(desk, booking.id)).driver_id == person_id
    if person_id == booking.buyer_id or drives:
        return Other(booking.seller_name, await phone(desk, booking.seller_id))
    return None
