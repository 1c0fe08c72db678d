"""Every day a file of prices arrives, with slips in it; what is believed is written once, the rest is counted."""

import gzip
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from marketplace_core.desk import Desk
from marketplace_core.pricing.load import Imported, bring_in, files
from marketplace_core.pricing.markets import known_district, spot
from marketplace_core.pricing.models import market, market_price
from marketplace_core.pricing.reports import Price, Series, columns, drop_slips, read, read_day, without_slips

TODAY = date(2026, 11, 20)
MOGA = Series("wheat", "Punjab", "Moga", "Moga")


def report(**changed: str) -> dict[str, str]:
    row = {
        "date": "2026-11-20",
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


async def load(desk: Desk, rows: Iterable[dict[str, str]]) -> Imported:
    return await bring_in(desk.db, rows, today=TODAY, source="agmarknet")


async def stored(desk: Desk, name: str) -> list[tuple[Any, ...]]:
    rows = await desk.db.execute(
        select(
            market_price.c.day,
            market_price.c.low_paise,
            market_price.c.likely_paise,
            market_price.c.high_paise,
        )
        .join(market)
        .where(market.c.name == name, market_price.c.day > date(2026, 8, 1))
        .order_by(market_price.c.day)
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"commodity": "Moon cheese"}, "not_ours"),
        ({"modal_price": "2700"}, "modal_outside_range"),
        ({"min_price": "2600", "max_price": "2400"}, "modal_outside_range"),
        ({"min_price": "nan"}, "modal_outside_range"),
        ({"min_price": "20", "max_price": "30", "modal_price": "25"}, "absurd"),  # a price per kilogram
        ({"max_price": "900000", "modal_price": "800000"}, "absurd"),
        ({"min_price": "-5"}, "absurd"),
        ({"modal_price": "inf", "max_price": "inf"}, "absurd"),
        ({"modal_price": ""}, "no_price"),
        ({"modal_price": "two thousand"}, "no_price"),
        ({"date": "2026-11-21"}, "in_the_future"),
        ({"date": "20 Nov"}, "no_day_or_market"),
        ({"date": "2026-02-30"}, "no_day_or_market"),
        ({"market": " "}, "no_day_or_market"),
        ({"grade": "DES"}, "other_publisher"),
    ],
)
def test_what_cannot_be_is_left_out_and_says_why(changed: dict[str, str], why: str) -> None:
    told = read([report(**changed)], TODAY)
    assert (told.rows, told.series, dict(told.dropped)) == (1, {}, {why: 1})


def test_a_row_told_twice_counts_once() -> None:
    told = read([report(), report()], TODAY)
    assert told.series == {MOGA: {TODAY: Price(240_000, 250_000, 260_000)}}
    assert told.dropped == {"repeated": 1}


def test_varieties_of_one_day_become_one_price() -> None:
    rows = [report(), report(variety="Sharbati", min_price="3000", max_price="3200", modal_price="3100")]
    assert read(rows, TODAY).series[MOGA] == {TODAY: Price(270_000, 280_000, 290_000)}


def test_other_spellings_of_the_columns_are_the_same_file() -> None:
    row = {
        "State": "Uttar Pradesh",
        "District": "Agra",
        "Market": "Agra",
        "Commodity": "Paddy(Dhan)(Common)",
        "Arrival_Date": "20/11/2026",
        "Min_Price": "2000",
        "Max_Price": "2100",
        "Modal_Price": "2050",
    }
    told = read([row], TODAY)
    assert list(told.series) == [Series("paddy", "Uttar Pradesh", "Agra", "Agra")]
    assert columns(["Min Price (Rs./Quintal)"]) is None
    with pytest.raises(ValueError, match="no column"):
        read([{"a": "b"}], TODAY)


@pytest.mark.parametrize("written", ["2026-11-20", "20/11/2026", "20-11-2026", "20-Nov-2026", "20 Nov 2026"])
def test_days_are_read_in_every_style_that_was_seen(written: str) -> None:
    assert read_day(written) == TODAY


def prices(*rupees: int) -> dict[date, Price]:
    first = TODAY - timedelta(days=len(rupees) - 1)
    return {first + timedelta(days=n): Price(*[each * 100] * 3) for n, each in enumerate(rupees)}


