"""What straw, husk and stalks bring. No mandi reports them: our own closed deals first, then what operators keep.

The only figure shipped is the one that was ever published.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import case, select
from sqlalchemy.dialects.postgresql import distinct_on

from marketplace_core.bookings.models import booking
from marketplace_core.commodities import KG_PER
from marketplace_core.desk import Desk
from marketplace_core.listings.models import listing
from marketplace_core.listings.rules import KOLKATA
from marketplace_core.places.distance import km_from
from marketplace_core.places.place import Place
from marketplace_core.pricing.models import residue_reference as t
from marketplace_core.pricing.rules import Fact, Reason, fair_range, weight

#: So many closed deals within so many days and kilometres speak for themselves.
FEWEST_DEALS, DEAL_DAYS, DEAL_KM = 5, 60, 150
#: A deal counts half as much after so many days; straw is sold in weeks, not on one day.
DEAL_AGES_SLOWER = 7
OWN_DEALS = "Closed deals in this market"


class Known(NamedTuple):
    """Paise a quintal. `where` is the state of a figure, the district around which deals were closed."""

    commodity: str
    where: str
    low: int
    likely: int | None
    high: int
    as_of: date
    source: str


#: ₹200–700 a quintal is all that was ever published for straw; nobody published a middle.
PUBLISHED = (
    Known(
        "paddy_straw",
        "Haryana",
        20_000,
        None,
        70_000,
        date(2022, 11, 30),
        "Published spot prices of paddy straw in Haryana, November 2022",
    ),
)


@dataclass(frozen=True)
class Found:
    known: Known
    deals: int
    why: Reason


async def found(desk: Desk, commodity: str, place: Place | None) -> Found | None:
    """Our own deals around the place, else the operators' figure, else the published one, else nothing."""
    deals = await _deals(desk, commodity, place) if place else []
    if place and len(deals) >= FEWEST_DEALS:
        as_of = max(day for _, _, day in deals)
        prices = [(paise, weight(km, (as_of - day).days // DEAL_AGES_SLOWER)) for paise, km, day in deals]
        range_ = fair_range(prices)
        facts = {"deals": len(deals), "last_days": DEAL_DAYS, "km": round(max(km for _, km, _ in deals))}
        known = Known(commodity, place.district, range_.low, range_.likely, range_.high, as_of, OWN_DEALS)
        return Found(known, len(deals), Reason("from_own_deals", facts))
    kept = await _kept(desk, commodity) or [each for each in PUBLISHED if each.commodity == commodity]
    if not kept:
        return None
    # Straw has no mandi: a figure of another state is better than none, and says where it is from.
    known = min(kept, key=lambda each: (not place or each.where != place.state, -each.as_of.toordinal()))
    facts_of: dict[str, Fact] = {
        "state": known.where,
        "as_of": known.as_of.isoformat(),
        "of_another_state": place is None or known.where != place.state,
    }
    return Found(known, 0, Reason("from_reference", facts_of))


async def _kept(desk: Desk, commodity: str) -> list[Known]:
    rows = await desk.db.execute(
        select(
            t.c.commodity,
            t.c.state,
            t.c.low_paise,
            t.c.likely_paise,
            t.c.high_paise,
            t.c.as_of,
            t.c.source,
        ).where(t.c.tenant_id == desk.tenant, t.c.commodity == commodity)
    )
    return [Known(*row) for row in rows]


async def _deals(desk: Desk, commodity: str, place: Place) -> Sequence[tuple[float, float, date]]:
    """Paise a quintal, kilometres away, day of completion: of every two people the newest deal alone.

    Two who sell to each other all day long are one voice.
    """
    km = km_from(place.lat, place.lon, listing.c.lat, listing.c.lon)
    kg = case(*((booking.c.per == unit, each) for unit, each in KG_PER.items()))
    rows = await desk.db.execute(
        select((booking.c.price_paise * 100.0 / kg).label("paise"), km.label("km"), booking.c.moved_at)
        .join(
            listing,
            (listing.c.tenant_id == booking.c.tenant_id) & (listing.c.id == booking.c.listing_id),
        )
        .where(
            booking.c.tenant_id == desk.tenant,
            booking.c.state == "completed",
            booking.c.moved_at.between(desk.now - timedelta(days=DEAL_DAYS), desk.now),
            listing.c.commodity == commodity,
            km <= DEAL_KM,
        )
        .ext(distinct_on(booking.c.seller_id, booking.c.buyer_id))
        .order_by(booking.c.seller_id, booking.c.buyer_id, booking.c.moved_at.desc(), booking.c.id.desc())
    )
    return [(float(row.paise), row.km, row.moved_at.astimezone(KOLKATA).date()) for row in rows]
