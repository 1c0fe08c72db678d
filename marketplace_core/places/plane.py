"""India laid flat, so that an index of plain points knows what is near.

Mercator keeps shapes: around a place the order on the plane is the true order, within a hundredth at a hundred
kilometres. Distances that people see are always taken on the sphere.
"""

from decimal import ROUND_HALF_UP, Decimal
from math import asinh, degrees, radians, tan

from marketplace_core.places.distance import box

#: Beyond it Mercator runs away, and nobody farms.
FARTHEST_NORTH = 85.0
#: Two decimals are about a kilometre.
SHOWN = Decimal("0.01")

#: The same as `up`, for the database; `lat` is a column.
UP_SQL = f"degrees(asinh(tan(radians(greatest(-{FARTHEST_NORTH:g}, least({FARTHEST_NORTH:g}, lat))))))"
#: The same as `shown`.
SHOWN_SQL = "round({}::numeric, 2)::float8"


def up(lat: float) -> float:
    """How far north of the equator on the plane, in degrees of longitude."""
    return degrees(asinh(tan(radians(max(-FARTHEST_NORTH, min(FARTHEST_NORTH, lat))))))


def box_on_plane(lat: float, lon: float, km: float) -> tuple[float, float, float, float]:
    """West, south, east and north of everything within `km`."""
    west, south, east, north = box(lat, lon, km)
    return west, up(south), east, up(north)


def shown(degree: float) -> float:
    """A latitude or longitude as strangers see it, and as everything they can ask about is measured."""
    return float(Decimal(f"{degree:.15g}").quantize(SHOWN, ROUND_HALF_UP))
