"""Off the market: nothing of somebody stands there any more, and nothing of theirs is waited for."""

from uuid import UUID

from sqlalchemy import select

from marketplace_core.accounts import commands as accounts
from marketplace_core.alerts import commands as alerts
from marketplace_core.alerts import queries as waited_for
from marketplace_core.desk import Desk
from marketplace_core.listings import commands as listings
from marketplace_core.listings.models import listing
from marketplace_core.offers import commands as offers
from marketplace_core.offers.models import offer
from marketplace_core.offers.transitions import ANSWER_WITHIN, OPEN
from marketplace_core.parties import BUYER
from marketplace_core.wishes import commands as wishes
from marketplace_core.wishes import queries as wished

#: The consent without which nobody is on the market.
MARKETPLACE = "marketplace"


async def take_down(desk: Desk, person_id: UUID) -> None:
    """Whatever is for sale, offered, wished or watched. What is booked stays: both sides gave their word."""
    for_sale = await desk.db.execute(
        select(listing.c.code)
        .where(
            listing.c.tenant_id == desk.tenant, listing.c.seller_id == person_id, listing.c.state == "active"
        )
        .order_by(listing.c.id)
    )
    for code in for_sale.scalars().all():
        await listings.cancel(desk, seller_id=person_id, code=code)
    named = await desk.db.execute(
        select(offer.c.code, offer.c.turn)
        .where(
            offer.c.tenant_id == desk.tenant,
            offer.c.buyer_id == person_id,
            offer.c.state.in_(OPEN),
            offer.c.moved_at > desk.now - ANSWER_WITHIN,
        )
        .order_by(offer.c.id)
    )
    for code, turn in named.all():
        await (offers.refuse if turn == BUYER else offers.withdraw)(desk, actor_id=person_id, code=code)
    for wish in await wished.mine(desk, person_id):
        await wishes.end_wish(desk, buyer_id=person_id, wish_id=wish.id)
    for alert in await waited_for.mine(desk, person_id):
        await alerts.end_alert(desk, person_id=person_id, alert_id=alert.id)


async def leave(desk: Desk, person_id: UUID) -> None:
    await take_down(desk, person_id)
    await accounts.leave(desk, person_id)
