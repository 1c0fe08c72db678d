"""What several people do at the same moment; beside each race, how it ends without the guard."""

import asyncio
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings import queries as agreements
from marketplace_core.bookings.models import booking
from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import ListingGone, Moved, NotEnoughLeft
from marketplace_core.events import claim, record
from marketplace_core.listings import queries as shelf
from marketplace_core.listings.models import listing
from marketplace_core.seed import TENANT
from tests.conftest import NOW
from tests.marketplace_core.people import book_as_shown, booked, farmer, somebody, straw


async def _race(engine: AsyncEngine, book, racers: int) -> tuple[int, int]:
    """Each wants 5 t of the same 12 t at the same moment: how many got it, and what is left of the lot."""
    async with open_desk(engine, TENANT, NOW) as desk:
        lot = await straw(desk, await farmer(desk))
        people = [await somebody(desk, f"+9198000001{n:02}", name=f"B{n}") for n in range(racers)]
    ready = asyncio.Barrier(racers)

    async def one(person_id) -> bool:
        async with open_desk(engine, TENANT, NOW) as desk:
            await ready.wait()
            try:
                await book(desk, person_id, lot.code)
            except (NotEnoughLeft, ListingGone):
                return False
            return True

    got = await asyncio.gather(*map(one, people))
    async with open_desk(engine, TENANT, NOW) as desk:
        return sum(got), (await desk.db.execute(select(listing.c.kg_left))).scalar_one()


async def test_racing_buyers_never_get_the_same_tonne(engine: AsyncEngine, clean: None) -> None:
    async def book(desk: Desk, person_id, code: str) -> None:
        await book_as_shown(desk, buyer_id=person_id, code=code, kg=5_000)

    assert await _race(engine, book, 8) == (2, 2_000)
    async with open_desk(engine, TENANT, NOW) as desk:
        assert (await desk.db.execute(select(func.sum(booking.c.kg)))).scalar() == 10_000


async def test_buyers_who_look_first_and_take_later_do_get_the_same_tonne(
    engine: AsyncEngine, clean: None
) -> None:
    looked = asyncio.Barrier(4)

    async def look_then_take(desk: Desk, person_id, code: str) -> None:
        there = await shelf.by_code(desk, code)
        await looked.wait()
        if there.kg_left < 5_000:
            raise NotEnoughLeft(there.kg_left)
        await desk.db.execute(
            update(listing).where(listing.c.code == code).values(kg_left=there.kg_left - 5_000)
        )

    assert await _race(engine, look_then_take, 4) == (4, 7_000)  # 20 t promised out of 12


async def _call_off_at_once(engine: AsyncEngine, act) -> tuple[list[str], int]:
    """Two bookings of 5 t hold a lot of 12 t; both sides call off the first. The answers, and what is left."""
    async with open_desk(engine, TENANT, NOW) as desk:
        seller, me, lot, agreed = await booked(desk)
        await book_as_shown(desk, buyer_id=me, code=lot.code, kg=5_000)
    ready = asyncio.Barrier(2)

    async def one(actor) -> str:
        async with open_desk(engine, TENANT, NOW) as desk:
            await ready.wait()
            try:
                await act(desk, actor, agreed)
            except Moved:
                return "too late"
            return "done"

    answers = await asyncio.gather(one(seller), one(me))
    async with open_desk(engine, TENANT, NOW) as desk:
        return sorted(answers), (await desk.db.execute(select(listing.c.kg_left))).scalar_one()


async def test_both_sides_calling_off_at_once_give_back_once(engine: AsyncEngine, clean: None) -> None:
    async def act(desk: Desk, actor, agreed) -> None:
        await bookings.cancel(desk, actor_id=actor, code=agreed.code, why="")

    assert await _call_off_at_once(engine, act) == (["done", "too late"], 7_000)


async def test_without_comparing_the_state_they_would_give_back_twice(
    engine: AsyncEngine, clean: None
) -> None:
    looked = asyncio.Barrier(2)

    async def act(desk: Desk, _actor, agreed) -> None:
        there = await agreements.by_code(desk, agreed.code)
        await looked.wait()
        if there.state == "pending":
            await desk.db.execute(update(booking).where(booking.c.id == there.id).values(state="cancelled"))
            await desk.db.execute(update(listing).values(kg_left=listing.c.kg_left + there.kg))

    # 12 t for sale although 5 t of them are still promised
    assert await _call_off_at_once(engine, act) == (["done", "done"], 12_000)


async def _reminded(engine: AsyncEngine, remind) -> int:
    """Rounds that begin at the same moment: how often the buyer of one unpaid booking is told."""
    async with open_desk(engine, TENANT, NOW) as desk:
        seller, _, _, agreed = await booked(desk)
        await bookings.confirm(desk, actor_id=seller, code=agreed.code)
    ready = asyncio.Barrier(4)

    async def one() -> None:
        async with open_desk(engine, TENANT, NOW + timedelta(hours=48)) as desk:
            await remind(desk, ready)

    await asyncio.gather(*(one() for _ in range(4)))
    async with open_desk(engine, TENANT, NOW) as desk:
        return [each.kind for each in await claim(desk, 100)].count("booking.unpaid")


async def test_rounds_at_the_same_moment_remind_an_unpaid_buyer_once(
    engine: AsyncEngine, clean: None
) -> None:
    async def remind(desk: Desk, ready: asyncio.Barrier) -> None:
        await ready.wait()
        await bookings.remind_unpaid(desk)

    assert await _reminded(engine, remind) == 1


async def test_rounds_that_look_first_and_remind_later_do_it_each(engine: AsyncEngine, clean: None) -> None:
    async def remind(desk: Desk, looked: asyncio.Barrier) -> None:
        there = (await desk.db.execute(select(booking.c.code, booking.c.reminded_at))).one()
        await looked.wait()
        if there.reminded_at is None:
            await desk.db.execute(update(booking).values(reminded_at=desk.now))
            await record(desk, "booking.unpaid", there.code, {})

    assert await _reminded(engine, remind) == 4
