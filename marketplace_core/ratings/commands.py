"""One to five stars from each side for the other, once a deal is over."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from marketplace_core import parties
from marketplace_core.bookings.models import booking as b
from marketplace_core.bookings.queries import Booking, Condition, known
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotYours
from marketplace_core.events import record
from marketplace_core.parties import BUYER, SELLER
from marketplace_core.ratings.errors import NotOver, TooLate
from marketplace_core.ratings.models import rating as t

RATE_WITHIN = timedelta(days=30)
CHANGE_WITHIN = timedelta(days=7)
#: `is_over` as the database reads it.
IS_OVER: Condition = or_(
    b.c.state == "completed", and_(b.c.state == "cancelled", b.c.confirmed_at.is_not(None))
)


async def rate(desk: Desk, *, actor_id: UUID, code: str, stars: int) -> None:
    """Said again within a week, it is changed."""
    if isinstance(stars, bool) or not isinstance(stars, int) or not 1 <= stars <= 5:
        raise BadTerms("stars")
    booking = await known(desk, code)
    roles = await parties.sides(desk, actor_id, seller_id=booking.seller_id, buyer_id=booking.buyer_id)
    by = next((role for role in roles if role in (BUYER, SELLER)), None)
    if by is None:  # the office does not rate
        raise NotYours
    if not is_over(booking):
        raise NotOver
    first = await _first_at(desk, booking, by)
    over = desk.now > (first + CHANGE_WITHIN if first else booking.moved_at + RATE_WITHIN)
    if over:
        raise TooLate
    rater, rated = booking.seller_id, booking.buyer_id
    if by == BUYER:
        rater, rated = rated, rater
    changed = {"stars": stars, "changed_at": desk.now}
    await desk.db.execute(
        upsert(t)
        .values(
            tenant_id=desk.tenant,
            booking_id=booking.id,
            by=by,
            rater_id=rater,
            rated_id=rated,
            created_at=desk.now,
            **changed,
        )
        .on_conflict_do_update(index_elements=["tenant_id", "booking_id", "by"], set_=changed)
    )
    told = {
        "seller_id": str(booking.seller_id),
        "buyer_id": str(booking.buyer_id),
        "stars": stars,
        "actor_id": str(actor_id),
        "by": by,
    }
    await record(desk, "booking.rated", booking.code, told)


def is_over(booking: Booking) -> bool:
    called_off_late = booking.state == "cancelled" and booking.confirmed_at is not None
    return booking.state == "completed" or called_off_late


async def _first_at(desk: Desk, booking: Booking, by: str) -> datetime | None:
    found = await desk.db.execute(
        select(t.c.created_at).where(t.c.tenant_id == desk.tenant, t.c.booking_id == booking.id, t.c.by == by)
    )
    return found.scalar_one_or_none()
