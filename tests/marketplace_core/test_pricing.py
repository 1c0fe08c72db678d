"""A price is a range with its date and its place, or it is not said."""

from dataclasses import replace
from datetime import date

import pytest

from marketplace_core.commodities import COMMODITIES
from marketplace_core.desk import Desk
from marketplace_core.places import queries as places
from marketplace_core.pricing.queries import quote
from marketplace_core.pricing.reference import (
    SOURCES,
    known_district,
    market_days,
    quantile,
    reference_rows,
    shipped,
)
from tests.marketplace_core.people import LUDHIANA, MANDYA, MOGA


def report(**changed: str) -> dict[str, str]:
    row = {
        "date": "2026-07-20",
        "state": "Punjab",
        "district": "Moga",
        "market": "Moga",
        "commodity": "Wheat",
        "variety": "Other",
        "grade": "FAQ",
        "min_price": "2400",
        "max_price": "2600",
        "modal_price": "2500",
    }
    return row | changed


def days(count: int, **changed: str) -> list[dict[str, str]]:
    return [report(date=f"2026-07-{n:02}", **changed) for n in range(1, count + 1)]


async def test_the_district_speaks_first(desk: Desk) -> None:
    there = await quote(desk, commodity="onion", place=await _town(desk, "Nashik"))
    assert there is not None
    assert (there.scope, there.where, there.per) == ("district", "Nashik", "quintal")
    assert 0 < there.low <= there.likely <= there.high
    assert date(2026, 7, 2) <= there.as_of <= date(2026, 7, 24)
    assert "Agmarknet" in there.source


async def test_then_the_state_then_india_and_it_says_so(desk: Desk) -> None:
    nowhere = replace(MOGA, district="Nosuch")
    state = await quote(desk, commodity="potato", place=nowhere)
    india = await quote(desk, commodity="potato", place=replace(nowhere, state="Lakshadweep"))
    anywhere = await quote(desk, commodity="potato", place=None)
    assert state is not None
    assert india is not None
    assert (state.scope, state.where) == ("state", "Punjab")
    assert (india.scope, india.where) == ("india", "India")
    assert anywhere == india


async def test_a_district_of_another_state_is_not_mistaken_for_ours(desk: Desk) -> None:
    there = await quote(desk, commodity="onion", place=replace(MANDYA, district="Nashik"))
    assert there is not None
    assert (there.scope, there.where) == ("state", "Karnataka")


@pytest.mark.parametrize("place", [None, LUDHIANA, MANDYA, replace(MOGA, state="Haryana", district="Karnal")])
async def test_straw_has_one_published_range_without_a_middle(desk: Desk, place) -> None:
    there = await quote(desk, commodity="paddy_straw", place=place)
    assert there is not None
    assert (there.low, there.likely, there.high) == (20_000, None, 70_000)
    assert (there.scope, there.where, there.as_of) == ("state", "Haryana", date(2022, 11, 30))
    assert "2022" in there.source


@pytest.mark.parametrize("commodity", ["wheat_straw", "cattle_dung", "bagasse", "gold", ""])
async def test_nothing_known_is_nothing_said(desk: Desk, commodity: str) -> None:
    assert await quote(desk, commodity=commodity, place=MOGA) is None
    assert await quote(desk, commodity=commodity, place=None) is None


async def test_every_shipped_row_is_of_a_known_place_and_carries_its_source(desk: Desk) -> None:
    rows = list(shipped())
    assert len(rows) > 4_000
    for row in rows:
        assert row["commodity"] in COMMODITIES
        assert row["source"] in SOURCES
        assert int(row["low_paise"]) <= int(row["likely_paise"] or row["low_paise"]) <= int(row["high_paise"])
    punjab = {row["district"] for row in rows if row["state"] == "Punjab" and row["district"]}
    for name in sorted(punjab):
        found = await places.search(desk, f"{name}, Punjab")
        assert name in {place.district for place in found}


def test_prices_that_cannot_be_are_left_out() -> None:
    bad = [
        report(modal_price="2700"),  # above the day's maximum
        report(market="B", min_price="20", max_price="30", modal_price="25"),  # a price per kilogram
        report(market="C", min_price="2000", max_price="900000", modal_price="800000"),
        report(commodity="Moon cheese"),
    ]
    assert market_days(bad) == []
    assert [day.rupees for day in market_days([report(), report()])] == [2500]  # told twice


def test_varieties_of_one_day_become_one_price() -> None:
    rows = [report(), report(variety="Sharbati", min_price="3000", max_price="3200", modal_price="3100")]
    assert [day.rupees for day in market_days(rows)] == [2800]


def test_a_slip_against_the_markets_own_habit_is_left_out() -> None:
    rows = days(6, commodity="Onion")
    rows[3] |= {"min_price": "700", "max_price": "800", "modal_price": "750"}
    found = market_days(rows)
    assert [day.rupees for day in found] == [2500] * 5


def test_five_market_days_make_a_price_and_four_do_not() -> None:
    known = {"Punjab": ["Moga", "Ludhiana"]}
    for count, places_told in ((5, [("", ""), ("Punjab", ""), ("Punjab", "Moga")]), (4, [])):
        rows = [row for row in reference_rows(market_days(days(count)), known) if row[0] == "wheat"]
        assert [(row[1], row[2]) for row in rows] == places_told
    assert rows == []


def test_a_range_runs_from_the_tenth_to_the_ninetieth_percent() -> None:
    rows = [
        report(date=f"2026-07-{n:02}", modal_price=str(2400 + 10 * n), min_price="2000", max_price="3000")
        for n in range(1, 12)
    ]
    (district,) = [row for row in reference_rows(market_days(rows), {"Punjab": ["Moga"]}) if row[2] == "Moga"]
    assert district == ("wheat", "Punjab", "Moga", 242_000, 246_000, 250_000, "2026-07-11", "mandi", 11)


def test_india_is_not_the_state_that_reports_most() -> None:
    many = [
        report(date=f"2026-07-{n:02}", market=f"M{m}", state="Tamil Nadu")
        for n in range(1, 7)
        for m in range(50)
    ]
    few = days(5, state="Gujarat", min_price="3000", max_price="3000", modal_price="3000")
    rows = {
        (row[1], row[2]): row for row in reference_rows(market_days([*many, *few]), {}) if row[0] == "wheat"
    }
    low, likely, high = rows["", ""][3:6]
    assert (low, high) == (250_000, 300_000)
    assert likely in (250_000, 300_000)


def test_quantiles_are_prices_that_were_paid() -> None:
    weighted = [(10.0, 1.0), (20.0, 1.0), (30.0, 2.0)]
    assert [quantile(weighted, share) for share in (0.1, 0.5, 0.9)] == [10.0, 20.0, 30.0]


@pytest.mark.parametrize(
    ("written", "known"),
    [("Mysore", "Mysuru"), ("Bangalore", "Bengaluru Urban"), ("Ferozpur", "Firozepur"), ("Nosuch", None)],
)
def test_old_and_other_spellings_of_districts_are_known(written: str, known: str | None) -> None:
    assert known_district(written, ("Bengaluru Urban", "Firozepur", "Mandya", "Mysuru")) == known


async def _town(desk: Desk, name: str):
    return (await places.search(desk, name))[0]
