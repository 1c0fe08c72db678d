"""A forecast has an interval and says who speaks; an estimate can be recalculated by anybody."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms
from marketplace_core.places import queries as places
from marketplace_core.pricing.bands import band, registry
from marketplace_core.pricing.estimates import estimate
from marketplace_core.pricing.features import FEWEST_DAYS, NAMES, History, features, ready
from marketplace_core.pricing.forecast import forecast
from marketplace_core.pricing.models import market, market_price
from marketplace_core.pricing.queries import trend
from tests.marketplace_core.people import MANDYA, MOGA

NOON = datetime.fromisoformat("2026-07-25T12:00:00+05:30")
NASHIK = replace(MOGA, state="Maharashtra", district="Nashik", lat=19.99, lon=73.78)
SEA = replace(MOGA, lat=8.0, lon=93.5)

MODELLED = sorted(crop for crop, each in registry()["served"].items() if each["by"] == "model")
NAIVE = sorted(crop for crop, each in registry()["served"].items() if each["by"] == "naive")


@pytest.fixture
def in_july(desk: Desk) -> Desk:
    return replace(desk, now=NOON)


async def a_long_history(desk: Desk, commodity: str, days: int, last: date, state: str) -> None:
    """A market at Moga itself that reported every day; its price swings by a tenth over a month."""
    place = {"state": state, "district": "Moga", "name": "Moga test", "lat": MOGA.lat, "lon": MOGA.lon}
    number = (
        await desk.db.execute(insert(market).values(exact=True, **place).returning(market.c.id))
    ).scalar_one()
    rows = []
    for ago in range(days):
        paise = 200_000 + 20_000 * (ago % 30) // 30
        price = {"low_paise": paise, "likely_paise": paise, "high_paise": paise}
        rows.append({"commodity": commodity, "market_id": number, "day": last - timedelta(days=ago), **price})
    await desk.db.execute(insert(market_price), [row | {"source": "agmarknet"} for row in rows])


def test_some_crops_are_served_by_a_model_and_some_are_not() -> None:
    """Which ones is decided by figures, and the figures are there."""
    assert set(MODELLED).isdisjoint(NAIVE)
    for crop in MODELLED:
        told = registry()["served"][crop]
        assert told["skill_vs_naive"] > 0
        assert told["coverage"] >= 0.7
        assert told["tested"] >= 40
        assert told["offsets"]


async def test_thirty_days_with_an_interval_that_only_grows(in_july: Desk) -> None:
    found = await forecast(in_july, commodity="onion", place=NASHIK)
    assert found is not None
    assert found.by == "naive"
    assert [day.day for day in found.days] == [date(2026, 7, 25) + timedelta(days=n) for n in range(1, 31)]
    widths = [day.high - day.low for day in found.days]
    assert widths == sorted(widths)
    assert all(0 < day.low < day.likely == found.market.likely < day.high for day in found.days)
    assert (found.market.district, found.as_of, found.source[:10]) == (
        "Nashik",
        found.market.day,
        "Mandi pric",
    )
    assert found.history[-1] == (found.as_of, found.market.likely)
    assert found.reasons[0].code == "by_last_price_no_model_was_better"


async def test_an_old_price_is_carried_farther_and_said_so(desk: Desk, in_july: Desk) -> None:
    fresh = await forecast(in_july, commodity="onion", place=NASHIK, days=7)
    old = await forecast(desk, commodity="onion", place=NASHIK, days=7)
    assert fresh is not None
    assert old is not None
    assert old.age_days == fresh.age_days + 118
    assert old.days[0].day == date(2026, 11, 21)
    assert old.days[0].high - old.days[0].low > fresh.days[0].high - fresh.days[0].low


async def test_nothing_is_said_beyond_what_was_measured(desk: Desk, in_july: Desk) -> None:
    """Twenty days of July tell how brinjal moves in two weeks, not in thirty days, and nothing of November."""
    assert band("brinjal").longest == 14
    july = await forecast(in_july, commodity="brinjal", place=NASHIK)
    november = await forecast(desk, commodity="brinjal", place=NASHIK)
    assert july is not None
    assert november is not None
    assert len(july.days) == 14 - july.age_days
    assert july.reasons[-1].code == "measured_no_farther"
    assert november.days == ()
    assert november.reasons[-1].facts["days"] == 0


async def test_without_a_market_there_is_no_forecast(in_july: Desk) -> None:
    assert await forecast(in_july, commodity="onion", place=SEA) is None
    assert await forecast(in_july, commodity="paddy_straw", place=MOGA) is None
    assert await forecast(in_july, commodity="gold", place=MOGA) is None
    assert await trend(in_july, commodity="gold", place=MOGA) is None


@pytest.mark.parametrize("days", [0, -1, 31])
async def test_thirty_days_and_no_more(in_july: Desk, days: int) -> None:
    with pytest.raises(BadTerms, match="days"):
        await forecast(in_july, commodity="onion", place=NASHIK, days=days)


@pytest.mark.parametrize("commodity", MODELLED)
async def test_a_model_speaks_where_the_history_is_long_enough(in_july: Desk, commodity: str) -> None:
    await a_long_history(in_july, commodity, FEWEST_DAYS + 40, date(2026, 7, 24), _state_of(commodity))
    found = await forecast(in_july, commodity=commodity, place=MOGA)
    assert found is not None
    assert (found.by, found.market.market, len(found.days)) == ("model", "Moga test", 30)
    assert found.reasons[0].code == "by_model"
    assert found.reasons[0].facts["skill_vs_naive"] > 0
    for day in found.days:
        assert found.market.likely / 4 < day.low <= day.likely <= day.high < found.market.likely * 4


@pytest.mark.parametrize("commodity", MODELLED[:1])
async def test_with_a_short_history_the_last_price_speaks_and_says_so(in_july: Desk, commodity: str) -> None:
    await a_long_history(in_july, commodity, FEWEST_DAYS - 1, date(2026, 7, 24), _state_of(commodity))
    found = await forecast(in_july, commodity=commodity, place=MOGA)
    assert found is not None
    assert (found.by, found.reasons[0].code) == ("naive", "by_last_price_history_too_short")


@pytest.mark.parametrize("commodity", MODELLED[:1])
async def test_in_a_state_without_a_measurement_the_last_price_speaks(in_july: Desk, commodity: str) -> None:
    await a_long_history(in_july, commodity, FEWEST_DAYS + 40, date(2026, 7, 24), "Nosuch")
    found = await forecast(in_july, commodity=commodity, place=MOGA)
    assert found is not None
    assert found.by == "naive"
    assert found.reasons[0].code == "by_last_price_no_model_measured_in_this_state"


def _state_of(commodity: str) -> str:
    return registry()["served"][commodity]["states"][0]


# What the model looks at.


def a_history(rng: np.random.Generator, days: int) -> History:
    kept = np.flatnonzero(rng.random(days) < 0.7).astype(np.int64) + 739_000
    return History(kept, log(200_000) + np.cumsum(rng.normal(0, 0.03, len(kept))))


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(150, 700))
def test_nothing_after_the_origin_is_looked_at(seed: int, days: int) -> None:
    rng = np.random.default_rng(seed)
    market, state = a_history(rng, 900), a_history(rng, 900)
    origin = 739_000 + days
    whole = features(market, state, origin, (1, 30))
    cut = features(market.until(origin), state.until(origin), origin, (1, 30))
    assert whole.shape == (2, len(NAMES))
    np.testing.assert_array_equal(whole, cut)


def test_a_market_that_fell_silent_is_not_ready() -> None:
    history = History(np.arange(739_000, 739_100), np.full(100, log(200_000)))
    assert ready(history, 739_099)
    assert ready(history, 739_109)
    assert not ready(history, 739_110)
    assert not ready(History(history.days[:59], history.logs[:59]), 739_058)
    assert not ready(History(np.array([], dtype=np.int64), np.array([])), 739_000)


# Estimates.


async def test_an_estimate_is_the_published_range_and_its_steps(desk: Desk) -> None:
    plain = await estimate(desk, commodity="paddy_straw", place=MOGA, kg=12_000)
    assert plain is not None
    assert (plain.low, plain.likely, plain.high) == (20_000, None, 70_000)
    assert plain.lot == (2_400_000, None, 8_400_000)
    assert plain.formula == "(200–700) = 200–700"
    worse = await estimate(
        desk, commodity="paddy_straw", place=MOGA, kg=12_000, grade="C", moisture=32.0, km=60
    )
    assert worse is not None
    assert (worse.low, worse.likely, worse.high) == (12_400, None, 48_400)
    assert worse.formula == (
        "(200–700) × 0.9 [grade C] × 0.8 [water 32.0 %, paid up to 15.0 %] − 20 [60 km, 20 free] = 124–484"
    )
    assert [reason.code for reason in worse.reasons] == ["from_reference", "grade", "moisture", "freight"]
    assert worse.reasons[-1].facts["less_paise"] == 2_000


async def test_drier_than_usual_is_no_heavier(desk: Desk) -> None:
    dry = await estimate(desk, commodity="paddy_straw", place=MOGA, moisture=8.0)
    assert dry is not None
    assert (dry.low, dry.high) == (20_000, 70_000)


async def test_produce_is_corrected_by_what_was_measured_alone(in_july: Desk) -> None:
    fair = await estimate(in_july, commodity="onion", place=NASHIK, grade="A", moisture=80.0, km=500)
    below = await estimate(in_july, commodity="onion", place=NASHIK, grade="C", kg=1_000)
    assert fair is not None
    assert below is not None
    assert (fair.low, fair.likely, fair.high) == (fair.quote.low, fair.quote.likely, fair.quote.high)
    assert below.likely == round(below.quote.likely * 0.98 / 100) * 100
    assert below.lot == (below.low * 10, below.likely * 10, below.high * 10)


async def test_wet_grain_is_paid_by_its_dry_part(in_july: Desk) -> None:
    karnal = (await places.search(in_july, "Karnal"))[0]
    wet = await estimate(in_july, commodity="wheat", place=karnal, moisture=23.0)
    assert wet is not None
    assert wet.likely == round(wet.quote.likely * 0.875 / 100) * 100


async def test_nothing_known_is_nothing_estimated(desk: Desk) -> None:
    assert await estimate(desk, commodity="bagasse", place=MANDYA, kg=1_000) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("commodity", "gold"),
        ("kg", 0),
        ("kg", 10**9),
        ("grade", "D"),
        ("moisture", -1.0),
        ("moisture", 100.0),
        ("moisture", float("nan")),
        ("km", -1),
        ("km", 10**6),
    ],
)
async def test_what_cannot_be_is_refused(desk: Desk, field: str, value: object) -> None:
    with pytest.raises(BadTerms, match=field):
        await estimate(desk, **({"commodity": "paddy_straw", "place": MOGA} | {field: value}))
