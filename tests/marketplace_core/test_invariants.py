"""Whatever people do in whatever order: every kilogram is either for sale or promised to one buyer."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings.models import booking
from marketplace_core.desk import Desk, sit_down
from marketplace_core.errors import Refused
from marketplace_core.events import event
from marketplace_core.listings import commands as listings
from marketplace_core.listings.models import listing
from marketplace_core.offers.models import offer
from marketplace_core.seed import TENANT
from tests.conftest import NOW
from tests.marketplace_core.people import book_as_shown, buyer, farmer, somebody, straw

KG = 10_000
people = st.integers(0, 2)  # the seller and two buyers
lots = st.integers(0, 1)
deeds = st.one_of(
    st.tuples(st.just("book"), people, lots, st.sampled_from([1, 2_500, 4_999, 5_000, 9_999, KG, KG + 1, 0])),
    st.tuples(st.just("confirm"), people, st.integers(0, 5)),
    st.tuples(st.just("call off"), people, st.integers(0, 5)),
    st.tuples(st.just("take down"), people, lots),
    st.tuples(st.just("renew"), people, lots),
    st.tuples(st.just("change"), people, lots, st.sampled_from([1, 2_500, 5_000, 9_999, KG, 2 * KG])),
    st.tuples(st.just("wait"), st.sampled_from([1, 23, 24, 25, 24 * 31])),
    st.tuples(st.just("jobs")),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(deeds, max_size=20))
async def test_every_kilogram_is_for_sale_or_promised_once(
    engine: AsyncEngine, done: list[tuple[Any, ...]]
) -> None:
    async with engine.connect() as db:
        desk = await sit_down(db, TENANT, NOW)
        who = [
            await farmer(desk),
            await buyer(desk),
            await somebody(desk, "+919800000003", name="Ravi"),
        ]
        codes = [(await straw(desk, who[0], kg=KG)).code for _ in range(2)]
        agreed: list[str] = []
        for deed in done:
            before = await _told(desk)
            try:
                if deed[0] == "wait":
                    desk = replace(desk, now=desk.now + timedelta(hours=deed[1]))
                else:
                    await _do(desk, deed, who, codes, agreed)
            except Refused:
                assert await _told(desk) == before  # nothing happened, so nothing is told
            await _holds(desk)
        await db.rollback()


async def _do(desk: Desk, deed: tuple[Any, ...], who: list, codes: list[str], agreed: list[str]) -> None:
    match deed:
        case "book", person, lot, kg:
            made = await book_as_shown(desk, buyer_id=who[person], code=codes[lot], kg=kg)
            agreed.append(made.code)
        case "confirm", person, nth if nth < len(agreed):
            await bookings.confirm(desk, actor_id=who[person], code=agreed[nth])
        case "call off", person, nth if nth < len(agreed):
            await bookings.cancel(desk, actor_id=who[person], code=agreed[nth], why="")
        case "take down", person, lot:
            await listings.cancel(desk, seller_id=who[person], code=codes[lot])
        case "renew", person, lot:
            await listings.renew(desk, seller_id=who[person], code=codes[lot])
        case "change", person, lot, kg:
            await listings.change(desk, seller_id=who[person], code=codes[lot], kg=kg)
        case ("jobs",):
            await bookings.expire_pending(desk)
            await listings.expire(desk)


async def _told(desk: Desk) -> int:
    return (await desk.db.execute(select(func.count()).select_from(event))).scalar_one()


async def _holds(desk: Desk) -> None:
    promised = (
        select(func.coalesce(func.sum(booking.c.kg), 0))
        .where(booking.c.listing_id == listing.c.id, booking.c.state != "cancelled")
        .scalar_subquery()
    )
    for lot in await desk.db.execute(select(listing, promised.label("promised"))):
        assert 0 <= lot.kg_left <= lot.kg
        assert lot.kg_left + lot.promised == lot.kg
        assert (lot.state == "booked") <= (lot.kg_left == 0)
        assert (lot.state == "active") <= (lot.kg_left > 0)
    offered = (await desk.db.execute(select(func.count()).select_from(offer))).scalar_one()
    booked = (await desk.db.execute(select(func.count()).select_from(booking))).scalar_one()
    assert offered == booked
