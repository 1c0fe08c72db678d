"""A truck fetches from several fields in an order that can be driven, and says what that saves."""

import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings import fetching
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms
from marketplace_core.routes import finding
from marketplace_core.routes.finding import plan
from marketplace_core.routes.queries import to_fetch
from marketplace_core.routes.rules import LOADING, Fleet, Plan, Stop, drive, driven, nearest_first, road_km
from tests.conftest import NOW
from tests.marketplace_core.people import MOGA, booked

DAY = NOW + timedelta(hours=10)
YARD = (30.9, 75.8)
FLEET = Fleet(YARD, NOW, trucks=3, truck_kg=10_000)


def stop(name: str, lat: float, lon: float, kg: int = 1_000, opens: float = 0, closes: float = 10) -> Stop:
    return Stop(name, (lat, lon), kg, NOW + timedelta(hours=opens), NOW + timedelta(hours=closes))


def names(found: Plan) -> list[list[str]]:
    return [[visit.stop.name for visit in route.visits] for route in found.routes]


def test_stops_on_one_road_are_one_round() -> None:
    stops = [stop(name, 30.9, 75.8 + east) for name, east in (("b", 0.2), ("c", 0.3), ("a", 0.1))]
    found = plan(FLEET, stops)
    assert names(found) in ([["a", "b", "c"]], [["c", "b", "a"]])
    farthest = road_km(YARD, (30.9, 76.1))
    assert found.km == pytest.approx(2 * farthest)
    assert found.one_by_one_km == pytest.approx(2 * farthest * (1 + 2 / 3 + 1 / 3), rel=1e-3)
    assert found.saved == pytest.approx(0.5, abs=1e-3)
    assert found.left_out == ()


def test_a_visit_says_when_and_how_heavy() -> None:
    found = plan(FLEET, [stop("a", 30.9, 75.9, kg=700, opens=2)])
    (visit,) = found.routes[0].visits
    assert visit.arrives == NOW + drive(road_km(YARD, (30.9, 75.9)))
    assert (visit.begins, visit.load_kg) == (NOW + timedelta(hours=2), 700)
    assert found.routes[0].back == visit.begins + LOADING + drive(visit.km)
    assert found.saved == pytest.approx(0)


def test_what_does_not_fit_is_left_out_and_said() -> None:
    stops = [
        stop("heavy", 30.9, 75.9, kg=10_001),
        stop("gone", 30.9, 75.9, closes=-1, opens=-2),
        stop("far", 32.9, 75.8, closes=1),
        stop("fits", 30.9, 75.9),
        stop("too", 30.95, 75.9),
    ]
    found = plan(FLEET, stops)
    assert {each.name for each in found.left_out} == {"heavy", "gone", "far"}
    assert sorted(name for route in names(found) for name in route) == ["fits", "too"]
    assert plan(FLEET, []).routes == ()


def test_without_pyvrp_the_nearest_comes_next(monkeypatch: pytest.MonkeyPatch) -> None:
    stops = [stop(str(nth), 30.9 + nth % 3 / 10, 75.8 + nth / 20) for nth in range(9)]
    with_it = plan(FLEET, stops)
    monkeypatch.setitem(sys.modules, "pyvrp", None)
    without = plan(FLEET, stops)
    assert without.found_by == "nearest first"
    assert without.left_out == ()
    assert with_it.km <= without.km


def test_a_solver_that_dies_stops_no_truck(monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object) -> list[list[Stop]]:
        raise RuntimeError

    monkeypatch.setattr(finding, "_by_pyvrp", dies)
    found = plan(FLEET, [stop("a", 30.9, 75.9), stop("b", 31.0, 75.9)])
    assert (found.found_by, found.left_out) == ("nearest first", ())


def test_planning_draws_no_pictures() -> None:
    """The solver can plot; that library is large and is not loaded for it."""
    loaded = set(sys.modules)
    plan(FLEET, [stop("a", 30.9, 75.9), stop("b", 31.0, 75.9)])
    assert "matplotlib.pyplot" not in set(sys.modules) - loaded


@pytest.mark.parametrize(
    ("fleet", "stops"),
    [
        (replace(FLEET, trucks=0), []),
        (replace(FLEET, truck_kg=0), []),
        (FLEET, [stop("a", 30.9, 75.9), stop("a", 31.0, 75.9)]),
        (FLEET, [stop("a", 30.9, 75.9, kg=0)]),
        (FLEET, [stop("a", 30.9, 75.9, opens=3, closes=2)]),
        (FLEET, [stop(str(nth), 30.9, 75.9) for nth in range(101)]),
    ],
)
def test_absurd_rounds_are_not_planned(fleet: Fleet, stops: list[Stop]) -> None:
    with pytest.raises(BadTerms):
        plan(fleet, stops)


places = st.builds(
    stop,
    st.uuids().map(str),
    st.floats(30.5, 31.3),
    st.floats(75.4, 76.2),
    st.integers(100, 6_000),
    st.floats(0, 5),
    st.floats(5, 10),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(places, max_size=10), st.integers(1, 4))
def test_every_round_can_be_driven(stops: list[Stop], trucks: int) -> None:
    fleet = replace(FLEET, trucks=trucks)
    found = plan(fleet, stops, tries=50)
    fetched = [visit.stop for route in found.routes for visit in route.visits]
    assert sorted(each.name for each in (*fetched, *found.left_out)) == sorted(each.name for each in stops)
    assert len(found.routes) <= trucks
    for route in found.routes:
        assert route.kg <= fleet.truck_kg
        assert all(visit.stop.opens <= visit.begins <= visit.stop.closes for visit in route.visits)
        assert route == driven(fleet, [visit.stop for visit in route.visits])
    simple = nearest_first(fleet, stops)
    assert len(found.left_out) <= len(stops) - sum(map(len, simple))
    assert found.saved > -1e-9 or len(found.routes) < len(fetched)


async def test_what_is_agreed_for_that_day_is_fetched(desk: Desk) -> None:
    seller, buyer, _, agreed = await booked(desk)
    window = {"window_from": NOW + timedelta(hours=2), "window_to": NOW + timedelta(hours=5)}
    asked = {"buyer_id": buyer, "window_from": NOW, "window_to": DAY}
    await bookings.confirm(desk, actor_id=seller, code=agreed.code)
    assert await to_fetch(desk, **asked) == ()  # no window was agreed yet
    await fetching.agree_pickup(desk, actor_id=buyer, code=agreed.code, **window)
    (found,) = await to_fetch(desk, **asked)
    assert found == Stop(agreed.code, (MOGA.lat, MOGA.lon), 5_000, window["window_from"], window["window_to"])
    assert await to_fetch(desk, **(asked | {"buyer_id": seller})) == ()
    assert await to_fetch(desk, **(asked | {"window_from": window["window_to"]})) == ()
    with pytest.raises(BadTerms):
        await to_fetch(desk, buyer_id=buyer, window_from=DAY, window_to=NOW)
    assert names(plan(replace(FLEET, yard=(30.9, 75.2)), [found])) == [[agreed.code]]
