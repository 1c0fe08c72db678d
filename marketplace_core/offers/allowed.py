"""What may be offered, countered and booked as it stands now: whatever speaks against it is refused.

Whoever asks somebody for their yes looks here first, so that no yes is given for nothing.
"""

from typing import TypedDict
from uuid import UUID

from sqlalchemy import func, select

from marketplace_core import parties
from marketplace_core.accounts.models import person
from marketplace_core.accounts.queries import may_act_for
from marketplace_core.desk import Desk
from marketplace_core.errors import (
    ListingGone,
    NoSuchPerson,
    NotEnoughLeft,
    NotYours,
    OwnListing,
    Refused,
)
from marketplace_core.listings.queries import Listing
from marketplace_core.listings.queries import by_code as listing_by_code
from marketplace_core.offers.errors import LotChanged, NotNegotiable, TooManyOffers
from marketplace_core.offers.models import offer as t
from marketplace_core.offers.moving import held, side_of
from marketplace_core.offers.queries import Offer
from marketplace_core.offers.rules import MOST_ON_A_LOT, MOST_OPEN, MOST_PRICES, check_offer, check_ways
from marketplace_core.offers.transitions import ANSWER_WITHIN, OFFER_LIFE, OPEN, PRICES_LEFT, YOUR_TURN
from marketplace_core.parties import BUYER, OPERATOR
from marketplace_core.transitions import Condition, allowed


class Seen(TypedDict):
    """What a lot cost and how it was graded when somebody made up their mind."""

    price_paise: int
    per: str
    grade: str | None


async def may_offer(
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
) -> tuple[str, Listing]:
    """As whom they would offer this, and for which lot; whatever speaks against it is refused."""
    check_ways(kg=kg, pay_by=pay_by, logistics_paise=logistics_paise)
    who = await for_the_buyer(desk, actor_id or buyer_id, buyer_id)
    lot = await listing_by_code(desk, code)
    if lot is None or lot.state != "active":
        raise ListingGone
    check_offer(commodity=lot.commodity, kg=kg, price_paise=price_paise, per=per, note=note, sure=sure)
    if lot.seller_id == buyer_id:
        raise OwnListing
    if not lot.negotiable:
        raise NotNegotiable
    if lot.kg_left < kg:
        raise NotEnoughLeft(lot.kg_left)
    if seen and seen != {"price_paise": lot.price_paise, "per": lot.per, "grade": lot.grade}:
        raise LotChanged(lot.price_paise, lot.per, lot.grade)
    await _not_too_many(desk, buyer_id, lot.id)
    return who, lot


async def may_counter(
    desk: Desk,
    *,
    actor_id: UUID,
    code: str,
    kg: int | None = None,
    price_paise: int | None = None,
    note: str = "",
    sure: bool = False,
) -> tuple[Offer, str]:
    """The offer, and the side that would name this; whatever speaks against it is refused."""
    offer = await held(desk, code)
    kg = offer.kg if kg is None else kg
    price_paise = offer.price_paise if price_paise is None else price_paise
    check_offer(
        commodity=offer.commodity, kg=kg, price_paise=price_paise, per=offer.per, note=note, sure=sure
    )
    side = await side_of(desk, offer, actor_id, offer.turn)
    lot = await listing_by_code(desk, offer.listing_code)
    if lot and lot.state == "active" and lot.kg_left < kg:
        raise NotEnoughLeft(lot.kg_left)
    allowed(OFFER_LIFE, "counter", offer.state, side, for_a_counter(offer, side))
    return offer, side


async def may_book(desk: Desk, *, buyer_id: UUID, code: str, kg: int) -> None:
    """Whatever speaks against booking this, at whatever price it has, is refused."""
    lot = await listing_by_code(desk, code)
    if refusal := _not_to_be_had(lot, buyer_id, kg):
        raise refusal


async def why_not_booked(
    desk: Desk, buyer_id: UUID, code: str, kg: int, seen: tuple[int, str, str | None]
) -> Refused:
    lot = await listing_by_code(desk, code)
    if refusal := _not_to_be_had(lot, buyer_id, kg):
        return refusal
    assert lot is not None
    now = (lot.price_paise, lot.per, lot.grade)
    return LotChanged(*now) if now != seen else NoSuchPerson(buyer_id)


def _not_to_be_had(lot: Listing | None, buyer_id: UUID, kg: int) -> Refused | None:
    if lot is None or lot.state != "active":
        return ListingGone()
    if lot.seller_id == buyer_id:
        return OwnListing()
    return NotEnoughLeft(lot.kg_left) if lot.kg_left < kg else None


def for_a_counter(offer: Offer, side: str) -> dict[Condition, bool]:
    named = offer.buyer_prices if side == BUYER else offer.seller_prices
    return {YOUR_TURN: offer.turn == side, PRICES_LEFT: named < MOST_PRICES}


async def for_the_buyer(desk: Desk, actor_id: UUID, buyer_id: UUID) -> str:
    if await may_act_for(desk, actor_id, buyer_id):
        return BUYER
    if await parties.is_operator(desk, actor_id):
        return OPERATOR
    raise NotYours


async def _not_too_many(desk: Desk, buyer_id: UUID, listing_id: UUID) -> None:
    # One offer of a buyer after the other, so that what is counted here is still so when it is written.
    there = await desk.db.execute(
        select(person.c.id)
        .where(person.c.tenant_id == desk.tenant, person.c.id == buyer_id)
        .with_for_update(key_share=True)
    )
    if there.one_or_none() is None:
        raise NoSuchPerson(buyer_id)
    on_lot = func.count().filter(t.c.listing_id == listing_id)
    counted = (
        await desk.db.execute(
            select(on_lot, func.count()).where(
                t.c.tenant_id == desk.tenant,
                t.c.buyer_id == buyer_id,
                t.c.state.in_(OPEN),
                t.c.moved_at > desk.now - ANSWER_WITHIN,
            )
        )
    ).one()
    if counted[0] >= MOST_ON_A_LOT or counted[1] >= MOST_OPEN:
        raise TooManyOffers
