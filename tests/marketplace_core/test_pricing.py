"""A price is a range with its date and its place, or it is not said."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from math import exp, log
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, text, update

from marketplace_core.accounts import commands as accounts
from marketplace_core.bookings.models import booking
from marketplace_core.commodities import COMMODITIES
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotYours
from marketplace_core.places import queries as places
from marketplace_core.pricing.bands import band
from marketplace_core.pricing.commands import set_residue_price
from marketplace_core.pricing.models import market, market_price
from marketplace_core.pricing.queries import quote
from marketplace_core.pricing.rules import Range, fair_range, quantile, trend, weight, widened
from tests.marketplace_core.people import LUDHIANA, MANDYA, MOGA, book_as_shown, farmer, somebody, straw

#: The last day of the shipped market days.
NEWEST = date(2026, 7, 24)
NOON = datetime.fromisoformat("2026-07-25T12:00:00+05:30")


async def town(desk: Desk, name: str):
    return (await places.search(desk, name))[0]


async def a_market(
    desk: Desk, *, commodity: str, prices: list[int], km_north: float, state: str = "Punjab"
) -> int:
    """A market north of Moga with these rupees a quintal on the last days; the newest comes first."""
    point = {"lat": MOGA.lat + km_north / 111.19, "lon": MOGA.lon}
    name = f"Test {km_north} {state}"
    made = insert(market).values(state=state, district="Testpur", name=name, exact=True, **point)
    number = (await desk.db.execute(made.returning(market.c.id))).scalar_one()
    for ago, rupees in enumerate(prices):
        paise = rupees * 100
        day = NEWEST - timedelta(days=ago)
        row = {"low_paise": paise, "likely_paise": paise, "high_paise": paise, "source": "agmarknet"}
        await desk.db.execute(
            insert(market_price).values(commodity=commodity, market_id=number, day=day, **row)
        )
    return number


@pytest.fixture
def in_july(desk: Desk) -> Desk:
    return replace(desk, now=NOON)


async def test_the_nearest_markets_speak_first(in_july: Desk) -> None:
    there = await quote(in_july, commodity="onion", place=await town(in_july, "Nashik"))
    assert there is not None
    assert (there.scope, there.where, there.per, there.as_of) == ("markets", "Nashik", "quintal", NEWEST)
    assert 0 < there.low <= there.likely <= there.high
    assert (there.age_days, there.stale) == (1, False)
    assert "Agmarknet" in there.source
    assert [near.km for near in there.nearest] == sorted(near.km for near in there.nearest)
    assert {near.district for near in there.nearest} == {"Nashik"}
    assert [reason.code for reason in there.reasons] == ["from_markets", "trend", "widened_for_age"]


async def test_only_what_is_near_and_of_the_last_days_has_a_say(in_july: Desk) -> None:
    await a_market(in_july, commodity="jute", prices=[5000, 5000, 5000, 5000, 5000], km_north=10)
    await a_market(in_july, commodity="jute", prices=[9000] * 5, km_north=101)
    there = await quote(in_july, commodity="jute", place=MOGA)
    assert there is not None
    assert (there.scope, there.market_days, there.likely) == ("markets", 5, 500_000)
    assert [(near.km, near.likely) for near in there.nearest] == [(10.0, 500_000)]


async def test_nearer_weighs_more(in_july: Desk) -> None:
    await a_market(in_july, commodity="jute", prices=[5000] * 5, km_north=5)
    await a_market(in_july, commodity="jute", prices=[9000] * 5, km_north=95)
    there = await quote(in_july, commodity="jute", place=MOGA)
    assert there is not None
    assert there.likely == 500_000


async def test_four_market_days_are_not_enough_and_it_says_so(in_july: Desk) -> None:
    await a_market(in_july, commodity="jute", prices=[5000] * 4, km_north=10)
    nowhere_near = await quote(in_july, commodity="jute", place=MOGA)
    assert nowhere_near is not None
    assert (nowhere_near.scope, nowhere_near.where, nowhere_near.nearest) == ("india", "India", ())


async def test_then_the_state_then_india(in_july: Desk) -> None:
    far = replace(MOGA, district="Nosuch", lat=8.0, lon=93.5)  # in the sea
    state = await quote(in_july, commodity="potato", place=far)
    india = await quote(in_july, commodity="potato", place=replace(far, state="Lakshadweep"))
    anywhere = await quote(in_july, commodity="potato", place=None)
    assert state is not None
    assert india is not None
    assert (state.scope, state.where, state.reasons[0].code) == ("state", "Punjab", "from_state")
    assert (india.scope, india.where, india.reasons[0].code) == ("india", "India", "from_india")
    assert anywhere == india


async def test_the_district_speaks_where_its_markets_have_no_point(in_july: Desk) -> None:
    number = await a_market(in_july, commodity="jute", prices=[5000] * 5, km_north=10)
    unplaced = {"lat": None, "lon": None, "district": MOGA.district}
    await in_july.db.execute(update(market).where(market.c.id == number).values(**unplaced))
    there = await quote(in_july, commodity="jute", place=MOGA)
    assert there is not None
    assert (there.scope, there.where, there.market_days, there.nearest) == ("district", "Moga", 5, ())


async def test_india_is_not_the_state_that_reports_most(in_july: Desk) -> None:
    for n in range(9):
        await a_market(in_july, commodity="sugarcane", prices=[300] * 9, km_north=n, state="Aland")
    await a_market(in_july, commodity="sugarcane", prices=[400] * 9, km_north=1, state="Beland")
    await in_july.db.execute(market_price.delete().where(market_price.c.source != "agmarknet"))
    there = await quote(in_july, commodity="sugarcane", place=None)
    assert there is not None
    assert (there.low, there.high) <= (30_000, 40_000)
    assert there.high >= 40_000


async def test_what_comes_tomorrow_is_not_known_today(in_july: Desk) -> None:
    yesterday = replace(in_july, now=NOON - timedelta(days=10))
    there = await quote(yesterday, commodity="wheat", place=await town(in_july, "Karnal"))
    assert there is not None
    assert there.as_of <= date(2026, 7, 15)


async def test_old_prices_are_said_with_their_age_and_a_wider_range(desk: Desk, in_july: Desk) -> None:
    place = await town(desk, "Nashik")
    fresh = await quote(in_july, commodity="onion", place=place)
    old = await quote(desk, commodity="onion", place=place)
    assert fresh is not None
    assert old is not None
    assert (old.as_of, old.age_days, old.stale) == (NEWEST, 119, True)
    assert old.likely == fresh.likely
    assert old.low < fresh.low
    assert old.high > fresh.high
    told = old.reasons[-1]
    assert (told.code, told.facts["age_days"], told.facts["low"]) == ("widened_for_age", 119, old.low)


@pytest.mark.parametrize("place", [None, LUDHIANA, MANDYA, replace(MOGA, state="Haryana", district="Karnal")])
async def test_straw_has_one_published_range_without_a_middle(desk: Desk, place) -> None:
    there = await quote(desk, commodity="paddy_straw", place=place)
    assert there is not None
    assert (there.low, there.likely, there.high) == (20_000, None, 70_000)
    assert (there.scope, there.where, there.as_of) == ("state", "Haryana", date(2022, 11, 30))
    assert "2022" in there.source
    assert there.stale


@pytest.mark.parametrize("commodity", ["wheat_straw", "cattle_dung", "bagasse", "gold", ""])
async def test_nothing_known_is_nothing_said(desk: Desk, commodity: str) -> None:
    assert await quote(desk, commodity=commodity, place=MOGA) is None
    assert await quote(desk, commodity=commodity, place=None) is None


async def test_operators_keep_what_residue_brings(desk: Desk) -> None:
    keeper = await somebody(desk, "+919800000009", name="Op")
    kept = {
        "actor_id": keeper,
        "commodity": "wheat_straw",
        "state": "Punjab",
        "low_paise": 30_000,
        "likely_paise": 40_000,
        "high_paise": 50_000,
        "as_of": date(2026, 11, 1),
        "source": "Mandi board circular",
    }
    with pytest.raises(NotYours):
        await set_residue_price(desk, **kept)
    assert await quote(desk, commodity="wheat_straw", place=MOGA) is None
    await accounts.add_role(desk, keeper, "operator")
    for wrong in (
        {"commodity": "wheat"},
        {"commodity": "gold"},
        {"state": "Atlantis"},
        {"low_paise": 0},
        {"low_paise": 60_000},
        {"likely_paise": 60_000},
        {"high_paise": 10**12},
        {"as_of": date(2026, 11, 21)},
        {"source": " "},
    ):
        with pytest.raises(BadTerms, match=next(iter(wrong))):
            await set_residue_price(desk, **(kept | wrong))
    await set_residue_price(desk, **kept)
    await set_residue_price(desk, **(kept | {"likely_paise": 42_000}))
    there = await quote(desk, commodity="wheat_straw", place=MOGA)
    assert there is not None
    assert (there.low, there.likely, there.high, there.where) == (30_000, 42_000, 50_000, "Punjab")
    assert (there.source, there.age_days, there.stale) == ("Mandi board circular", 19, False)
    assert there.reasons[0].facts["of_another_state"] is False
    elsewhere = await quote(desk, commodity="wheat_straw", place=MANDYA)
    assert elsewhere is not None
    assert elsewhere.reasons[0].facts["of_another_state"] is True


async def closed_deals(desk: Desk, count: int, *, buyers: int) -> None:
    seller = await farmer(desk)
    people = [await somebody(desk, f"+91980000020{n}", name=f"Buyer {n}") for n in range(buyers)]
    for n in range(count):
        lot = await straw(desk, seller, price_paise=24_000 + 1_000 * n)
        await book_as_shown(desk, buyer_id=people[n % buyers], code=lot.code, kg=1_000)
    done = {"state": "completed", "moved_at": desk.now - timedelta(days=1)}
    await desk.db.execute(update(booking).values(**done))


async def test_five_closed_deals_speak_before_any_table(desk: Desk) -> None:
    await closed_deals(desk, 4, buyers=4)
    published = await quote(desk, commodity="paddy_straw", place=LUDHIANA)
    assert published is not None
    assert published.likely is None
    await closed_deals(desk, 5, buyers=5)
    ours = await quote(desk, commodity="paddy_straw", place=LUDHIANA)
    assert ours is not None
    assert (ours.low, ours.likely, ours.high) == (24_000, 26_000, 28_000)
    assert (ours.as_of, ours.scope, ours.where) == (date(2026, 11, 19), "deals", "Ludhiana")
    assert ours.reasons[0].code == "from_own_deals"
    assert ours.reasons[0].facts["deals"] == 5
    far = await quote(desk, commodity="paddy_straw", place=MANDYA)
    assert far is not None
    assert far.likely is None


async def test_two_who_deal_with_each_other_all_day_are_one_voice(desk: Desk) -> None:
    await closed_deals(desk, 9, buyers=1)
    found = await quote(desk, commodity="paddy_straw", place=LUDHIANA)
    assert found is not None
    assert (found.scope, found.reasons[0].code) == ("state", "from_reference")


# The rules, without a database.

PRICED = st.lists(st.tuples(st.integers(1, 10**6), st.floats(0.001, 100)), min_size=1, max_size=30)


@settings(deadline=None, max_examples=50)
@given(PRICED, st.floats(0, 1))
def test_a_quantile_is_a_price_that_was_paid_with_its_share_below(weighted, share) -> None:
    found = quantile(weighted, share)
    everything = sum(weight for _, weight in weighted)
    assert found in {price for price, _ in weighted}
    assert sum(weight for price, weight in weighted if price <= found) >= share * everything - 1e-6
    assert sum(weight for price, weight in weighted if price < found) <= share * everything + 1e-6


@settings(deadline=None, max_examples=50)
@given(PRICED, st.floats(0.1, 10))
def test_a_quantile_minds_neither_order_nor_the_unit_of_weight(weighted, times) -> None:
    scaled = [(price, weight * times) for price, weight in reversed(weighted)]
    assert [quantile(scaled, share) for share in (0.1, 0.9)] == [
        quantile(weighted, share) for share in (0.1, 0.9)
    ]


@settings(deadline=None, max_examples=50)
@given(PRICED, st.floats(-2, 0), st.floats(0, 2))
def test_a_range_stays_a_range_and_time_only_widens_it(weighted, down, up) -> None:
    found = fair_range([(price * 100, weight) for price, weight in weighted])
    wide = widened(found, down, up)
    assert 0 < wide.low <= wide.likely <= wide.high
    assert wide.low <= found.low
    assert wide.high >= found.high - 50  # the middle is said in whole rupees
    assert all(paise % 100 == 0 for paise in (wide.low, wide.likely, wide.high))


def test_quantiles_of_a_small_sample() -> None:
    weighted = [(10.0, 1.0), (20.0, 1.0), (30.0, 2.0)]
    assert [quantile(weighted, share) for share in (0.1, 0.5, 0.9)] == [10.0, 20.0, 30.0]


def test_a_report_counts_half_at_thirty_kilometres_and_at_four_days() -> None:
    assert (weight(0, 0), weight(30, 0), weight(0, 4), weight(30, 4)) == (1, 0.5, 0.5, 0.25)


def test_widths_add_like_the_sides_of_a_right_angle() -> None:
    spread = Range(round(100_000 / exp(0.3)), 100_000, round(100_000 * exp(0.3)))
    wide = widened(spread, -0.4, 0.4)
    assert (wide.low, wide.high) == (60_600, 164_900)  # e to the power of half either way, in whole rupees


@pytest.mark.parametrize(
    ("moved", "said"),
    [(1.04, "rising"), (1.02, "stable"), (1.0, "stable"), (0.98, "stable"), (0.96, "falling")],
)
def test_a_trend_is_more_than_a_usual_weeks_noise(moved: float, said: str) -> None:
    found = trend([(1000 * moved, 1000, 1.0)], week_noise=log(1.03), as_of=NEWEST)
    assert found is not None
    assert (found.direction, found.percent, found.noise_percent) == (said, round((moved - 1) * 100, 1), 3.0)
    assert trend([], week_noise=0.03, as_of=NEWEST) is None


def test_between_measured_horizons_errors_grow_with_the_root_of_time() -> None:
    moves = band("onion")
    first, last = min(moves.horizons), moves.longest
    assert moves.at(0) == moves.horizons[first]
    assert moves.at(last) == moves.horizons[last]
    assert moves.at(4 * last)[0] == pytest.approx(2 * moves.horizons[last][0])
    lows = [moves.at(days)[0] for days in (1, 7, 30)]
    assert lows == sorted(lows, reverse=True)


# What is shipped.


async def test_every_shipped_series_is_of_our_trade_and_inside_its_band(desk: Desk) -> None:
    rows = await desk.db.execute(
        select(
            market_price.c.commodity,
            func.min(market_price.c.likely_paise).label("low"),
            func.max(market_price.c.likely_paise).label("high"),
        ).group_by(market_price.c.commodity)
    )
    for row in rows:
        known = COMMODITIES[row.commodity]
        assert known.kind != "residue"
        assert known.low_paise / 4 <= row.low <= row.high <= known.high_paise * 4
    counted = select(func.count(), func.min(market_price.c.day), func.max(market_price.c.day))
    assert (await desk.db.execute(counted)).one() == (140_955, date(2026, 7, 2), NEWEST)
    assert (await desk.db.execute(select(func.count()).select_from(market))).scalar() == 2_678


async def test_markets_stand_in_their_district(desk: Desk) -> None:
    """Not one point farther from its district's head office than a district is long."""
    far = text(
        "SELECT m.name, m.district FROM market m JOIN district d USING (state, district) "
        "WHERE m.exact AND abs(m.lat - d.lat) + abs(m.lon - d.lon) > 3"
    )
    assert (await desk.db.execute(far)).all() == []
    exact = select(func.count()).select_from(market).where(market.c.exact)
    assert (await desk.db.execute(exact)).scalar() > 1_900


