"""Finding a good order of stops: PyVRP where it is there, the simple way where it is not."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from marketplace_core.routes.rules import (
    LOADING,
    Fleet,
    Plan,
    Stop,
    check,
    drive,
    nearest_first,
    planned,
    road_km,
)

log = structlog.get_logger()

#: As often as PyVRP tries to make it better, and as many seconds as anybody waits for that.
TRIES = 1_000
MOST_SECONDS = 2.0
METRES = 1000
#: Leaving a stop out is worse than any detour.
PRIZE = 10**9


def plan(fleet: Fleet, stops: Sequence[Stop], *, tries: int = TRIES) -> Plan:
    """The rounds of the fleet, with the way that they save. What fits on no truck is left out and said so.

    It thinks for up to two seconds: not to be called inside a transaction that others wait for.
    """
    check(fleet, stops)
    in_time = [stop for stop in stops if stop.closes > fleet.leaves]
    simple = planned(fleet, nearest_first(fleet, stops), stops, "nearest first")
    assert simple is not None, "nearest first makes rounds that can be driven"  # it tries each of them
    if len(in_time) < 2:
        return simple
    try:
        found = planned(fleet, _by_pyvrp(fleet, in_time, tries), stops, "PyVRP")
    except ImportError:
        found = None
    except Exception as error:  # whatever a solver dies of, the trucks leave in the morning
        log.warning("route_solver_failed", why=type(error).__name__)
        found = None
    if found is None or _merit(found) < _merit(simple):
        return simple
    return found


def _merit(it: Plan) -> tuple[int, float]:
    return -len(it.left_out), -it.km


def _by_pyvrp(fleet: Fleet, stops: Sequence[Stop], tries: int) -> list[list[Stop]]:
    from pyvrp import Model  # noqa: PLC0415 - 25 MB that only a planner needs
    from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria  # noqa: PLC0415

    model = Model()
    spots = [fleet.yard, *(stop.spot for stop in stops)]
    places = [model.add_location(x=lon, y=lat) for lat, lon in spots]
    yard = model.add_depot(places[0])
    for stop, place in zip(stops, places[1:], strict=True):
        latest = _seconds(stop.closes - fleet.leaves)
        model.add_client(
            place,
            pickup=[stop.kg],
            service_duration=_seconds(LOADING),
            tw_early=min(latest, max(0, _seconds(stop.opens - fleet.leaves, up=True))),
            tw_late=latest,
            required=False,
            prize=PRIZE,
        )
    model.add_vehicle_type(fleet.trucks, [fleet.truck_kg], yard, yard)
    for one, here in zip(places, spots, strict=True):
        for other, there in zip(places, spots, strict=True):
            if one is not other:
                km = road_km(here, there)
                model.add_edge(one, other, round(METRES * km), _seconds(drive(km), up=True))
    enough = MultipleCriteria([MaxIterations(tries), MaxRuntime(MOST_SECONDS)])
    best = model.solve(enough, seed=1, display=False, collect_stats=False).best
    return [[stops[each.idx] for each in route if each.is_client()] for route in best.routes()]


def _seconds(span: timedelta, *, up: bool = False) -> int:
    """Whole seconds, rounded so that what fits the solver's clock fits the real one."""
    seconds = span / timedelta(seconds=1)
    return -int(-seconds // 1) if up else int(seconds // 1)
