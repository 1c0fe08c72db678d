"""How far it is, on a sphere."""

from math import asin, cos, radians, sin, sqrt
from typing import Any

from sqlalchemy import ColumnElement, Float, func

EARTH_KM = 6371.0088
#: A little less than a degree of latitude is, so that a box never cuts off what lies just inside the circle.
DEGREE_KM = 111.19


def km_between(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    north, east = radians(lat_b - lat_a), radians(lon_b - lon_a)
    chord = sin(north / 2) ** 2 + cos(radians(lat_a)) * cos(radians(lat_b)) * sin(east / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(chord)))


def km_from(lat: float, lon: float, lat_column: Any, lon_column: Any) -> ColumnElement[float]:
    """The same as `km_between`, in SQL."""
    north, east = func.radians(lat_column - lat) / 2, func.radians(lon_column - lon) / 2
    chord = func.power(func.sin(north), 2) + cos(radians(lat)) * func.cos(
        func.radians(lat_column)
    ) * func.power(func.sin(east), 2)
    return 2 * EARTH_KM * func.asin(func.least(1.0, func.sqrt(chord)), type_=Float)


def box(lat: float, lon: float, km: float) -> tuple[float, float, float, float]:
    """West, south, east and north of everything within `km`."""
    up = km / DEGREE_KM
    narrowest = max(0.01, cos(radians(min(89.0, abs(lat) + up))))
    aside = km / (DEGREE_KM * narrowest)
    return lon - aside, lat - up, lon + aside, lat + up