async def test_a_quote_asks_the_indexes(desk: Desk) -> None:
    near = text(
        "EXPLAIN SELECT t.likely_paise FROM market m JOIN market_price t ON t.market_id = m.id "
        "WHERE m.loc <@ box(point(74, 30), point(76, 32)) AND t.commodity = 'wheat' "
        "AND t.day BETWEEN '2026-07-11' AND '2026-07-24'"
    )
    plan = "\n".join(row[0] for row in await desk.db.execute(near))
    assert "ix_market_loc" in plan
    assert "Seq Scan on market_price" not in plan


@pytest.mark.parametrize(
    "change",
    [
        market_price.update().values(
            {c: market_price.c[c] * 2 for c in ("low_paise", "likely_paise", "high_paise")}
        ),
        market_price.delete().where(market_price.c.day == NEWEST),
    ],
    ids=["corrected", "taken away"],
)
async def test_what_india_says_is_worked_out_anew_when_a_price_changes(in_july: Desk, change: Any) -> None:
    before = await quote(in_july, commodity="wheat", place=None)
    assert await quote(in_july, commodity="wheat", place=None) == before
    await in_july.db.execute(change.where(market_price.c.commodity == "wheat"))
    assert await quote(in_july, commodity="wheat", place=None) != before


async def test_what_india_says_is_worked_out_anew_when_a_market_joins(in_july: Desk) -> None:
    before = await quote(in_july, commodity="wheat", place=None)
    await a_market(in_july, commodity="wheat", prices=[9000, 9000, 9000], km_north=900)
    after = await quote(in_july, commodity="wheat", place=None)
    assert before and after and after.market_days == (before.market_days or 0) + 3
