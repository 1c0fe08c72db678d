"""How a batch stands, what could join it, and who gets how much of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from marketplace_core.bookings.models import booking
from marketplace_core.bookings.queries import bill
from marketplace_core.codes import spoken
from marketplace_core.desk import Desk
from marketplace_core.errors import NotFound
from marketplace_core.listings.models import listing
from marketplace_core.lots.models import batch as t
from marketplace_core.lots.models import batch_lot as lots
from marketplace_core.lots.rules import Lot, best_load, load
from marketplace_core.lots.transitions import BATCH_LIFE
from marketplace_core.window.queries import Wanted, search

#: As many lots as are looked at for one batch.
MOST_LOTS = 200


@dataclass(frozen=True)
class Joined:
    """A lot in a batch; `booking` from the close on."""

    listing_id: UUID
    listing: str
    seller_id: UUID
    kg: int
    booking: str | None
    booking_state: str | None


@dataclass(frozen=True)
class Batch:
    id: UUID
    code: str
    buyer_id: UUID
    state: str
    commodity: str
    price_paise: int
    per: str
    pay_by: str
    logistics_paise: int
    min_kg: int
    max_kg: int
    kg: int
    truck_kg: int | None
    lat: float
    lon: float
    radius_km: float
    gather_until: datetime
    lots: tuple[Joined, ...]


@dataclass(frozen=True)
class Payout:
    """What a farmer of the batch gets, and for how much."""

    booking: str
    seller_id: UUID
    kg: int
    farmer_paise: int
    buyer_paise: int


async def batch(desk: Desk, code: str) -> Batch:
    row = (
        await desk.db.execute(select(t).where(t.c.tenant_id == desk.tenant, t.c.code == spoken(code)))
    ).one_or_none()
    if row is None:
        raise NotFound("batch")
    return await batch_of(desk, row)


async def batch_of(desk: Desk, row: Any) -> Batch:
    joined = await desk.db.execute(
        select(
            lots.c.listing_id,
            listing.c.code,
            listing.c.seller_id,
            lots.c.kg,
            booking.c.code,
            booking.c.state,
        )
        .select_from(
            lots.join(
                listing, and_(listing.c.tenant_id == lots.c.tenant_id, listing.c.id == lots.c.listing_id)
            ).outerjoin(
                booking, and_(booking.c.tenant_id == lots.c.tenant_id, booking.c.id == lots.c.booking_id)
            )
        )
        .where(lots.c.tenant_id == desk.tenant, lots.c.batch_id == row.id)
        .order_by(lots.c.listing_id)
    )
    return Batch(
        id=row.id,
        code=row.code,
        buyer_id=row.buyer_id,
        state=BATCH_LIFE.standing(row.state, row, desk.now),
        commodity=row.commodity,
        price_paise=row.price_paise,
        per=row.per,
        pay_by=row.pay_by,
        logistics_paise=row.logistics_paise,
        min_kg=row.min_kg,
        max_kg=row.max_kg,
        kg=row.kg,
        truck_kg=row.truck_kg,
        lat=row.lat,
        lon=row.lon,
        radius_km=row.radius_km,
        gather_until=row.gather_until,
        lots=tuple(Joined(*each) for each in joined),
    )


async def gather(
    desk: Desk,
    *,
    buyer_id: UUID,
    commodity: str,
    lat: float,
    lon: float,
    within_km: float,
    radius_km: float,
    min_kg: int,
    max_kg: int,
    most_paise: int | None = None,
) -> tuple[Lot, ...]:
    """Small lots that would make one load: the best cluster within `within_km` of the buyer, () if there is none."""
    found = await _for_sale(desk, buyer_id, commodity, lat, lon, within_km, most_paise)
    return best_load(found, radius_km=radius_km, min_kg=min_kg, max_kg=max_kg)


async def candidates(desk: Desk, code: str) -> tuple[Lot, ...]:
    """Who could be asked to join this batch: the nearest lots that still fit and are not in it."""
    it = await batch(desk, code)
    found = await _for_sale(desk, it.buyer_id, it.commodity, it.lat, it.lon, it.radius_km, None)
    inside = {joined.listing for joined in it.lots}
    free = [lot for lot in found if lot.listing not in inside]
    return load(free, around=(it.lat, it.lon), radius_km=it.radius_km, max_kg=it.max_kg - it.kg)


async def _for_sale(  # noqa: PLR0917 - a line of plain values, for the two above alone
    desk: Desk, buyer_id: UUID, commodity: str, lat: float, lon: float, km: float, most_paise: int | None
) -> list[Lot]:
    found = await search(
        desk,
        lat=lat,
        lon=lon,
        km=km,
        wanted=Wanted(commodity=commodity, most_paise=most_paise),
        limit=MOST_LOTS,
        own_market=True,
        not_seller=buyer_id,
    )
    return [Lot(each.code, each.kg_left, each.place.lat, each.place.lon) for each in found if each.negotiable]


async def payouts(desk: Desk, code: str) -> tuple[Payout, ...]:
    """By the bills of the batch's bookings; what the buyer pays is what all get together."""
    out = []
    for joined in (await batch(desk, code)).lots:
        if joined.booking is None or joined.booking_state == "cancelled":
            continue
        due = await bill(desk, joined.booking)
        out.append(Payout(joined.booking, joined.seller_id, due.kg, due.farmer_gets, due.buyer_pays))
    return tuple(out)
