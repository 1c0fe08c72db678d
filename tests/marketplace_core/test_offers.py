"""A price goes back and forth until one says yes, and no tonne is promised twice."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.accounts import commands as accounts
from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings import queries as agreements
from marketplace_core.bookings.models import booking
from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import (
    BadTerms,
    ListingGone,
    Moved,
    NoSuchPerson,
    NotEnoughLeft,
    NotMet,
    NotYours,
    OwnListing,
    PriceLooksWrong,
    Refused,
)
from marketplace_core.events import claim
from marketplace_core.listings import commands as listings
from marketplace_core.listings import queries as shelf
from marketplace_core.listings.models import listing
from marketplace_core.listings.queries import Listing
from marketplace_core.offers import allowed, lapsing
from marketplace_core.offers import commands as offers
from marketplace_core.offers import queries as board
from marketplace_core.offers.allowed import Seen
from marketplace_core.offers.errors import LotChanged, NotNegotiable, TooManyOffers
from marketplace_core.offers.models import offer as t
from marketplace_core.offers.queries import Offer
from marketplace_core.seed import TENANT
from tests.conftest import NOW
from tests.marketplace_core.people import book_as_shown, buyer, farmer, somebody, straw

DAY = timedelta(hours=24)


async def offered(desk: Desk, *, kg: int = 5_000, price: int = 20_000) -> tuple[UUID, UUID, Listing, Offer]:
    seller, me = await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    return seller, me, lot, await an_offer(desk, me, lot.code, kg=kg, price=price)


async def an_offer(
    desk: Desk, me: UUID, code: str, *, kg: int = 5_000, price: int = 20_000, seen: Seen | None = None
) -> Offer:
    return await offers.make(desk, buyer_id=me, code=code, kg=kg, price_paise=price, per="quintal", seen=seen)


async def left(desk: Desk, code: str) -> tuple[str, int]:
    there = await shelf.by_code(desk, code)
    assert there is not None
    return there.state, there.kg_left


async def news(desk: Desk) -> list[str]:
    return [one.kind for one in await claim(desk, 100) if not one.kind.startswith("listing.p")]


async def test_an_offer_waits_for_the_seller_and_reserves_nothing(desk: Desk) -> None:
    seller, me, lot, made = await offered(desk)
    assert (made.state, made.turn, made.kg, made.price_paise, made.per) == (
        "made",
        "seller",
        5_000,
        20_000,
        "quintal",
    )
    assert (made.total_paise, made.answer_by, made.code[0]) == (50 * 20_000, NOW + DAY, "F")
    assert await left(desk, lot.code) == ("active", 12_000)
    assert await board.made_by(desk, me) == (made,)
    assert await board.waiting_for_seller(desk, seller) == (made,)
    assert await board.by_code(desk, made.code.lower()) == made
    (told,) = [one for one in await claim(desk, 9) if one.kind == "offer.made"]
    assert (told.subject, told.about) == (
        made.code,
        {
            "listing": lot.code,
            "seller_id": str(seller),
            "buyer_id": str(me),
            "kg": 5_000,
            "price_paise": 20_000,
            "per": "quintal",
            "actor_id": str(me),
            "by": "buyer",
        },
    )


async def test_prices_go_back_and_forth_and_the_last_one_is_booked(desk: Desk) -> None:
    seller, me, lot, made = await offered(desk)
    asked = await offers.counter(desk, actor_id=seller, code=made.code, price_paise=24_000, note="dry, baled")
    assert (asked.state, asked.turn, asked.kg, asked.price_paise) == ("countered", "buyer", 5_000, 24_000)
    back = await offers.counter(desk, actor_id=me, code=made.code, kg=4_000, price_paise=22_000)
    assert (back.turn, back.kg, back.price_paise) == ("seller", 4_000, 22_000)
    agreed = await offers.accept(desk, actor_id=seller, code=made.code)
    assert (agreed.state, agreed.kg, agreed.price_paise, agreed.total_paise) == (
        "confirmed",
        4_000,
        22_000,
        40 * 22_000,
    )
    assert (agreed.my_role, agreed.moved_by, agreed.confirmed_at) == ("seller", "seller", NOW)
    assert await left(desk, lot.code) == ("active", 8_000)
    assert replace(agreed, my_role=None) == await agreements.by_code(desk, agreed.code)
    over = await board.by_code(desk, made.code)
    assert (over.state, over.turn) == ("accepted", None)
    assert [
        (step.by, step.kg, step.price_paise, step.note) for step in await board.history(desk, made.id)
    ] == [
        ("buyer", 5_000, 20_000, ""),
        ("seller", 5_000, 24_000, "dry, baled"),
        ("buyer", 4_000, 22_000, ""),
    ]
    assert await news(desk) == [
        "offer.made",
        "offer.countered",
        "offer.countered",
        "offer.accepted",
        "booking.confirmed",
    ]


async def test_a_buyer_accepts_the_sellers_price(desk: Desk) -> None:
    seller, me, lot, made = await offered(desk, kg=12_000)
    await offers.counter(desk, actor_id=seller, code=made.code, price_paise=25_000)
    agreed = await offers.accept(desk, actor_id=me, code=made.code)
    assert (agreed.state, agreed.my_role) == ("confirmed", "buyer")
    assert await left(desk, lot.code) == ("booked", 0)
    assert await agreements.pickup_code(desk, agreed.code, seller) is not None


@pytest.mark.parametrize("act", [offers.accept, offers.refuse, offers.counter])
async def test_nobody_answers_their_own_price(desk: Desk, act) -> None:
    _, me, lot, made = await offered(desk)
    with pytest.raises(NotMet) as refusal:
        await act(desk, actor_id=me, code=made.code)
    assert refusal.value.condition == "your_turn"
    assert await board.by_code(desk, made.code) == made
    assert await left(desk, lot.code) == ("active", 12_000)


async def test_only_who_named_the_last_price_withdraws_it(desk: Desk) -> None:
    seller, me, _, made = await offered(desk)
    with pytest.raises(NotMet) as refusal:
        await offers.withdraw(desk, actor_id=seller, code=made.code)
    assert refusal.value.condition == "own_word"
    gone = await offers.withdraw(desk, actor_id=me, code=made.code)
    assert (gone.state, gone.turn, gone.moved_by) == ("withdrawn", None, "buyer")
    for act in (offers.accept, offers.refuse, offers.counter):
        with pytest.raises(Moved) as moved:
            await act(desk, actor_id=seller, code=made.code)
        assert (moved.value.what, moved.value.state) == ("offer", "withdrawn")
    assert await news(desk) == ["offer.made", "offer.withdrawn"]


async def test_the_seller_refuses_and_the_buyer_may_try_again(desk: Desk) -> None:
    seller, me, lot, made = await offered(desk)
    assert (await offers.refuse(desk, actor_id=seller, code=made.code)).state == "refused"
    assert (await an_offer(desk, me, lot.code, price=21_000)).state == "made"


async def test_a_stranger_touches_no_offer_and_the_office_may(desk: Desk) -> None:
    _, _, _, made = await offered(desk)
    stranger = await somebody(desk, "+919800000003", name="Ravi")
    for act in (offers.accept, offers.refuse, offers.counter, offers.withdraw):
        for actor in (stranger, uuid4()):
            with pytest.raises(NotYours):
                await act(desk, actor_id=actor, code=made.code)
        with pytest.raises(NotYours):
            await act(desk, actor_id=stranger, code="FZZZZ9")
    assert await board.by_code(desk, made.code) == made
    await accounts.add_role(desk, stranger, "operator")
    agreed = await offers.accept(desk, actor_id=stranger, code=made.code)
    assert (agreed.state, agreed.moved_by) == ("confirmed", "seller")  # for the side whose turn it was


async def test_after_a_day_it_is_over_even_before_the_job_runs(desk: Desk) -> None:
    seller, _me, _, made = await offered(desk)
    before, after = (replace(desk, now=NOW + DAY - timedelta(seconds=n)) for n in (1, 0))
    assert await lapsing.expire(before) == 0
    assert (await board.by_code(after, made.code)).state == "expired"
    assert await board.waiting_for_seller(after, seller) == ()
    with pytest.raises(Moved) as refusal:
        await offers.accept(after, actor_id=seller, code=made.code)
    assert refusal.value.state == "expired"
    assert [await lapsing.expire(after), await lapsing.expire(after)] == [1, 0]
    told = (await claim(desk, 9))[-1]
    assert (told.kind, told.subject, told.about["by"], told.about["actor_id"]) == (
        "offer.expired",
        made.code,
        "time",
        None,
    )


async def test_every_price_has_a_day_of_its_own(desk: Desk) -> None:
    seller, me, _, made = await offered(desk)
    later = replace(desk, now=NOW + timedelta(hours=23))
    await offers.counter(later, actor_id=seller, code=made.code, price_paise=24_000)
    much_later = replace(desk, now=NOW + timedelta(hours=46))
    assert await lapsing.expire(much_later) == 0
    assert (await offers.accept(much_later, actor_id=me, code=made.code)).state == "confirmed"


async def test_what_the_lot_no_longer_covers_is_refused_and_stays_open(desk: Desk) -> None:
    seller, me, lot, made = await offered(desk, kg=8_000)
    other = await somebody(desk, "+919800000003", name="Ravi")
    await book_as_shown(desk, buyer_id=other, code=lot.code, kg=5_000)
    with pytest.raises(NotEnoughLeft) as refusal:
        await offers.accept(desk, actor_id=seller, code=made.code)
    assert refusal.value.left_kg == 7_000
    assert await board.by_code(desk, made.code) == made
    assert await left(desk, lot.code) == ("active", 7_000)
    with pytest.raises(NotEnoughLeft):  # nor is it asked for again
        await offers.counter(desk, actor_id=seller, code=made.code, kg=7_001)
    await offers.counter(desk, actor_id=seller, code=made.code, kg=7_000)
    assert (await offers.accept(desk, actor_id=me, code=made.code)).kg == 7_000


async def test_when_the_lot_is_sold_out_the_others_are_told(desk: Desk) -> None:
    seller, _me, lot, made = await offered(desk, kg=12_000)
    other = await somebody(desk, "+919800000003", name="Ravi")
    theirs = await an_offer(desk, other, lot.code, kg=1_000)
    await offers.accept(desk, actor_id=seller, code=made.code)
    over = await board.by_code(desk, theirs.code)
    assert (over.state, over.turn, over.moved_by) == ("expired", None, "market")
    lapsed = [one for one in await claim(desk, 20) if one.kind == "offer.lapsed"]
    assert [(one.subject, one.about["buyer_id"]) for one in lapsed] == [(theirs.code, str(other))]
    assert (await board.by_code(desk, made.code)).state == "accepted"


@pytest.mark.parametrize("how", ["cancelled", "expired"])
async def test_when_the_lot_leaves_the_market_open_offers_lapse(desk: Desk, how: str) -> None:
    seller, _, lot, made = await offered(desk)
    if how == "cancelled":
        await listings.cancel(desk, seller_id=seller, code=lot.code)
    else:
        await desk.db.execute(update(t).values(moved_at=NOW + timedelta(days=30)))
        await listings.expire(replace(desk, now=NOW + timedelta(days=30)))
    assert (await board.by_code(desk, made.code)).state == "expired"
    assert (await news(desk))[-1] == "offer.lapsed"
    with pytest.raises(Moved):
        await offers.accept(desk, actor_id=seller, code=made.code)


async def test_goods_of_an_accepted_offer_come_back_when_it_is_called_off(desk: Desk) -> None:
    seller, me, lot, made = await offered(desk, kg=12_000)
    agreed = await offers.accept(desk, actor_id=seller, code=made.code)
    await bookings.cancel(desk, actor_id=me, code=agreed.code, why="no truck")
    assert await left(desk, lot.code) == ("active", 12_000)


async def test_each_side_names_five_prices_and_no_more(desk: Desk) -> None:
    seller, me, _, made = await offered(desk)
    for n in range(4):
        await offers.counter(desk, actor_id=seller, code=made.code, price_paise=25_000 - n)
        await offers.counter(desk, actor_id=me, code=made.code, price_paise=20_001 + n)
    await offers.counter(desk, actor_id=seller, code=made.code, price_paise=24_000)
    with pytest.raises(NotMet) as refusal:
        await offers.counter(desk, actor_id=me, code=made.code, price_paise=23_000)
    assert refusal.value.condition == "prices_left"
    assert len(await board.history(desk, made.id)) == 10
    assert (await offers.accept(desk, actor_id=me, code=made.code)).price_paise == 24_000


async def test_a_buyer_waits_for_no_more_than_five_answers_on_one_lot(desk: Desk) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    lot, second = await straw(desk, seller), await straw(desk, seller)
    made = [await an_offer(desk, me, lot.code, kg=100 + n) for n in range(5)]
    with pytest.raises(TooManyOffers):
        await an_offer(desk, me, lot.code)
    await an_offer(desk, me, second.code)
    other = await somebody(desk, "+919800000003", name="Ravi")
    await an_offer(desk, other, lot.code)
    await offers.withdraw(desk, actor_id=me, code=made[0].code)
    await an_offer(desk, me, lot.code)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kg", 0),
        ("kg", -5),
        ("kg", 1_000_001),
        ("kg", 2.5),
        ("price_paise", 0),
        ("price_paise", -1),
        ("price_paise", 100_000_001),
        ("per", "bag"),
        ("note", "x" * 301),
        ("pay_by", "barter"),
        ("logistics_paise", -1),
        ("logistics_paise", 10**12),
    ],
)
async def test_terms_outside_the_limits_are_refused(desk: Desk, field: str, value) -> None:
    lot, me = await straw(desk, await farmer(desk)), await buyer(desk)
    terms = {"kg": 1_000, "price_paise": 20_000, "per": "quintal"} | {field: value}
    with pytest.raises(BadTerms) as refusal:
        await offers.make(desk, buyer_id=me, code=lot.code, **terms)
    assert refusal.value.field == field
    assert await board.made_by(desk, me) == ()
    assert await news(desk) == []


async def test_what_cannot_be_offered_for(desk: Desk) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    lot, fixed = await straw(desk, seller), await straw(desk, seller, negotiable=False)
    for refusal, who, code, kg in (
        (OwnListing, seller, lot.code, 1_000),
        (ListingGone, me, "LZZZZ9", 1_000),
        (NotEnoughLeft, me, lot.code, 12_001),
        (NotNegotiable, me, fixed.code, 1_000),
    ):
        with pytest.raises(refusal):
            await an_offer(desk, who, code, kg=kg)
    with pytest.raises(NoSuchPerson):
        await an_offer(desk, uuid4(), lot.code)
    with pytest.raises(NotYours):
        await offers.make(
            desk, buyer_id=me, actor_id=seller, code=lot.code, kg=1, price_paise=20_000, per="quintal"
        )
    assert (await desk.db.execute(select(func.count()).select_from(t))).scalar() == 0
    assert (await book_as_shown(desk, buyer_id=me, code=fixed.code, kg=1_000)).state == "pending"


async def test_a_price_off_by_ten_is_asked_back_and_taken_when_meant(desk: Desk) -> None:
    seller, me, lot, made = await offered(desk)
    with pytest.raises(PriceLooksWrong) as asked:
        await an_offer(desk, me, lot.code, price=1_000)  # ten rupees a quintal
    assert (asked.value.field, asked.value.suggestions) == ("price_paise", (10_000, 100_000))
    with pytest.raises(PriceLooksWrong) as asked:
        await offers.counter(desk, actor_id=seller, code=made.code, price_paise=2_500_000)
    assert asked.value.suggestions == (25_000, 250_000)
    assert await board.by_code(desk, made.code) == made
    meant = await offers.counter(desk, actor_id=seller, code=made.code, price_paise=2_500_000, sure=True)
    assert meant.price_paise == 2_500_000
    with pytest.raises(PriceLooksWrong):
        await straw(desk, seller, price_paise=1_800_000, sure=False)
    assert (await straw(desk, seller, price_paise=1_800_000, per="t", sure=False)).state == "active"


async def test_an_unknown_pincode_is_no_place(desk: Desk) -> None:
    seller = await farmer(desk)
    with pytest.raises(BadTerms) as refusal:
        await straw(desk, seller, place=replace((await straw(desk, seller)).place, pincode="999999"))
    assert refusal.value.field == "place"


async def test_the_seller_sees_all_offers_best_first_and_a_buyer_their_own(desk: Desk) -> None:
    seller, me, lot, low = await offered(desk, price=18_000)
    other = await somebody(desk, "+919800000003", name="Ravi")
    high = await an_offer(desk, other, lot.code, kg=1_000, price=23_000)
    assert [one.code for one in await board.open_on(desk, lot.code, seller)] == [high.code, low.code]
    assert [one.code for one in await board.open_on(desk, lot.code, me)] == [low.code]
    assert await board.by_code(replace(desk, tenant=2), low.code) is None


async def test_a_named_price_is_never_rewritten(desk: Desk) -> None:
    await offered(desk)
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with desk.db.begin_nested():
            await desk.db.execute(text("UPDATE offer_step SET price_paise = 1"))


async def hot_lot(engine: AsyncEngine, n: int) -> tuple[UUID, list[str]]:
    """50 offers of 1 t each on one lot of 12 t."""
    async with open_desk(engine, TENANT, NOW) as desk:
        seller = await farmer(desk)
        lot = await straw(desk, seller)
        people = [await somebody(desk, f"+9198000001{k:02}", name=f"B{k}") for k in range(n)]
        return seller, [(await an_offer(desk, each, lot.code, kg=1_000)).code for each in people]


async def race(engine: AsyncEngine, accept, seller: UUID, codes: list[str]) -> list[str]:
    start = asyncio.Event()

    async def one(code: str) -> str:
        await start.wait()
        try:
            async with open_desk(engine, TENANT, NOW) as desk:
                await accept(desk, seller, code)
        except Refused as refusal:
            return type(refusal).__name__
        return "accepted"

    running = [asyncio.create_task(one(code)) for code in codes]
    start.set()
    return await asyncio.gather(*running)


async def promised(engine: AsyncEngine) -> tuple[int, int, str]:
    async with open_desk(engine, TENANT, NOW) as desk:
        sold = (await desk.db.execute(select(func.sum(booking.c.kg)))).scalar_one()
        lot = (await desk.db.execute(select(listing.c.kg_left, listing.c.state))).one()
        return int(sold), lot.kg_left, lot.state


async def test_fifty_yeses_on_one_hot_lot_never_oversell(engine: AsyncEngine, clean: None) -> None:
    seller, codes = await hot_lot(engine, 50)

    async def accept(desk: Desk, seller: UUID, code: str) -> None:
        await offers.accept(desk, actor_id=seller, code=code)

    ended = await race(engine, accept, seller, codes)
    assert ended.count("accepted") == 12
    assert set(ended) <= {"accepted", "NotEnoughLeft", "Moved"}
    assert await promised(engine) == (12_000, 0, "booked")
    async with open_desk(engine, TENANT, NOW) as desk:
        states = await desk.db.execute(select(t.c.state, func.count()).group_by(t.c.state))
        assert dict(tuple(row) for row in states) == {"accepted": 12, "expired": 38}


async def test_who_looks_first_and_takes_later_oversells(engine: AsyncEngine, clean: None) -> None:
    seller, codes = await hot_lot(engine, 4)
    looked = asyncio.Barrier(4)

    async def accept(desk: Desk, seller: UUID, code: str) -> None:
        there = await board.by_code(desk, code)
        lot = await shelf.by_code(desk, there.listing_code)
        await looked.wait()
        await desk.db.execute(update(listing).values(kg_left=lot.kg_left - there.kg))

    assert await race(engine, accept, seller, codes) == ["accepted"] * 4
    async with open_desk(engine, TENANT, NOW) as desk:
        assert (
            await desk.db.execute(select(listing.c.kg_left))
        ).scalar() == 11_000  # 4 t promised, 1 t missed


async def test_a_yes_that_crosses_another_price_binds_nobody(engine: AsyncEngine, clean: None) -> None:
    """The seller says yes to 20,000 while the buyer takes it back."""
    async with open_desk(engine, TENANT, NOW) as desk:
        seller, me, lot, made = await offered(desk)
    async with open_desk(engine, TENANT, NOW) as first:
        await offers.withdraw(first, actor_id=me, code=made.code)

        async def late() -> str:
            async with open_desk(engine, TENANT, NOW) as second:
                try:
                    await offers.accept(second, actor_id=seller, code=made.code)
                except Moved as refusal:
                    return refusal.state
            return "accepted"

        crossing = asyncio.create_task(late())
        await asyncio.sleep(0.3)
        assert not crossing.done()  # it waits for the withdrawal to be committed
    assert await crossing == "withdrawn"
    async with open_desk(engine, TENANT, NOW) as desk:
        assert await left(desk, lot.code) == ("active", 12_000)
        assert (await desk.db.execute(select(func.count()).select_from(booking))).scalar() == 0


@pytest.mark.parametrize(("was", "now"), [(None, "A"), ("A", "C"), ("C", None)])
async def test_a_price_is_good_for_the_grade_that_it_was_named_for(
    desk: Desk, was: str | None, now: str | None
) -> None:
    """The lot is graded anew before the yes: the price is named once more, and then it may be agreed to."""
    seller, me = await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)

    async def graded(letter: str | None) -> None:
        await desk.db.execute(update(listing).where(listing.c.code == lot.code).values(grade=letter))

    await graded(was)
    made = await an_offer(desk, me, lot.code)
    await graded(now)
    with pytest.raises(LotChanged) as changed:
        await offers.accept(desk, actor_id=seller, code=made.code)
    assert (changed.value.grade, await left(desk, lot.code)) == (now, ("active", 12_000))
    waits = await board.by_code(desk, made.code)
    assert waits and (waits.turn, waits.for_grade, waits.as_graded) == ("seller", was, False)
    again = await offers.counter(desk, actor_id=seller, code=made.code)
    assert (again.price_paise, again.for_grade, again.as_graded) == (made.price_paise, now, True)
    agreed = await offers.accept(desk, actor_id=me, code=made.code)
    assert (agreed.terms.grade, agreed.kg) == (now, 5_000)


@pytest.mark.parametrize("changed", [{"grade": "B"}, {"grade": None}, {"price_paise": 19_000}, {"per": "t"}])
async def test_an_offer_is_made_for_the_lot_that_was_seen(desk: Desk, changed: dict[str, Any]) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    await desk.db.execute(update(listing).where(listing.c.code == lot.code).values(grade="A"))
    seen = Seen(price_paise=lot.price_paise, per=lot.per, grade="A")
    await desk.db.execute(update(listing).where(listing.c.code == lot.code).values(**changed))
    now: dict[str, Any] = {**seen, **changed}
    with pytest.raises(LotChanged) as moved:
        await an_offer(desk, me, lot.code, seen=seen)
    assert {name: getattr(moved.value, name) for name in seen} == now
    assert not await board.made_by(desk, me)
    made = await an_offer(desk, me, lot.code, seen=Seen(**now))  # type: ignore[typeddict-item]
    assert made.for_grade == now["grade"]


async def test_a_yes_that_crosses_another_grade_binds_nobody(engine: AsyncEngine, clean: None) -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        seller, _, lot, made = await offered(desk)
    async with open_desk(engine, TENANT, NOW) as first:
        await first.db.execute(update(listing).where(listing.c.code == lot.code).values(grade="C"))

        async def late() -> str:
            async with open_desk(engine, TENANT, NOW) as second:
                try:
                    await offers.accept(second, actor_id=seller, code=made.code)
                except LotChanged as refusal:
                    return str(refusal.grade)
            return "accepted"

        crossing = asyncio.create_task(late())
        await asyncio.sleep(0.3)
        assert not crossing.done()  # it waits for the grade to be committed
    assert await crossing == "C"
    async with open_desk(engine, TENANT, NOW) as desk:
        assert await left(desk, lot.code) == ("active", 12_000)


async def test_what_speaks_against_an_offer_is_known_before_it_is_made(desk: Desk) -> None:
    """As whoever asks for somebody's yes must know it; nothing is changed by looking."""
    seller, client = await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    how: dict[str, Any] = {"buyer_id": client, "code": lot.code}
    with pytest.raises(NotEnoughLeft):
        await allowed.may_offer(desk, kg=lot.kg_left + 1, price_paise=24_000, per="quintal", sure=True, **how)
    with pytest.raises(NotEnoughLeft):
        await allowed.may_book(desk, kg=lot.kg_left + 1, **how)
    await allowed.may_offer(desk, kg=5_000, price_paise=24_000, per="quintal", sure=True, **how)
    assert await board.open_on(desk, lot.code, seller) == ()
    made = await offers.make(desk, kg=5_000, price_paise=24_000, per="quintal", sure=True, **how)
    with pytest.raises(NotMet):
        await allowed.may_counter(desk, actor_id=client, code=made.code, price_paise=24_500, sure=True)
    await allowed.may_counter(desk, actor_id=seller, code=made.code, price_paise=24_500, sure=True)
    (there,) = await board.open_on(desk, lot.code, seller)
    assert (there.price_paise, there.turn) == (24_000, "seller")
