"""Small lots of several farmers are gathered, booked together or not at all, and weighed on one truck.

A farmer who joins agrees to the batch's price. Nothing is reserved until the batch closes: a lot that was sold
meanwhile is found then, and nobody is booked half.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, insert, select, update

from marketplace_core import parties
from marketplace_core.bookings import handover
from marketplace_core.bookings.models import booking
from marketplace_core.bookings.queries import Booking
from marketplace_core.codes import BATCH, spoken, write_coded
from marketplace_core.commodities import COMMODITIES
from marketplace_core.desk import Desk
from marketplace_core.errors import (
    BadTerms,
    ListingGone,
    NotEnoughLeft,
    NotFound,
    NotYours,
    OwnListing,
    Refused,
)
from marketplace_core.events import record_all
from marketplace_core.listings.queries import by_code as listing_by_code
from marketplace_core.listings.rules import MOST_KG
from marketplace_core.lots.errors import InAlready, LotGone, TooFar, TooFull
from marketplace_core.lots.models import batch as t
from marketplace_core.lots.models import batch_lot as lots
from marketplace_core.lots.queries import Batch, batch_of
from marketplace_core.lots.rules import divided, logistics
from marketplace_core.lots.transitions import ALL_PAID, BATCH_LIFE, ENOUGH
from marketplace_core.offers import commands as offers
from marketplace_core.offers.errors import NotNegotiable
from marketplace_core.offers.rules import check_offer, check_ways
from marketplace_core.parties import BUYER, MARKET, OPERATOR, SELLER
from marketplace_core.places.distance import km_between
from marketplace_core.transitions import lapse, make

MOST_RADIUS_KM = 200
#: A truck collects at so many doors in a day.
MOST_LOTS = 50


async def open_batch(
    desk: Desk,
    *,
    buyer_id: UUID,
    commodity: str,
    price_paise: int,
    per: str,
    min_kg: int,
    max_kg: int,
    lat: float,
    lon: float,
    radius_km: float,
    gather_until: datetime,
    pay_by: str = "advance",
    logistics_paise: int = 0,
    sure: bool = False,
) -> Batch:
    """A buyer says what a load is worth to them, and how much makes the way worth while."""
    if commodity not in COMMODITIES:
        raise BadTerms("commodity")
    check_ways(kg=max_kg, pay_by=pay_by, logistics_paise=logistics_paise)
    check_offer(commodity=commodity, kg=min_kg, price_paise=price_paise, per=per, sure=sure)
    for field, good in {
        "min_kg": min_kg <= max_kg,
        "lat": -90 <= lat <= 90,
        "lon": -180 <= lon <= 180,
        "radius_km": 0 < radius_km <= MOST_RADIUS_KM,
        "gather_until": gather_until > desk.now,
    }.items():
        if not good:
            raise BadTerms(field)
    row = await write_coded(
        desk,
        t,
        BATCH,
        buyer_id=buyer_id,
        state="gathering",
        commodity=commodity,
        price_paise=price_paise,
        per=per,
        pay_by=pay_by,
        logistics_paise=logistics_paise,
        min_kg=min_kg,
        max_kg=max_kg,
        lat=lat,
        lon=lon,
        radius_km=radius_km,
        gather_until=gather_until,
        created_at=desk.now,
        moved_at=desk.now,
        moved_by=BUYER,
    )
    return await batch_of(desk, row)


async def join(desk: Desk, *, actor_id: UUID, code: str, listing_code: str, kg: int | None = None) -> Batch:
    """A farmer's lot, or `kg` of it, comes along at the batch's price."""
    it = await _held(desk, code)
    lot = await listing_by_code(desk, listing_code)
    if lot is None or lot.state != "active" or lot.commodity != it.commodity:
        raise ListingGone
    who = await _as(desk, it, "join", actor_id, lot.seller_id)
    kg = lot.kg_left if kg is None else kg
    if type(kg) is not int or not 1 <= kg <= MOST_KG:
        raise BadTerms("kg")
    if lot.seller_id == it.buyer_id:
        raise OwnListing
    if not lot.negotiable:
        raise NotNegotiable
    if kg > lot.kg_left:
        raise NotEnoughLeft(lot.kg_left)
    if km_between(it.lat, it.lon, lot.place.lat, lot.place.lon) > it.radius_km:
        raise TooFar
    inside = (await batch_of(desk, it)).lots
    if any(joined.listing_id == lot.id for joined in inside):
        raise InAlready
    if kg > it.max_kg - it.kg or len(inside) >= MOST_LOTS:
        raise TooFull(it.max_kg - it.kg)
    row = await _move(desk, it, "join", who, actor_id, kg=it.kg + kg, told={"listing": lot.code})
    await desk.db.execute(
        insert(lots).values(
            tenant_id=desk.tenant, batch_id=it.id, listing_id=lot.id, kg=kg, joined_at=desk.now
        )
    )
    return await batch_of(desk, row)


async def leave(desk: Desk, *, actor_id: UUID, code: str, listing_code: str) -> Batch:
    """A lot goes out of the batch: its farmer has thought better of it, or it was sold."""
    it = await _held(desk, code)
    inside = {joined.listing: joined for joined in (await batch_of(desk, it)).lots}
    joined = inside.get(spoken(listing_code))
    if joined is None:
        raise NotFound("listing")
    who = await _as(desk, it, "leave", actor_id, joined.seller_id)
    row = await _move(
        desk, it, "leave", who, actor_id, kg=it.kg - joined.kg, told={"listing": joined.listing}
    )
    await desk.db.execute(
        delete(lots).where(
            lots.c.tenant_id == desk.tenant, lots.c.batch_id == it.id, lots.c.listing_id == joined.listing_id
        )
    )
    return await batch_of(desk, row)


async def close(desk: Desk, *, actor_id: UUID, code: str) -> tuple[Booking, ...]:
    """Book every lot of the batch, or none of them."""
    it = await _held(desk, code)
    who = await _as(desk, it, "close", actor_id)
    inside = (await batch_of(desk, it)).lots
    cost = logistics(it.logistics_paise, {joined.listing: joined.kg for joined in inside}) if inside else {}
    async with desk.db.begin_nested():
        await _move(desk, it, "close", who, actor_id, holding={ENOUGH: it.kg >= it.min_kg})
        made = []
        for joined in inside:  # in the order of their ids, as everybody takes listings
            try:
                offer = await offers.make(
                    desk,
                    buyer_id=it.buyer_id,
                    code=joined.listing,
                    kg=joined.kg,
                    price_paise=it.price_paise,
                    per=it.per,
                    pay_by=it.pay_by,
                    logistics_paise=cost[joined.listing],
                    sure=True,
                )
                booked = await offers.accept(desk, actor_id=joined.seller_id, code=offer.code)
            except Refused as refusal:
                raise LotGone(joined.listing) from refusal
            await desk.db.execute(
                update(lots)
                .where(
                    lots.c.tenant_id == desk.tenant,
                    lots.c.batch_id == it.id,
                    lots.c.listing_id == joined.listing_id,
                )
                .values(booking_id=booked.id)
            )
            made.append(booked)
    return tuple(made)


async def abandon(desk: Desk, *, actor_id: UUID, code: str) -> Batch:
    """Nothing comes of it; nobody was promised anything."""
    it = await _held(desk, code)
    who = await _as(desk, it, "abandon", actor_id)
    return await batch_of(desk, await _move(desk, it, "abandon", who, actor_id))


async def weigh_truck(
    desk: Desk,
    *,
    actor_id: UUID,
    code: str,
    truck_kg: int | None = None,
    each: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """At the buyer's scales: the whole truck, divided over the lots as they were declared, or lot by lot.

    `each` goes by listing codes. The lots are delivered with that; what each of them weighed.
    """
    it = await _held(desk, code)
    who = await _as(desk, it, "collect", actor_id)
    on_it = {
        joined.listing: joined
        for joined in (await batch_of(desk, it)).lots
        if joined.booking and joined.booking_state != "cancelled"
    }
    if (truck_kg is None) == (each is None) or not on_it:
        raise BadTerms("truck_kg")
    if each is None:
        if type(truck_kg) is not int or not 1 <= truck_kg <= MOST_KG:
            raise BadTerms("truck_kg")
        weighed = divided(truck_kg, {listing: joined.kg for listing, joined in on_it.items()})
    else:
        weighed = {spoken(listing): kg for listing, kg in each.items()}
        if weighed.keys() != on_it.keys():
            raise BadTerms("each")
    async with desk.db.begin_nested():
        await _move(desk, it, "collect", who, actor_id, truck_kg=sum(weighed.values()))
        for listing, joined in on_it.items():
            booked = str(joined.booking)
            await handover.weigh(desk, actor_id=actor_id, code=booked, kg=weighed[listing])
            await handover.deliver(desk, actor_id=actor_id, code=booked)
    return weighed


async def run_out(desk: Desk) -> int:
    """Batches that gathered too little in time are given up; those whose farmers are all paid are done."""
    gone = await lapse(desk, BATCH_LIFE, t)
    await record_all(desk, "batch.abandoned", ((row.code, _about(row) | {"by": "time"}) for _, row in gone))
    open_still = exists().where(
        lots.c.tenant_id == t.c.tenant_id,
        lots.c.batch_id == t.c.id,
        booking.c.tenant_id == lots.c.tenant_id,
        booking.c.id == lots.c.booking_id,
        booking.c.state.not_in(("completed", "cancelled")),
    )
    done = await desk.db.execute(
        select(t)
        .where(t.c.tenant_id == desk.tenant, t.c.state == "collected", ~open_still)
        .order_by(t.c.id)
        .with_for_update(skip_locked=True)
    )
    paid = done.all()
    for row in paid:
        await _move(desk, row, "pay", MARKET, None, holding={ALL_PAID: True})
    return len(gone) + len(paid)


async def _held(desk: Desk, code: str) -> Any:
    """The batch, which nobody else changes until this transaction ends."""
    row = (
        await desk.db.execute(
            select(t)
            .where(t.c.tenant_id == desk.tenant, t.c.code == spoken(code))
            .with_for_update(key_share=True)
        )
    ).one_or_none()
    if row is None:
        raise NotFound("batch")
    return row


async def _as(desk: Desk, it: Any, move: str, actor_id: UUID, seller_id: UUID | None = None) -> str:
    """In which role this person makes the move."""
    roles = [
        side
        for side, party in ((SELLER, seller_id), (BUYER, it.buyer_id))
        if party is not None and await parties.acts_for(desk, actor_id, party)
    ]
    if await parties.is_operator(desk, actor_id):
        roles.append(OPERATOR)
    if not roles:
        raise NotYours
    state = BATCH_LIFE.standing(it.state, it, desk.now)
    return parties.as_whom(BATCH_LIFE, move, state, tuple(roles))


async def _move(
    desk: Desk,
    it: Any,
    name: str,
    who: str,
    actor_id: UUID | None,
    *,
    holding: Any = None,
    told: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Any:
    return await make(
        desk,
        BATCH_LIFE,
        t,
        name,
        row_id=it.id,
        state=it.state,
        who=who,
        subject=it.code,
        about=_about(it) | dict(told or {}),
        actor_id=actor_id,
        holding=holding,
        **changes,
    )


def _about(it: Any) -> dict[str, Any]:
    return {"buyer_id": str(it.buyer_id), "commodity": it.commodity, "kg": it.kg}
