"""Who waits for something hears of it when it comes, once, and not too often."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import BadTerms, Moved, NoSuchPerson, NotFound
from marketplace_core.events import Event, claim
from marketplace_core.listings import commands as listings
from marketplace_core.listings.models import listing
from marketplace_core.listings.queries import Listing, by_code
from marketplace_core.places.distance import km_between
from marketplace_core.wishes.commands import end_wish, expire, make_wish
from marketplace_core.wishes.errors import TooManyWishes
from marketplace_core.wishes.matching import tell_who_waits, waiting
from marketplace_core.wishes.models import wish_match
from marketplace_core.wishes.queries import Wish, matched, mine
from marketplace_core.wishes.rules import MOST_A_DAY, MOST_BUYERS, MOST_WISHES, square_of, squares_around
from tests.conftest import NOW
from tests.marketplace_core.people import LUDHIANA, MANDYA, MOGA, buyer, farmer, somebody, straw

STRAW_WANTED: dict[str, Any] = {
    "commodity": "paddy_straw",
    "place": LUDHIANA,
    "km": 100,
    "until": NOW + timedelta(days=60),
}


async def wish(desk: Desk, buyer_id: UUID, **terms: Any) -> Wish:
    return await make_wish(desk, buyer_id=buyer_id, **(STRAW_WANTED | terms))


async def told(desk: Desk) -> list[Event]:
    return [event for event in await claim(desk, 1000) if event.kind == "wish.matched"]


async def test_a_new_lot_is_told_to_who_waits_for_it(desk: Desk) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    mine_ = await wish(desk, me)
    await wish(desk, me, commodity="wheat")
    lot = await straw(desk, seller)
    (event,) = await told(desk)
    assert (event.subject, event.at) == (lot.code, NOW)
    assert event.about == {
        "buyer_id": str(me),
        "wish": str(mine_.id),
        "listing": lot.code,
        "commodity": "paddy_straw",
        "kg_left": 12_000,
    }
    assert [one.code for one in await matched(desk, mine_.id)] == [lot.code]


@pytest.mark.parametrize(
    ("wanted", "offered"),
    [
        ({"commodity": "wheat"}, {}),
        ({"km": 60}, {}),  # Moga lies 65 km from Ludhiana
        ({"place": MANDYA, "km": 200}, {}),
        ({"least_kg": 12_001}, {}),
        ({"most_kg": 11_999}, {}),
        ({"price_paise": 24_999, "per": "quintal"}, {}),
        ({"price_paise": 249_999, "per": "t"}, {}),
        ({"grade": "B"}, {}),  # nobody graded it
        ({"grade": "B"}, {"grade": "C"}),
    ],
)
async def test_what_does_not_fit_is_not_told(
    desk: Desk, wanted: dict[str, Any], offered: dict[str, Any]
) -> None:
    await wish(desk, await buyer(desk), **wanted)
    lot = await graded(desk, await straw(desk, await farmer(desk)), **offered)
    assert await tell_who_waits(desk, lot) == 0
    assert await told(desk) == []


@pytest.mark.parametrize(
    ("wanted", "offered"),
    [
        ({"km": 66}, {}),
        ({"least_kg": 12_000, "most_kg": 12_000}, {}),
        ({"price_paise": 25_000, "per": "quintal"}, {}),
        ({"price_paise": 250, "per": "kg"}, {}),
        ({"price_paise": 250_000, "per": "t"}, {}),
        ({"grade": "B"}, {"grade": "B"}),
        ({"grade": "B"}, {"grade": "A"}),
        ({"until": NOW + timedelta(seconds=1)}, {}),
    ],
)
async def test_what_just_fits_is_told(desk: Desk, wanted: dict[str, Any], offered: dict[str, Any]) -> None:
    await wish(desk, await buyer(desk), **wanted)
    lot = await graded(desk, await straw(desk, await farmer(desk)), **offered)
    await tell_who_waits(desk, lot)
    assert len(await told(desk)) == 1


async def graded(desk: Desk, lot: Listing, grade: str | None = None) -> Listing:
    if grade is None:
        return lot
    await desk.db.execute(listing.update().where(listing.c.id == lot.id).values(grade=grade))
    again = await by_code(desk, lot.code)
    assert again
    return again


async def test_nobody_is_told_of_their_own_lot(desk: Desk) -> None:
    seller = await farmer(desk)
    await wish(desk, seller)
    await straw(desk, seller)
    assert await told(desk) == []


async def test_a_buyer_hears_of_a_lot_once_whatever_they_wish_and_however_often_it_is_renewed(
    desk: Desk,
) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    first = await wish(desk, me)
    await wish(desk, me, km=200)
    lot = await straw(desk, seller)
    await listings.renew(desk, seller_id=seller, code=lot.code)
    (event,) = await told(desk)
    assert event.about["wish"] == str(first.id)


async def test_a_renewed_lot_is_told_to_who_came_later_and_a_cheaper_one_to_who_waited_for_that(
    desk: Desk,
) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    await wish(desk, me, price_paise=20_000, per="quintal")
    await listings.renew(desk, seller_id=seller, code=lot.code)
    assert await told(desk) == []
    assert await tell_who_waits(desk, replace(lot, price_paise=20_000)) == 1
    late = await somebody(desk, "+919800000077", name="Late", place=LUDHIANA)
    await wish(desk, late)
    await listings.renew(desk, seller_id=seller, code=lot.code)
    assert [event.about["buyer_id"] for event in await told(desk)] == [str(me), str(late)]


async def test_what_is_not_for_sale_is_told_to_nobody(desk: Desk) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    gone = await listings.cancel(desk, seller_id=seller, code=lot.code)
    await wish(desk, me)
    assert await tell_who_waits(desk, gone) == 0
    assert await told(desk) == []


async def test_a_buyer_hears_of_so_many_lots_a_day_india_s_day(desk: Desk) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    await wish(desk, me)
    for _ in range(MOST_A_DAY + 2):
        await straw(desk, seller)
    assert len(await told(desk)) == MOST_A_DAY
    before_midnight = replace(desk, now=NOW.replace(hour=23, minute=59))
    await straw(before_midnight, seller)
    assert len(await told(desk)) == MOST_A_DAY
    await straw(replace(desk, now=NOW.replace(hour=0) + timedelta(days=1)), seller)
    assert len(await told(desk)) == MOST_A_DAY + 1


async def test_one_lot_is_told_to_so_many_buyers_at_once_the_nearest(desk: Desk) -> None:
    seller = await farmer(desk)
    many = MOST_BUYERS + 5
    buyers = (
        await desk.db.execute(
            text(
                "INSERT INTO person (tenant_id, created_at) "
                "SELECT 1, :now FROM generate_series(1, :many) RETURNING id"
            ),
            {"now": NOW, "many": many},
        )
    ).scalars()
    nearest_first = list(buyers)
    for number, each in enumerate(nearest_first):
        away = replace(MOGA, lat=MOGA.lat + number / 200)
        await wish(desk, each, place=away)
    lot = await straw(desk, seller)
    heard = {event.about["buyer_id"] for event in await told(desk)}
    assert heard == {str(each) for each in nearest_first[:MOST_BUYERS]}
    assert await tell_who_waits(desk, lot) == 5  # renewed, it reaches the others


async def test_a_row_of_narrow_wishes_does_not_find_the_farm(desk: Desk) -> None:
    """The circle is drawn around the place that strangers see, a kilometre wide of the farm."""
    exact = replace(MOGA, lat=30.8051, lon=75.1651)  # shown as 30.81, 75.17: more than half a kilometre off
    at_farm, at_shown = await buyer(desk), await somebody(desk, "+919800000078", name="Other")
    away = km_between(exact.lat, exact.lon, 30.81, 75.17)
    assert away > 0.5
    lot = replace(await straw(desk, await farmer(desk), place=exact), code="LTEST9")
    await wish(
        desk, at_shown, place=replace(MOGA, lat=30.8185, lon=75.17), km=1
    )  # 0.95 km from what is shown
    await wish(desk, at_farm, place=replace(MOGA, lat=30.797, lon=75.1651), km=1)  # 0.9 km from the farm
    await tell_who_waits(desk, lot)
    assert [event.about["buyer_id"] for event in await told(desk)] == [str(at_shown)]


async def test_a_wish_ends_when_its_buyer_says_so(desk: Desk) -> None:
    me = await buyer(desk)
    one, other = await wish(desk, me), await wish(desk, me, commodity="wheat")
    assert await mine(desk, me) == (other, one)
    assert (await end_wish(desk, buyer_id=me, wish_id=one.id)).state == "ended"
    assert await mine(desk, me) == (other,)
    await straw(desk, await farmer(desk))
    assert await told(desk) == []
    with pytest.raises(Moved):
        await end_wish(desk, buyer_id=me, wish_id=one.id)
    for buyer_id, wish_id in ((await farmer(desk), other.id), (me, uuid4())):
        with pytest.raises(NotFound):
            await end_wish(desk, buyer_id=buyer_id, wish_id=wish_id)
    assert await mine(desk, me) == (other,)


async def test_a_wish_ends_on_its_day_even_before_the_job_runs(desk: Desk) -> None:
    me = await buyer(desk)
    one = await wish(desk, me)
    await wish(desk, me, commodity="wheat", until=NOW + timedelta(days=90))
    after = replace(desk, now=one.until)
    assert [each.commodity for each in await mine(after, me)] == ["wheat"]
    await straw(after, await farmer(desk), available_from=date(2027, 2, 1))
    assert await told(desk) == []
    with pytest.raises(Moved):
        await end_wish(after, buyer_id=me, wish_id=one.id)
    assert await expire(after) == 1
    assert await expire(after) == 0
    (ended,) = [event for event in await claim(desk, 100) if event.kind == "wish.ended"]
    assert (ended.subject, ended.about["buyer_id"], ended.about["by"]) == (str(one.id), str(me), "time")


async def test_a_buyer_has_so_many_wishes_and_no_more(desk: Desk) -> None:
    me = await buyer(desk)
    for _ in range(MOST_WISHES):
        last = await wish(desk, me)
    with pytest.raises(TooManyWishes):
        await wish(desk, me)
    await end_wish(desk, buyer_id=me, wish_id=last.id)
    assert (await wish(desk, me)).state == "active"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("commodity", "gold"),
        ("grade", "D"),
        ("least_kg", 0),
        ("least_kg", 1.5),
        ("least_kg", 1_000_001),
        ("most_kg", 0),
        ("most_kg", 1_000_001),
        ("price_paise", 0),
        ("price_paise", -5),
        ("per", "quintal"),  # of no price
        ("km", 0),
        ("km", 201),
        ("km", True),
        ("until", NOW),
        ("until", NOW + timedelta(days=366)),
        ("place", replace(MOGA, lat=float("nan"))),
        ("place", replace(MOGA, lat=84.0)),
        ("place", replace(MOGA, lon=181.0)),
    ],
)
async def test_a_wish_outside_the_limits_is_refused_and_nothing_is_written(desk: Desk, field, value) -> None:
    me = await buyer(desk)
    more = {"per": "t"} if field == "price_paise" else {}
    with pytest.raises(BadTerms) as refusal:
        await wish(desk, me, **{field: value, **more})
    assert refusal.value.field == field
    assert await mine(desk, me) == ()
    assert await claim(desk, 10) == []


async def test_a_wish_of_nobody_is_refused(desk: Desk) -> None:
    with pytest.raises(NoSuchPerson):
        await wish(desk, uuid4())


@settings(max_examples=300, deadline=None)
@given(
    lat=st.floats(6, 37.5),
    lon=st.floats(68, 97.5),
    km=st.integers(1, 200),
    north=st.floats(-1, 1),
    east=st.floats(-1, 1),
)
def test_every_place_within_reach_lies_on_the_wish_s_square_or_next_to_it(
    lat: float, lon: float, km: int, north: float, east: float
) -> None:
    there = lat + north * km / 110, lon + east * km / 85
    square = square_of(lat, lon, km)
    assert square is not None
    if km_between(lat, lon, *there) <= km:
        assert square in squares_around(*there)


async def test_who_waits_is_found_by_an_index_behind_the_fence(
    engine: AsyncEngine, owner_url: str, clean: None
) -> None:
    async with open_desk(engine, 1, NOW) as desk:
        seller = await farmer(desk)
        lot = await straw(desk, seller)
        await desk.db.execute(text("SELECT setseed(0.5)"))
        places = [
            (8 + 27 * n / 3000, 69 + 27 * (n * 7919 % 3000) / 3000, square_of(8 + 27 * n / 3000, 69, 50))
            for n in range(3000)
        ]
        await desk.db.execute(
            text(
                "INSERT INTO wish (tenant_id, buyer_id, state, commodity, least_kg, pincode, district, "
                "place_state, lat, lon, km, square, until, created_at, moved_at, moved_by) "
                "SELECT 1, :seller, 'active', 'paddy_straw', 1, '142001', 'Moga', 'Punjab', lat, lon, 50, "
                "square, 'infinity', now(), now(), 'buyer' "
                "FROM unnest(:lats, :lons, :squares) AS at (lat, lon, square)"
            ),
            {
                "seller": seller,
                "lats": [lat for lat, _, _ in places],
                "lons": [lon for _, lon, _ in places],
                "squares": [square for *_, square in places],
            },
        )
    with create_engine(owner_url).begin() as owner:
        owner.execute(text("ANALYZE wish"))
    async with open_desk(engine, 1, NOW) as desk:
        compiled = waiting(desk, lot).compile(dialect=postgresql.psycopg.dialect())
        rows = await desk.db.exec_driver_sql(f"EXPLAIN {compiled.string}", compiled.params)
        plan = "\n".join(rows.scalars())
    assert "Seq Scan on wish " not in plan, plan
    # a condition of the index, not a filter after it
    assert re.search(r"ix_wish_square on wish .*\n +Index Cond: .* AND \(square = ANY", plan), plan


async def test_of_two_markets_each_tells_its_own_buyers(desk: Desk) -> None:
    await wish(desk, await buyer(desk))
    lot = await straw(desk, await farmer(desk))
    elsewhere = replace(desk, tenant=2)
    assert await tell_who_waits(elsewhere, lot) == 0
    assert (await desk.db.execute(select(func.count()).select_from(wish_match))).scalar() == 1
