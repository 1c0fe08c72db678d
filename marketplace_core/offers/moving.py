"""One move of one offer: held, checked against the table, made, told."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert

from marketplace_core import parties
from marketplace_core.codes import spoken
from marketplace_core.desk import Desk
from marketplace_core.errors import Moved, NotYours
from marketplace_core.offers.lapsing import about
from marketplace_core.offers.models import offer as t
from marketplace_core.offers.models import offer_step
from marketplace_core.offers.queries import OFFERS, Offer, by_code, offer_of
from marketplace_core.offers.transitions import OFFER_LIFE
from marketplace_core.parties import BUYER, OPERATOR, SELLER
from marketplace_core.transitions import make

OTHER = {BUYER: SELLER, SELLER: BUYER}


async def held(desk: Desk, code: str) -> Offer:
    """The offer, which nobody else moves until this transaction ends."""
    row = (
        await desk.db.execute(
            OFFERS.where(t.c.tenant_id == desk.tenant, t.c.code == spoken(code)).with_for_update(
                of=t, key_share=True
            )
        )
    ).one_or_none()
    if row is None:
        raise NotYours
    return offer_of(row, desk.now)


async def side_of(desk: Desk, offer: Offer, actor_id: UUID, due: str | None) -> str:
    """The side somebody speaks for; the office, and who may speak for both, for the one whose move it is."""
    mine = await parties.sides(desk, actor_id, seller_id=offer.seller_id, buyer_id=offer.buyer_id)
    if due and (due in mine or OPERATOR in mine):
        return due
    return mine[0] if mine[0] in OTHER else BUYER


async def move(
    desk: Desk,
    offer: Offer,
    name: str,
    side: str,
    actor_id: UUID,
    *,
    told: dict[str, Any] | None = None,
    as_seen: bool = False,
    **how: Any,
) -> Any:
    """`as_seen`: nobody has named another price since this offer was read."""
    if as_seen:
        now = await held(desk, offer.code)
        if (now.state, now.prices) != (offer.state, offer.prices):
            raise Moved("offer", now.state)
    row = await make(
        desk,
        OFFER_LIFE,
        t,
        name,
        row_id=offer.id,
        state=offer.state,
        who=side,
        subject=offer.code,
        about=about(offer, offer.listing_code, offer.seller_id) | (told or {}),
        actor_id=actor_id,
        **how,
    )
    (as_whom, *_) = await parties.sides(desk, actor_id, seller_id=offer.seller_id, buyer_id=offer.buyer_id)
    await parties.into_the_book(
        desk, as_whom, actor_id, f"offer.{name}", offer.code, was=offer.state, side=side
    )
    return row


async def known(desk: Desk, code: str) -> Offer:
    offer = await by_code(desk, code)
    if offer is None:
        raise NotYours
    return offer


async def write_step(desk: Desk, row: Any, side: str, actor_id: UUID, note: str) -> None:
    await desk.db.execute(
        insert(offer_step).values(
            tenant_id=desk.tenant,
            offer_id=row.id,
            by=side,
            actor_id=actor_id,
            kg=row.kg,
            price_paise=row.price_paise,
            per=row.per,
            note=note,
            at=desk.now,
        )
    )
