"""What there is to fetch: a buyer's confirmed bookings with a pickup window, as stops."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select

from marketplace_core.bookings.models import booking as t
from marketplace_core.bookings.models import pickup as p
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms
from marketplace_core.listings.models import listing
from marketplace_core.routes.rules import MOST_STOPS, Stop


async def to_fetch(
    desk: Desk, *, buyer_id: UUID, window_from: datetime, window_to: datetime
) -> tuple[Stop, ...]:
    """Bookings whose pickup was agreed within the window, for `finding.plan` once the transaction is over.

    A stop's name is its booking's code. The place is exact: it is for the buyer of the goods and their drivers.
    """
    if not window_from < window_to:
        raise BadTerms("window_to")
    rows = await desk.db.execute(
        select(t.c.code, listing.c.lat, listing.c.lon, t.c.kg, p.c.window_from, p.c.window_to)
        .select_from(
            t.join(p, and_(p.c.tenant_id == t.c.tenant_id, p.c.booking_id == t.c.id)).join(
                listing, and_(listing.c.tenant_id == t.c.tenant_id, listing.c.id == t.c.listing_id)
            )
        )
        .where(
            t.c.tenant_id == desk.tenant,
            t.c.buyer_id == buyer_id,
            t.c.state == "confirmed",
            p.c.window_from < window_to,
            p.c.window_to > window_from,
        )
        .order_by(t.c.id)
        .limit(MOST_STOPS)
    )
    return tuple(
        Stop(code, (lat, lon), kg, max(opens, window_from), min(closes, window_to))
        for code, lat, lon, kg, opens, closes in rows
    )
