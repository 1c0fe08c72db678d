"""In which order a truck fetches the goods, and when it is where. Pure.

Distances are as the crow flies, times a factor for roads: good enough to order stops by, and said to be no more.
PyVRP finds the order; where it is not installed, or finds none, the nearest stop comes next and crossings are
straightened after that. Both are checked by the same reckoning, which alone says what a route costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace_core.errors import BadTerms
from marketplace_core.places.distance import km_between

#: Indian roads are about that much longer than the straight line; an estimate, not a measurement of any one road.
ROAD_FACTOR = 1.3
KMH = 30
LOADING = timedelta(minutes=30)
MOST_STOPS = 100

Spot = tuple[float, float]


@dataclass(frozen=True)
class Stop:
    """Goods of one booking. Nobody is there before `opens`, and the truck must have come by `closes`."""

    name: str
    spot: Spot
    kg: int
    opens: datetime
    closes: datetime


@dataclass(frozen=True)
class Visit:
    """`km` is the way from the stop before; `arrives` may be before `begins`, then the truck waits."""

    stop: Stop
    km: float
    arrives: datetime
    begins: datetime
    load_kg: int


@dataclass(frozen=True)
class Route:
    """One truck's round, from the yard and back."""

    visits: tuple[Visit, ...]
    km: float
    back: datetime

    @property
    def kg(self) -> int:
        return sum(visit.stop.kg for visit in self.visits)


@dataclass(frozen=True)
class Plan:
    """`one_by_one_km` is what it would be to fetch each by a way of its own; `found_by` is who found the order."""

    routes: tuple[Route, ...]
    left_out: tuple[Stop, ...]
    one_by_one_km: float
    found_by: str

    @property
    def km(self) -> float:
        return sum(route.km for route in self.routes)

    @property
    def saved(self) -> float:
        """The share of the way that is saved, of the stops that are on a route."""
        return 1 - self.km / self.one_by_one_km if self.one_by_one_km else 0.0


@dataclass(frozen=True)
class Fleet:
    """So many trucks, each taking so much, from one yard from one moment on."""

    yard: Spot
    leaves: datetime
    trucks: int
    truck_kg: int


def road_km(one: Spot, other: Spot) -> float:
    return ROAD_FACTOR * km_between(*one, *other)


def drive(km: float) -> timedelta:
    return timedelta(hours=km / KMH)


def driven(fleet: Fleet, stops: Sequence[Stop]) -> Route | None:
    """The round in this order; None if it is too heavy or too late anywhere."""
    if sum(stop.kg for stop in stops) > fleet.truck_kg:
        return None
    visits: list[Visit] = []
    here, now, load = fleet.yard, fleet.leaves, 0
    for stop in stops:
        km = road_km(here, stop.spot)
        arrives = now + drive(km)
        begins = max(arrives, stop.opens)
        if begins > stop.closes:
            return None
        load += stop.kg
        visits.append(Visit(stop, km, arrives, begins, load))
        here, now = stop.spot, begins + LOADING
    home = road_km(here, fleet.yard)
    return Route(tuple(visits), sum(visit.km for visit in visits) + home, now + drive(home))


def check(fleet: Fleet, stops: Sequence[Stop]) -> None:
    if not 1 <= fleet.trucks <= MOST_STOPS or fleet.truck_kg < 1:
        raise BadTerms("trucks")
    if len(stops) > MOST_STOPS or len({stop.name for stop in stops}) < len(stops):
        raise BadTerms("stops")
    for stop in stops:
        if stop.kg < 1 or stop.opens > stop.closes:
            raise BadTerms("stops")


def planned(
    fleet: Fleet, orders: Sequence[Sequence[Stop]], stops: Sequence[Stop], found_by: str
) -> Plan | None:
    """What these orders come to; None if one of them cannot be driven."""
    routes: list[Route] = []
    for order in orders:
        route = driven(fleet, order)
        if route is None:
            return None
        if order:
            routes.append(route)
    fetched = {visit.stop.name for route in routes for visit in route.visits}
    alone = sum(2 * road_km(fleet.yard, stop.spot) for stop in stops if stop.name in fetched)
    left_out = tuple(stop for stop in stops if stop.name not in fetched)
    return Plan(tuple(routes), left_out, alone, found_by)


def nearest_first(fleet: Fleet, stops: Sequence[Stop]) -> list[list[Stop]]:
    """Truck by truck: the nearest stop that still fits comes next; then every round is straightened."""
    left = sorted(stops, key=lambda stop: stop.name)
    orders: list[list[Stop]] = []
    while left and len(orders) < fleet.trucks:
        order: list[Stop] = []
        while True:
            here = order[-1].spot if order else fleet.yard
            fits = [stop for stop in left if driven(fleet, [*order, stop])]
            if not fits:
                break
            nearest = min(fits, key=lambda stop: road_km(here, stop.spot))
            order.append(nearest)
            left.remove(nearest)
        if not order:
            break
        orders.append(straightened(fleet, order))
    return orders


def straightened(fleet: Fleet, order: list[Stop]) -> list[Stop]:
    """2-opt: turn a piece of the round about wherever that makes it shorter and it can still be driven."""
    best = driven(fleet, order)
    better = True
    while better and best is not None:
        better = False
        for first in range(len(order) - 1):
            for last in range(first + 2, len(order) + 1):
                turned = order[:first] + order[first:last][::-1] + order[last:]
                route = driven(fleet, turned)
                if route is not None and route.km < best.km - 1e-9:
                    order, best, better = turned, route, True
    return order