def test_a_slip_against_the_markets_own_habit_is_left_out() -> None:
    days = prices(1000, 1100, 1000, 900, 1000, 3500, 1000, 300, 1000)
    kept, slips = without_slips(days)
    assert slips == 2
    assert [day.likely // 100 for day in kept.values()] == [1000, 1100, 1000, 900, 1000, 1000, 1000]


def test_a_crash_that_three_reports_confirm_is_believed() -> None:
    kept, slips = without_slips(prices(*[3000] * 8, *[800] * 5))
    assert slips == 2
    assert [day.likely // 100 for day in kept.values()] == [3000] * 8 + [800] * 3


def test_the_past_speaks_even_when_the_file_has_one_day() -> None:
    before = {TODAY - timedelta(days=n): 100_000 for n in range(1, 8)}
    told = read([report(min_price="4000", max_price="4000", modal_price="4000")], TODAY)
    drop_slips(told, {MOGA: before})
    assert (told.series, dict(told.dropped)) == ({}, {"slip": 1})


async def test_a_file_is_written_once_and_a_correction_replaces(desk: Desk) -> None:
    rows = [report(), report(date="2026-11-19", modal_price="2450"), report(commodity="Gold")]
    first = await load(desk, rows)
    again = await load(desk, rows)
    mended = await load(desk, [report(modal_price="2550")])
    assert (first.rows, first.market_days, first.written, dict(first.dropped)) == (3, 2, 2, {"not_ours": 1})
    assert (again.written, again.new_markets) == (0, 0)
    assert (mended.written, mended.new_markets) == (1, 0)
    assert await stored(desk, "Moga") == [
        (date(2026, 11, 19), 240_000, 245_000, 260_000),
        (TODAY, 240_000, 255_000, 260_000),
    ]


async def test_a_slip_beside_what_the_database_knows_is_not_written(desk: Desk) -> None:
    await load(desk, [report(date=f"2026-11-{n:02}") for n in range(1, 11)])
    slip = report(min_price="9000", max_price="9000", modal_price="9000")
    done = await load(desk, [slip])
    assert (done.market_days, done.written, dict(done.dropped)) == (0, 0, {"slip": 1})
    assert len(await stored(desk, "Moga")) == 10


async def test_a_new_market_finds_its_place_by_sound(desk: Desk) -> None:
    done = await load(
        desk,
        [
            report(market="Bagapurana Mandi"),  # the post office writes Bagha Purana
            report(market="Nosuchplace"),
            report(market="Elsewhere", district="Nosuch"),
            report(market="Far", state="Atlantis", district="Nosuch"),
        ],
    )
    assert done.new_markets == 4
    rows = await desk.db.execute(
        select(market).where(market.c.name.in_(("Bagapurana Mandi", "Nosuchplace", "Elsewhere")))
    )
    found = {row.name: row for row in rows}
    assert found["Bagapurana Mandi"].exact
    assert 30.5 < found["Bagapurana Mandi"].lat < 30.9
    assert (found["Nosuchplace"].exact, round(found["Nosuchplace"].lat, 1)) == (False, 30.8)
    assert (found["Elsewhere"].lat, found["Elsewhere"].exact) == (None, False)


async def test_old_names_of_districts_are_one_market(desk: Desk) -> None:
    rows = [
        report(state="Karnataka", district=each, market="Testur", date=f"2026-11-1{n}")
        for n, each in enumerate(("Mysore", "Mysuru"))
    ]
    assert (await load(desk, rows)).new_markets == 1
    assert len(await stored(desk, "Testur")) == 2


def test_a_point_far_outside_the_district_is_not_believed() -> None:
    class Office:
        name, rank, point = "Moga", 0, (12.0, 77.0)

    assert spot("Moga", [Office()], (30.8, 75.2)) == (30.8, 75.2, False)
    assert spot("Moga", [Office()], (12.1, 77.1)) == (12.0, 77.0, True)
    assert spot("Moga", [], None) == (None, None, False)


@pytest.mark.parametrize(
    ("written", "known"),
    [("Mysore", "Mysuru"), ("Bangalore", "Bengaluru Urban"), ("Ferozpur", "Firozepur"), ("Nosuch", None)],
)
def test_old_and_other_spellings_of_districts_are_known(written: str, known: str | None) -> None:
    assert known_district(written, ("Bengaluru Urban", "Firozepur", "Mandya", "Mysuru")) == known


def test_a_folder_gives_its_price_files_and_leaves_the_others(tmp_path: Path) -> None:
    written = ",".join(report()) + "\n" + ",".join(report().values()) + "\n"
    with gzip.open(tmp_path / "a.csv.gz", "wt") as packed:
        packed.write(written)
    (tmp_path / "b.csv").write_text(written)
    (tmp_path / "villages.csv").write_text("village,pincode\nMoga,142001\n")
    (tmp_path / "README.md").write_text("not a table")
    assert [(path.name, len(list(rows))) for path, rows in files(tmp_path)] == [("a.csv.gz", 1), ("b.csv", 1)]
    with pytest.raises(SystemExit, match="no columns of market prices"):
        list(files(tmp_path / "villages.csv"))
