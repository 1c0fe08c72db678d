"""Where is that? By pincode, by a name in any spelling, by a point on the map."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Float, and_, func, select

from marketplace_core.desk import Desk
from marketplace_core.places.distance import km_between
from marketplace_core.places.models import district as d
from marketplace_core.places.models import pincode as p
from marketplace_core.places.models import post_office as o
from marketplace_core.places.place import Place
from marketplace_core.places.search import OFFICES, place_of_office, search

__all__ = ["PinArea", "nearest", "pincode", "search"]

#: A pin farther than this from every post office is not in India.
FARTHEST_KM = 100
#: One office with a wrong point must not move a farmer: its neighbours have a say.
NEIGHBOURS = 7


@dataclass(frozen=True)
class PinArea:
    """A pincode. `exact` is False where no office has a trustworthy point and the district's stands in."""

    pincode: str
    district: str
    state: str
    lat: float
    lon: float
    exact: bool
    villages: tuple[Place, ...]


async def pincode(desk: Desk, pin: str) -> PinArea | None:
    area = (
        await desk.db.execute(
            select(
                p,
                func.coalesce(p.c.lat, d.c.lat, type_=Float).label("some_lat"),
                func.coalesce(p.c.lon, d.c.lon, type_=Float).label("some_lon"),
            )
            .join(d, and_(d.c.state == p.c.state, d.c.district == p.c.district))
            .where(p.c.pincode == pin)
        )
    ).one_or_none()
    if area is None:
        return None
    rows = await desk.db.execute(OFFICES.where(o.c.pincode == pin).order_by(o.c.rank, o.c.name))
    villages = {row.name: place_of_office(row) for row in rows}
    return PinArea(
        area.pincode,
        area.district,
        area.state,
        area.some_lat,
        area.some_lon,
        exact=area.lat is not None,
        villages=tuple(villages.values()),
    )


async def nearest(desk: Desk, lat: float, lon: float) -> Place | None:
    """The post office next to a point, or None outside India."""
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        return None
    rows = await desk.db.execute(
        OFFICES.where(o.c.loc.is_not(None)).order_by(o.c.loc.op("<->")(func.point(lon, lat))).limit(20)
    )
    # The index measures in degrees, which are shorter from west to east.
    near = sorted(map(place_of_office, rows), key=lambda place: km_between(lat, lon, place.lat, place.lon))
    if not near or km_between(lat, lon, near[0].lat, near[0].lon) > FARTHEST_KM:
        return None
    around = near[:NEIGHBOURS]
    (here, _), *_ = Counter((place.state, place.district) for place in around).most_common(1)
    return next(place for place in around if (place.state, place.district) == here)
