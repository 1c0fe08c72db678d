"""How a deal of the demo came to where it stands: the steps in their order, one every few hours."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings import fetching, handover
from marketplace_core.bookings import queries as agreements
from marketplace_core.bookings.queries import Booking, pickup_code
from marketplace_core.demo import Row
from marketplace_core.desk import Desk
from marketplace_core.disputes import commands as disputes
from marketplace_core.escrow import commands as escrow
from marketplace_core.listings.queries import Listing
from marketplace_core.offers import commands as offers
from marketplace_core.ratings import commands as ratings

BETWEEN = timedelta(hours=3)
#: What dries and falls off on the way.
WEIGHED_PERCENT = 98


@dataclass
class Deal:
    """A deal in the making. The clock goes on with every step."""

    desk: Desk
    lot: Listing
    buyer: UUID
    driver: UUID
    kg: int
    price_paise: int
    offer: str = ""
    booking: Booking | None = None

    @property
    def code(self) -> str:
        assert self.booking is not None
        return self.booking.code

    @property
    def now(self) -> datetime:
        return self.desk.now


async def strike(desk: Desk, row: Row, lot: Listing, buyer: UUID, driver: UUID | None) -> None:
    deal = Deal(
        replace(desk, now=max(lot.created_at, desk.now - timedelta(days=int(row["days_ago"])))),
        lot,
        buyer,
        driver or buyer,
        int(row["kg"]),
        int(row["rupees"]) * 100 if row["rupees"] else lot.price_paise,
    )
    for step in WAYS[row["until"]]:
        await step(deal)
        deal.desk = replace(deal.desk, now=min(desk.now, deal.now + BETWEEN))


async def _book(deal: Deal) -> None:
    deal.booking = await offers.book_at_listed_price(
        deal.desk,
        buyer_id=deal.buyer,
        code=deal.lot.code,
        kg=deal.kg,
        price_paise=deal.lot.price_paise,
        per=deal.lot.per,
        grade=deal.lot.grade,
    )


async def _offer(deal: Deal) -> None:
    made = await offers.make(
        deal.desk,
        buyer_id=deal.buyer,
        code=deal.lot.code,
        kg=deal.kg,
        price_paise=deal.price_paise,
        per=deal.lot.per,
    )
    deal.offer = made.code


async def _counter(deal: Deal) -> None:
    """They meet in the middle."""
    middle = (deal.price_paise + deal.lot.price_paise) // 2
    await offers.counter(deal.desk, actor_id=deal.lot.seller_id, code=deal.offer, price_paise=middle)


async def _refuse(deal: Deal) -> None:
    await offers.refuse(deal.desk, actor_id=deal.lot.seller_id, code=deal.offer)


async def _accept(deal: Deal) -> None:
    deal.booking = await offers.accept(deal.desk, actor_id=deal.lot.seller_id, code=deal.offer)


async def _confirm(deal: Deal) -> None:
    deal.booking = await bookings.confirm(deal.desk, actor_id=deal.lot.seller_id, code=deal.code)


async def _cancel(deal: Deal) -> None:
    await bookings.cancel(deal.desk, actor_id=deal.buyer, code=deal.code, why="The truck broke down")


async def _secure(deal: Deal) -> None:
    assert deal.booking is not None
    paid = uuid5(deal.booking.id, "paid in")
    await escrow.pay_in(deal.desk, paid, buyer_id=deal.buyer, paise=deal.booking.due_paise, subject=deal.code)
    await escrow.secure(deal.desk, deal.booking.id)


async def _fetch(deal: Deal) -> None:
    tomorrow = deal.now + timedelta(hours=1)
    await fetching.agree_pickup(
        deal.desk,
        actor_id=deal.buyer,
        code=deal.code,
        window_from=tomorrow,
        window_to=tomorrow + timedelta(hours=4),
    )
    await fetching.assign_driver(deal.desk, actor_id=deal.buyer, code=deal.code, driver_id=deal.driver)


async def _pick_up(deal: Deal) -> None:
    secret = await pickup_code(deal.desk, deal.code, deal.lot.seller_id)
    await fetching.pick_up(deal.desk, actor_id=deal.driver, code=deal.code, pickup_code=secret or "")


async def _deliver(deal: Deal) -> None:
    kg = deal.kg * WEIGHED_PERCENT // 100
    await handover.weigh(deal.desk, actor_id=deal.driver, code=deal.code, kg=kg)
    await handover.deliver(deal.desk, actor_id=deal.driver, code=deal.code)


async def _complete(deal: Deal) -> None:
    # it weighed less than was booked: the farmer has seen what that makes
    gets = (await agreements.bill(deal.desk, deal.code)).farmer_gets
    await bookings.agree_bill(deal.desk, actor_id=deal.lot.seller_id, code=deal.code, farmer_gets=gets)
    await bookings.complete(deal.desk, actor_id=deal.buyer, code=deal.code, farmer_gets=gets)
    await ratings.rate(deal.desk, actor_id=deal.buyer, code=deal.code, stars=5)
    await ratings.rate(deal.desk, actor_id=deal.lot.seller_id, code=deal.code, stars=4)


async def _dispute(deal: Deal) -> None:
    await disputes.open_dispute(
        deal.desk, actor_id=deal.buyer, code=deal.code, reason="quality", said="A third of it is damp."
    )


BOOKED = (_offer, _accept)
FETCHED = (*BOOKED, _secure, _fetch, _pick_up)
#: Where a deal of the table stands now, and the steps that lead there.
WAYS: dict[str, tuple[Callable[[Deal], Awaitable[None]], ...]] = {
    "offered": (_offer,),
    "countered": (_offer, _counter),
    "refused": (_offer, _refuse),
    "pending": (_book,),
    "confirmed": BOOKED,
    "cancelled": (_book, _confirm, _cancel),
    "secured": (_book, _confirm, _secure),
    "in_transit": FETCHED,
    "delivered": (*FETCHED, _deliver),
    "completed": (*FETCHED, _deliver, _complete),
    "disputed": (*FETCHED, _deliver, _dispute),
}
