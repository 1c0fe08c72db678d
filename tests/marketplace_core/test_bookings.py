"""From a listing to an agreement and back."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.accounts import commands as accounts
from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings import queries as agreements
from marketplace_core.bookings.rules import total_paise
from marketplace_core.bookings.transitions import BOOKING_LIFE, STATES
from marketplace_core.desk import Desk, open_desk, sit_down
from marketplace_core.errors import (
    BadTerms,
    ListingGone,
    Moved,
    NoSuchPerson,
    NotEnoughLeft,
    NotYours,
    OwnListing,
)
from marketplace_core.escrow import commands as escrow
from marketplace_core.events import claim, event, mark_noticed
from marketplace_core.listings import commands as listings
from marketplace_core.listings import queries as shelf
from marketplace_core.listings.models import listing
from marketplace_core.offers import commands as offers
from marketplace_core.offers.errors import LotChanged
from marketplace_core.offers.models import offer
from marketplace_core.payments import showing
from marketplace_core.seed import TENANT
from tests.conftest import NOW
from tests.marketplace_core.people import MOGA, book_as_shown, booked, buyer, farmer, somebody, straw

LATER = NOW + timedelta(hours=24)


async def left(desk: Desk, code: str) -> tuple[str, int]:
    there = await shelf.by_code(desk, code)
    assert there is not None
    return there.state, there.kg_left


async def news(desk: Desk) -> list[tuple[str, str]]:
    return [(one.kind, one.subject) for one in await claim(desk, 100) if one.kind.startswith("booking")]


async def test_booking_reserves_a_part_and_leaves_the_rest_for_sale(desk: Desk) -> None:
    seller, me, lot, agreed = await booked(desk)
    assert (agreed.state, agreed.kg, agreed.commodity, agreed.unit) == ("pending", 5_000, "paddy_straw", "t")
    assert (agreed.price_paise, agreed.per, agreed.total_paise) == (25_000, "quintal", 50 * 25_000)
    assert (agreed.listing_code, agreed.place.village) == (lot.code, "Moga")
    assert (agreed.seller_id, agreed.seller_name) == (seller, "Gurpreet")
    assert (agreed.buyer_id, agreed.buyer_name, agreed.my_role) == (me, "Asha", "buyer")
    assert agreed.code[0] == "B"
    assert await left(desk, lot.code) == ("active", 7_000)
    assert replace(agreed, my_role=None) == await agreements.by_code(desk, agreed.code.lower())
    accepted = (await desk.db.execute(select(offer))).one()
    assert (accepted.state, accepted.kg, accepted.price_paise) == ("accepted", 5_000, 25_000)


async def test_the_seller_hears_of_it_without_names_or_numbers(desk: Desk) -> None:
    seller, me, lot, agreed = await booked(desk)
    (told,) = [one for one in await claim(desk, 10) if one.kind == "booking.pending"]
    assert told.subject == agreed.code
    assert told.about == {
        "seller_id": str(seller),
        "buyer_id": str(me),
        "actor_id": str(me),
        "listing": lot.code,
        "kg": 5_000,
    }


async def test_booking_everything_takes_the_listing_off_the_shelf(desk: Desk) -> None:
    _, _, lot, _ = await booked(desk, kg=12_000)
    assert await left(desk, lot.code) == ("booked", 0)
    assert await shelf.near(desk, commodity=None, lat=MOGA.lat, lon=MOGA.lon, km=9) == ()
    third = await somebody(desk, "+919800000003", name="Ravi")
    with pytest.raises(ListingGone):
        await book_as_shown(desk, buyer_id=third, code=lot.code, kg=1)


async def test_more_than_is_left_is_refused_with_what_is_left(desk: Desk) -> None:
    _, me, lot, _ = await booked(desk)
    with pytest.raises(NotEnoughLeft) as refusal:
        await book_as_shown(desk, buyer_id=me, code=lot.code, kg=7_001)
    assert refusal.value.left_kg == 7_000
    assert await left(desk, lot.code) == ("active", 7_000)
    assert len(await agreements.mine(desk, me)) == 1


@pytest.mark.parametrize("kg", [0, -1, 1_000_001])
async def test_no_such_quantity(desk: Desk, kg: int) -> None:
    lot = await straw(desk, await farmer(desk))
    with pytest.raises(BadTerms):
        await book_as_shown(desk, buyer_id=await buyer(desk), code=lot.code, kg=kg)
    assert await left(desk, lot.code) == ("active", 12_000)


async def test_what_cannot_be_booked(desk: Desk) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    with pytest.raises(OwnListing):
        await book_as_shown(desk, buyer_id=seller, code=lot.code, kg=1)
    with pytest.raises(ListingGone):
        await book_as_shown(desk, buyer_id=me, code="LZZZZZ", kg=1)
    with pytest.raises(NoSuchPerson):
        await book_as_shown(desk, buyer_id=uuid4(), code=lot.code, kg=1)
    await listings.cancel(desk, seller_id=seller, code=lot.code)
    with pytest.raises(ListingGone):
        await book_as_shown(desk, buyer_id=me, code=lot.code, kg=1)
    assert (await desk.db.execute(select(func.count()).select_from(offer))).scalar() == 0
    assert await news(desk) == []


async def test_nothing_is_booked_at_another_price_or_grade_than_was_seen(desk: Desk) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    asked = {"buyer_id": me, "code": lot.code, "kg": 5_000}
    seen = asked | {"price_paise": lot.price_paise, "per": lot.per, "grade": None}
    await listings.change(desk, seller_id=seller, code=lot.code, price_paise=30_000, sure=True)
    with pytest.raises(LotChanged) as moved:
        await offers.book_at_listed_price(desk, **seen)
    assert (moved.value.price_paise, moved.value.per) == (30_000, "quintal")
    await listings.change(desk, seller_id=seller, code=lot.code, price_paise=25_000, per="kg", sure=True)
    with pytest.raises(LotChanged):
        await offers.book_at_listed_price(desk, **seen)
    assert await left(desk, lot.code) == ("active", 12_000)
    await listings.change(desk, seller_id=seller, code=lot.code, per="quintal", sure=True)
    for was, now in ((None, "A"), ("A", "C"), ("C", None)):
        await desk.db.execute(update(listing).where(listing.c.code == lot.code).values(grade=now))
        with pytest.raises(LotChanged) as moved:
            await offers.book_at_listed_price(desk, **seen | {"grade": was})
        assert moved.value.grade == now
    assert await left(desk, lot.code) == ("active", 12_000)
    agreed = await offers.book_at_listed_price(desk, **seen)
    assert (agreed.total_paise, agreed.terms.grade) == (1_250_000, None)


async def test_the_seller_confirms_and_the_goods_stay_reserved(desk: Desk) -> None:
    seller, me, lot, agreed = await booked(desk)
    confirmed = await bookings.confirm(desk, actor_id=seller, code=agreed.code)
    assert (confirmed.state, confirmed.moved_by, confirmed.my_role) == ("confirmed", "seller", "seller")
    assert await left(desk, lot.code) == ("active", 7_000)
    assert await news(desk) == [("booking.pending", agreed.code), ("booking.confirmed", agreed.code)]
    assert [(one.state, one.my_role) for one in await agreements.mine(desk, me)] == [("confirmed", "buyer")]
    assert [(one.state, one.my_role) for one in await agreements.mine(desk, seller)] == [
        ("confirmed", "seller")
    ]


async def test_only_the_seller_confirms(desk: Desk) -> None:
    _, me, _, agreed = await booked(desk)
    stranger = await somebody(desk, "+919800000003", name="Ravi")
    for actor in (me, stranger, uuid4()):
        with pytest.raises(NotYours):
            await bookings.confirm(desk, actor_id=actor, code=agreed.code)
    with pytest.raises(NotYours):
        await bookings.confirm(desk, actor_id=me, code="BZZZZZ")
    assert (await agreements.by_code(desk, agreed.code)).state == "pending"
    assert await news(desk) == [("booking.pending", agreed.code)]


async def test_confirming_twice_tells_that_it_is_confirmed(desk: Desk) -> None:
    seller, _, _, agreed = await booked(desk)
    await bookings.confirm(desk, actor_id=seller, code=agreed.code)
    with pytest.raises(Moved) as refusal:
        await bookings.confirm(desk, actor_id=seller, code=agreed.code)
    assert refusal.value.state == "confirmed"
    assert len(await news(desk)) == 2


@pytest.mark.parametrize("who", ["seller", "buyer", "operator"])
@pytest.mark.parametrize("confirmed_before", [False, True])
async def test_calling_off_gives_the_goods_back(desk: Desk, who: str, confirmed_before: bool) -> None:
    seller, me, lot, agreed = await booked(desk, kg=12_000)
    operator = await somebody(desk, "+919800000004", name="Office")
    await accounts.add_role(desk, operator, "operator")
    if confirmed_before:
        await bookings.confirm(desk, actor_id=seller, code=agreed.code)
    actor = {"seller": seller, "buyer": me, "operator": operator}[who]
    off = await bookings.cancel(desk, actor_id=actor, code=agreed.code, why="rain")
    assert (off.state, off.moved_by, off.why) == ("cancelled", who, "rain")
    assert await left(desk, lot.code) == ("active", 12_000)
    heard = await claim(desk, 10)
    assert [one.kind for one in heard].count("listing.reopened") == 1
    (told,) = [one for one in heard if one.kind == "booking.cancelled"]
    assert (told.about["by"], told.about["actor_id"]) == (who, str(actor))
    assert "rain" not in str(told.about)  # what people say may name somebody; events go out to others
    with pytest.raises(Moved):
        await bookings.cancel(desk, actor_id=actor, code=agreed.code, why="")
    assert await left(desk, lot.code) == ("active", 12_000)


async def test_a_stranger_calls_nothing_off(desk: Desk) -> None:
    _, _, lot, agreed = await booked(desk)
    stranger = await somebody(desk, "+919800000003", name="Ravi")
    with pytest.raises(NotYours):
        await bookings.cancel(desk, actor_id=stranger, code=agreed.code, why="")
    assert await left(desk, lot.code) == ("active", 7_000)


async def test_goods_given_back_to_a_listing_that_is_over_are_not_for_sale_again(desk: Desk) -> None:
    seller, me, lot, agreed = await booked(desk)
    await listings.cancel(desk, seller_id=seller, code=lot.code)
    await bookings.cancel(desk, actor_id=me, code=agreed.code, why="")
    assert await left(desk, lot.code) == ("cancelled", 12_000)


async def test_a_fully_booked_listing_that_ran_out_meanwhile_comes_back_expired(desk: Desk) -> None:
    seller, me, lot, agreed = await booked(desk, kg=12_000)
    await bookings.confirm(desk, actor_id=seller, code=agreed.code)
    after = replace(desk, now=NOW + timedelta(days=31))
    await bookings.cancel(after, actor_id=me, code=agreed.code, why="")
    assert await left(after, lot.code) == ("expired", 12_000)


async def test_unanswered_for_a_day_it_is_called_off_by_time(desk: Desk) -> None:
    seller, _, lot, agreed = await booked(desk)
    assert await bookings.expire_pending(replace(desk, now=LATER - timedelta(seconds=1))) == 0
    after = replace(desk, now=LATER)
    # the job has not run yet, and still it is over
    assert (await agreements.by_code(after, agreed.code)).state == "cancelled"
    with pytest.raises(Moved) as refusal:
        await bookings.confirm(after, actor_id=seller, code=agreed.code)
    assert refusal.value.state == "cancelled"
    assert await bookings.expire_pending(after) == 1
    assert await bookings.expire_pending(after) == 0
    over = await agreements.by_code(after, agreed.code)
    assert (over.state, over.moved_by, over.moved_at) == ("cancelled", "time", LATER)
    assert await left(after, lot.code) == ("active", 12_000)
    told = (await claim(desk, 10))[-1]
    assert (told.kind, told.about["by"], told.about["actor_id"]) == ("booking.cancelled", "time", None)


async def test_a_booking_confirmed_for_cash_does_not_lapse(desk: Desk) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    agreed = await book_as_shown(desk, buyer_id=me, code=lot.code, kg=5_000, pay_by="cash")
    await bookings.confirm(desk, actor_id=seller, code=agreed.code)
    after = replace(desk, now=NOW + timedelta(days=10))
    assert await bookings.run_out(after) == 0
    assert (await agreements.by_code(after, agreed.code)).state == "confirmed"
    assert await left(after, lot.code) == ("active", 7_000)


async def test_many_overdue_bookings_of_one_listing_are_given_back_together(desk: Desk) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    lots = [await straw(desk, seller), await straw(desk, seller)]
    for lot in (*lots, *lots):
        await book_as_shown(desk, buyer_id=me, code=lot.code, kg=6_000)
    assert await left(desk, lots[0].code) == ("booked", 0)
    after = replace(desk, now=LATER)
    assert await bookings.expire_pending(after) == 4
    assert [await left(after, lot.code) for lot in lots] == [("active", 12_000)] * 2


async def test_another_tenants_bookings_stay_theirs(desk: Desk) -> None:
    seller, _, _, agreed = await booked(desk)
    elsewhere = await sit_down(desk.db, 2, LATER)
    assert await agreements.by_code(elsewhere, agreed.code) is None
    assert await agreements.mine(elsewhere, seller) == ()
    assert await bookings.expire_pending(elsewhere) == 0
    with pytest.raises(NotYours):
        await bookings.cancel(elsewhere, actor_id=seller, code=agreed.code, why="")


async def test_my_bookings_come_newest_first_and_no_more_than_asked(desk: Desk) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    lot, mine = await straw(desk, seller), await straw(desk, me)
    codes = [(await book_as_shown(desk, buyer_id=me, code=lot.code, kg=1_000)).code for _ in range(3)]
    sold = (await book_as_shown(desk, buyer_id=seller, code=mine.code, kg=1_000)).code
    assert [(one.code, one.my_role) for one in await agreements.mine(desk, me)] == [
        (sold, "seller"),
        *((code, "buyer") for code in reversed(codes)),
    ]
    assert [one.code for one in await agreements.mine(desk, me, limit=2)] == [sold, codes[2]]


def test_the_table_of_moves_holds_together() -> None:
    moves = BOOKING_LIFE.moves
    assert {state for move in moves for state in (*move.source, move.target)} == set(STATES)
    assert all((move.after is not None) == ("time" in move.by) for move in moves)
    assert not any(set(move.source) & {"completed", "cancelled"} for move in moves)
    names = {who: {move.name for move in BOOKING_LIFE.open_to(who, "pending")} for who in ("seller", "buyer")}
    assert names == {"seller": {"confirm", "cancel"}, "buyer": {"cancel"}}
    assert BOOKING_LIFE.open_to("seller", "completed") == ()


@given(st.integers(1, 1_000_000), st.integers(1, 100_000_000), st.sampled_from(["kg", "quintal", "t"]))
def test_a_total_is_the_nearest_whole_paisa(kg: int, price: int, per: str) -> None:
    unit = {"kg": 1, "quintal": 100, "t": 1000}[per]
    total = total_paise(kg, price, per)
    assert abs(total * unit - kg * price) * 2 <= unit
    assert total_paise(unit, price, per) == price
    assert total_paise(kg * unit, price, per) == kg * price
    assert total < 2**63


def test_half_a_paisa_is_rounded_up() -> None:
    assert total_paise(50, 1, "quintal") == 1
    assert total_paise(49, 1, "quintal") == 0


async def test_events_are_claimed_once_and_told_once(engine: AsyncEngine, clean: None) -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        await booked(desk)
    async with engine.connect() as one, engine.connect() as other:
        here, there = await sit_down(one, TENANT, NOW), await sit_down(other, TENANT, NOW)
        ours = await claim(here, 1)
        theirs = await claim(there, 10)
        assert [event.kind for event in ours] == ["listing.published"]
        assert [event.kind for event in theirs] == ["booking.pending"]
        await mark_noticed(here, [ours[0].id])
        await one.commit()
        await other.rollback()  # as if killed: what it had claimed comes again
        here = await sit_down(one, TENANT, NOW)  # the seat was left with the transaction
        assert [event.kind for event in await claim(here, 10)] == ["booking.pending"]


async def test_what_is_rolled_back_was_never_told(engine: AsyncEngine, clean: None) -> None:
    async with engine.connect() as db:
        await booked(await sit_down(db, TENANT, NOW))
        await db.rollback()
        await sit_down(db, TENANT, NOW)
        assert (await db.execute(select(func.count()).select_from(event))).scalar() == 0


async def test_what_is_asked_for_is_found_behind_nine_newer_ones_of_another_kind(desk: Desk) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    oldest = await book_as_shown(desk, buyer_id=me, code=lot.code, kg=1_000)
    for _ in range(9):
        newer = await book_as_shown(desk, buyer_id=me, code=lot.code, kg=1_000)
        await bookings.cancel(desk, actor_id=me, code=newer.code, why="")
    assert oldest.code not in {each.code for each in await agreements.mine(desk, me)}
    for person, role, other in ((me, "buyer", "seller"), (seller, "seller", "buyer")):
        found = await agreements.mine(desk, person, states={role: ("pending",)})
        assert [(each.code, each.my_role) for each in found] == [(oldest.code, role)]
        assert await agreements.mine(desk, person, states={other: ("pending",)}) == ()
    late = replace(desk, now=LATER + timedelta(minutes=1))
    assert await agreements.mine(late, me, states={"buyer": ("pending",)}) == ()


async def test_what_is_not_paid_is_found_behind_nine_that_are(desk: Desk) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    agreed = [await book_as_shown(desk, buyer_id=me, code=lot.code, kg=1_000) for _ in range(10)]
    for each in agreed:
        await bookings.confirm(desk, actor_id=seller, code=each.code)
    for each in agreed[1:]:
        await escrow.pay_in(desk, uuid4(), buyer_id=me, paise=each.due_paise, subject=each.code)
        await escrow.secure(desk, each.id)
    assert [each.code for each in await showing.unpaid(desk, me, ("confirmed",))] == [agreed[0].code]
    assert await showing.unpaid(desk, seller, ("confirmed",)) == ()
