"""What a thing brings: never a number without its range, its reasons and its age."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from marketplace_core.api.faults import refuses
from marketplace_core.api.listings import CommodityId
from marketplace_core.api.places import Where, place_at
from marketplace_core.api.route import AtDesk, doors
from marketplace_core.api.shapes import Lat, Lon, Pincode, Told
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotFound
from marketplace_core.places.place import Place
from marketplace_core.pricing import queries

router = doors("pricing")

Commodity = Annotated[CommodityId, Query()]
AtPincode = Annotated[Pincode | None, Query(description="Where; without it, all India.")]
AtLat = Annotated[Lat | None, Query()]
AtLon = Annotated[Lon | None, Query()]


class NearShown(Told):
    market: str
    district: str
    km: float
    exact: bool = Field(description="False: the distance is that to its district.")
    day: date
    likely: int


class TrendShown(Told):
    direction: str = Field(examples=["rising"])
    percent: float
    noise_percent: float = Field(description="What moves in a usual week.")
    as_of: date


class ReasonShown(Told):
    code: str
    facts: Mapping[str, Any]


class Estimate(Told):
    """Paise a quintal. `likely` is null where only a range was ever published."""

    commodity: str
    low: int
    likely: int | None
    high: int
    per: str
    as_of: date
    age_days: int
    stale: bool
    scope: str = Field(description="How far one had to look: markets, district, state, india.")
    where: str
    source: str
    market_days: int | None
    trend: TrendShown | None
    nearest: list[NearShown]
    reasons: list[ReasonShown]


async def _place(desk: Desk, pincode: str | None, lat: float | None, lon: float | None) -> Place | None:
    if pincode is None and lat is None and lon is None:
        return None
    try:
        return await place_at(desk, Where(pincode=pincode, lat=lat, lon=lon))
    except BadTerms as wrong:
        raise BadTerms(wrong.field.removeprefix("where.")) from None


@router.get("/pricing/estimate", summary="The fair range for a place", responses=refuses(NotFound, BadTerms))
async def estimate(
    commodity: Commodity, desk: AtDesk, pincode: AtPincode = None, lat: AtLat = None, lon: AtLon = None
) -> Estimate:
    """From the nearest markets of the last days, else from the district, the state, India."""
    place = await _place(desk, pincode, lat, lon)
    quote = await queries.quote(desk, commodity=commodity, place=place)
    if quote is None:
        raise NotFound("price")
    return Estimate.model_validate(quote)


@router.get("/pricing/trend", summary="Rising, stable or falling", responses=refuses(NotFound, BadTerms))
async def trend(
    commodity: Commodity, desk: AtDesk, pincode: AtPincode = None, lat: AtLat = None, lon: AtLon = None
) -> TrendShown:
    """This week's median against the week's before."""
    place = await _place(desk, pincode, lat, lon)
    found = await queries.trend(desk, commodity=commodity, place=place)
    if found is None:
        raise NotFound("trend")
    return TrendShown.model_validate(found)
