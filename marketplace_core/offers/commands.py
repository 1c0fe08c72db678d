"""A buyer names a price, the two haggle, and one says yes; or the buyer takes the listed price at once."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import and_, insert, update

from marketplace_core import parties
from marketplace_core.bookings.making import write_booking
from marketplace_core.bookings.queries import Booking
from marketplace_core.bookings.terms import standard
from marketplace_core.codes import OFFER, spoken, write_coded
from marketplace_core.desk import Desk
from marketplace_core.errors import (
    ListingGone,
    NotEnoughLeft,
    NotMet,
    NotYours,
    Refused,
)
from marketplace_core.events import record
from marketplace_core.listings import stock
from marketplace_core.listings.models import listing
from marketplace_core.listings.queries import by_code as listing_by_code
from marketplace_core.offers.allowed import (
    Seen,
    for_a_counter,
    for_the_buyer,
    may_counter,
    may_offer,
    why_not_booked,
)
from marketplace_core.offers.errors import LotChanged
from marketplace_core.offers.lapsing import about, lapse_offers
from marketplace_core.offers.models import offer as t
from marketplace_core.offers.moving import OTHER, held, known, move, side_of, write_step
from marketplace_core.offers.queries import Offer, by_code
from marketplace_core.offers.rules import (
    check_ways,
)
from marketplace_core.offers.transitions import (
    OFFER_LIFE,
    OWN_WORD,
    YOUR_TURN,
)
from marketplace_core.parties import BUYER, SELLER


async def book_at_listed_price(
    desk: Desk,
    *,
    buyer_id: UUID,
    code: str,
    kg: int,
    price_paise: int,
    per: str,
    grade: str | None,
    pay_by: str = "advance",
    logistics_paise: int = 0,
    actor_id: UUID | None = None,
) -> Booking:
    """Reserve `kg` for this buyer until the seller answers; two buyers never get the same kilogram.

    Price and grade are the ones that they saw: a lot of which one has changed meanwhile is not booked.
    """
    check_ways(kg=kg, pay_by=pay_by, logistics_paise=logistics_paise)
    actor_id = actor_id or buyer_id
    who = await for_the_buyer(desk, actor_id, buyer_id)
    as_seen = and_(
        listing.c.code == spoken(code),
        listing.c.price_paise == price_paise,
        listing.c.per == per,
        listing.c.grade.is_not_distinct_from(grade),
    )
    lot = await stock.take(desk, as_seen, buyer_id=buyer_id, kg=kg)
    if lot is None:
        raise await why_not_booked(desk, buyer_id, code, kg, (price_paise, per, grade))
    offer_id = (
        await desk.db.execute(
            insert(t)
            .values(
                tenant_id=desk.tenant,
                listing_id=lot.id,
                buyer_id=buyer_id,
                state="accepted",
                kg=kg,
                price_paise=lot.price_paise,
                per=lot.per,
                for_grade=lot.grade,
                pay_by=pay_by,
                logistics_paise=logistics_paise,
                created_at=desk.now,
                answered_at=desk.now,
                moved_at=desk.now,
                moved_by=BUYER,
            )
            .returning(t.c.id)
        )
    ).scalar_one()
    booking = await write_booking(
        desk,
        lot,
        offer_id=offer_id,
        buyer_id=buyer_id,
        kg=kg,
        price_paise=lot.price_paise,
        per=lot.per,
        pay_by=pay_by,
        terms=standard(lot.commodity, grade=lot.grade, logistics_paise=logistics_paise),
        state="pending",
        by=BUYER,
    )
    await _lot_taken(desk, lot)
    await record(desk, "booking.pending", booking.code, _of_booking(booking, actor_id))
    await parties.into_the_book(desk, who, actor_id, "booking.book", booking.code, kg=kg)
    return _mine(booking, BUYER)


async def make(
    desk: Desk,
    *,
    buyer_id: UUID,
    code: str,
    kg: int,
    price_paise: int,
    per: str,
    note: str = "",
    pay_by: str = "advance",
    logistics_paise: int = 0,
    actor_id: UUID | None = None,
    sure: bool = False,
    seen: Seen | None = None,
) -> Offer:
    """A buyer names a price for a part of a lot or all of it; nothing is reserved by that.

    `seen`: a lot that has changed since is not offered for; without it the price is for the lot as it is now.
    """
    actor_id = actor_id or buyer_id
    who, lot = await may_offer(
        desk,
        buyer_id=buyer_id,
        code=code,
        kg=kg,
        price_paise=price_paise,
        per=per,
        note=note,
        pay_by=pay_by,
        logistics_paise=logistics_paise,
        actor_id=actor_id,
        sure=sure,
        seen=seen,
    )
    row = await write_coded(
        desk,
        t,
        OFFER,
        listing_id=lot.id,
        buyer_id=buyer_id,
        state="made",
        turn=SELLER,
        kg=kg,
        price_paise=price_paise,
        per=per,
        for_grade=lot.grade,
        pay_by=pay_by,
        logistics_paise=logistics_paise,
        created_at=desk.now,
        moved_at=desk.now,
        moved_by=BUYER,
    )
    await write_step(desk, row, BUYER, actor_id, note)
    told = {"actor_id": str(actor_id), "by": BUYER}
    await record(desk, "offer.made", row.code, about(row, lot.code, lot.seller_id) | told)
    await parties.into_the_book(desk, who, actor_id, "offer.make", row.code, kg=kg, price_paise=price_paise)
    return await known(desk, row.code)


async def counter(
    desk: Desk,
    *,
    actor_id: UUID,
    code: str,
    kg: int | None = None,
    price_paise: int | None = None,
    note: str = "",
    sure: bool = False,
) -> Offer:
    """Another price or another quantity from the side whose turn it is; what is not named stays."""
    offer, side = await may_counter(
        desk, actor_id=actor_id, code=code, kg=kg, price_paise=price_paise, note=note, sure=sure
    )
    kg = offer.kg if kg is None else kg
    price_paise = offer.price_paise if price_paise is None else price_paise
    prices = offer.buyer_prices if side == BUYER else offer.seller_prices
    named: dict[str, Any] = {f"{side}_prices": prices + 1}
    row = await move(
        desk,
        offer,
        "counter",
        side,
        actor_id,
        told={"kg": kg, "price_paise": price_paise},
        holding=for_a_counter(offer, side),
        kg=kg,
        price_paise=price_paise,
        for_grade=offer.grade,
        turn=OTHER[side],
        **named,
    )
    await write_step(desk, row, side, actor_id, note)
    return await known(desk, row.code)


async def refuse(desk: Desk, *, actor_id: UUID, code: str) -> Offer:
    offer = await held(desk, code)
    side = await side_of(desk, offer, actor_id, offer.turn)
    holding = {YOUR_TURN: offer.turn == side}
    await move(desk, offer, "refuse", side, actor_id, holding=holding, turn=None, answered_at=desk.now)
    return await known(desk, offer.code)


async def withdraw(desk: Desk, *, actor_id: UUID, code: str) -> Offer:
    """Whoever named the last price takes it back."""
    offer = await held(desk, code)
    side = await side_of(desk, offer, actor_id, OTHER.get(offer.turn or ""))
    holding = {OWN_WORD: offer.turn == OTHER[side]}
    await move(desk, offer, "withdraw", side, actor_id, holding=holding, turn=None, answered_at=desk.now)
    return await known(desk, offer.code)


async def accept(desk: Desk, *, actor_id: UUID, code: str) -> Booking:
    """Yes to the last price: the quantity is booked, both have agreed, the rest stays for sale.

    The price is good for the grade that it was named for and for no other.

    The lot is taken first and the offer closed then: whoever empties a lot closes its offers in the same order.
    """
    offer = await by_code(desk, code)
    if offer is None:
        raise NotYours
    side = await side_of(desk, offer, actor_id, offer.turn)
    OFFER_LIFE.find("accept", offer.state, side)
    if offer.turn != side:
        raise NotMet(YOUR_TURN.name, YOUR_TURN.sentence)
    as_seen = and_(listing.c.id == offer.listing_id, listing.c.grade.is_not_distinct_from(offer.for_grade))
    lot = await stock.take(desk, as_seen, buyer_id=offer.buyer_id, kg=offer.kg)
    if lot is None:
        raise await _uncovered(desk, offer)
    try:
        # The very price that was read: a counter that crossed this yes is not agreed to.
        await move(
            desk,
            offer,
            "accept",
            side,
            actor_id,
            holding={YOUR_TURN: True},
            as_seen=True,
            turn=None,
            answered_at=desk.now,
        )
    except Refused:
        await _put_back(desk, lot, offer.kg)
        raise
    booking = await write_booking(
        desk,
        lot,
        offer_id=offer.id,
        buyer_id=offer.buyer_id,
        kg=offer.kg,
        price_paise=offer.price_paise,
        per=offer.per,
        pay_by=offer.pay_by,
        terms=standard(lot.commodity, grade=lot.grade, logistics_paise=offer.logistics_paise),
        state="confirmed",
        by=side,
    )
    await _lot_taken(desk, lot)
    told = _of_booking(booking, actor_id) | {"offer": offer.code, "by": side}
    await record(desk, "booking.confirmed", booking.code, told)
    return _mine(booking, side)


async def _lot_taken(desk: Desk, lot: Any) -> None:
    if lot.state == "booked":
        await stock.tell_taken(desk, lot)
        await lapse_offers(desk, [lot.id])


async def _put_back(desk: Desk, lot: Any, kg: int) -> None:
    """As if it had never been taken; nobody has seen it since."""
    await desk.db.execute(
        update(listing)
        .where(listing.c.tenant_id == desk.tenant, listing.c.id == lot.id)
        .values(kg_left=listing.c.kg_left + kg, state="active")
    )


async def _uncovered(desk: Desk, offer: Offer) -> Refused:
    lot = await listing_by_code(desk, offer.listing_code)
    if lot is None or lot.state not in ("active", "booked"):
        return ListingGone()
    if lot.kg_left < offer.kg:
        return NotEnoughLeft(lot.kg_left)
    return LotChanged(offer.price_paise, offer.per, lot.grade)


def _of_booking(booking: Booking, actor_id: UUID) -> dict[str, Any]:
    return {
        "seller_id": str(booking.seller_id),
        "buyer_id": str(booking.buyer_id),
        "actor_id": str(actor_id),
        "listing": booking.listing_code,
        "kg": booking.kg,
    }


def _mine(booking: Booking, side: str) -> Booking:
    return replace(booking, my_role="buyer" if side == BUYER else "seller")
