"""Where something is: by pincode and village, or by a point on the map."""

from pydantic import Field

from marketplace_core.api.faults import refuses
from marketplace_core.api.route import AtDesk, doors
from marketplace_core.api.shapes import Asked, Lat, Line, Lon, Pincode, Told
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotFound
from marketplace_core.places import queries
from marketplace_core.places.place import Place

router = doors("places")


class Where(Asked):
    """A pincode, with the village if it is known; or a point, whose post office is found."""

    pincode: Pincode | None = None
    village: Line | None = Field(None, description="As the pincode's list spells it.", examples=["Moga"])
    lat: Lat | None = None
    lon: Lon | None = None


class Coarse(Told):
    """A place as strangers may know it, to about a kilometre."""

    pincode: str
    village: str | None
    district: str
    state: str
    lat: float
    lon: float


class PinArea(Told):
    pincode: str
    district: str
    state: str
    exact: bool = Field(description="False: its point is not known, the district's stands in.")
    villages: list[str]


async def place_at(desk: Desk, where: Where) -> Place:
    """The place meant, or `BadTerms` naming what is wrong with it."""
    if where.pincode is None:
        if where.lat is None or where.lon is None:
            raise BadTerms("where")
        found = await queries.nearest(desk, where.lat, where.lon)
        if found is None:
            raise BadTerms("where.lat")
        return found
    area = await queries.pincode(desk, where.pincode)
    if area is None:
        raise BadTerms("where.pincode")
    if where.village is None:
        return Place(area.pincode, None, area.district, area.state, area.lat, area.lon)
    wanted = where.village.casefold()
    village = next((each for each in area.villages if (each.village or "").casefold() == wanted), None)
    if village is None:
        raise BadTerms("where.village")
    return village


@router.get("/places/pincodes/{pincode}", summary="What lies under a pincode", responses=refuses(NotFound))
async def pincode(pincode: Pincode, desk: AtDesk) -> PinArea:
    area = await queries.pincode(desk, pincode)
    if area is None:
        raise NotFound("pincode")
    villages = [each.village for each in area.villages if each.village]
    return PinArea(
        pincode=area.pincode, district=area.district, state=area.state, exact=area.exact, villages=villages
    )
