"""What a thing brings: never a number without its range, its reasons and its age."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import Field
from starlette.responses import Response

from marketplace_core.api.faults import refuses
from marketplace_core.api.listings import CommodityId
from marketplace_core.api.outside import Opens, outside_doors
from marketplace_core.api.places import Where, place_at
from marketplace_core.api.route import AtDesk, Me, doors
from marketplace_core.api.shapes import Asked, Lat, Line, Lon, Paise, Pincode, Told
from marketplace_core.commodities import COMMODITIES
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotFound, NotYours
from marketplace_core.listings.rules import MOST_KG
from marketplace_core.places.place import Place
from marketplace_core.pricing import chart as drawing
from marketplace_core.pricing import commands, estimates, queries
from marketplace_core.pricing.estimates import FARTHEST_KM
from marketplace_core.pricing.forecast import MOST_DAYS, Forecast, forecast

router = doors("pricing")
#: A picture takes a second to draw: no transaction waits for it.
outside = outside_doors("pricing")

PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}, "description": "PNG"}
}
Days = Annotated[int, Query(ge=1, le=MOST_DAYS)]

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


class LotShown(Told):
    """Paise for all of it."""

    low: int
    likely: int | None
    high: int


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
    scope: str = Field(description="How far one had to look: deals, markets, district, state, india.")
    where: str
    source: str
    market_days: int | None
    trend: TrendShown | None
    nearest: list[NearShown]
    reasons: list[ReasonShown]
    lot: LotShown | None = Field(None, description="For the weight that was named.")
    formula: str | None = Field(None, description="How it came about, in rupees a quintal.")


async def _place(desk: Desk, pincode: str | None, lat: float | None, lon: float | None) -> Place | None:
    if pincode is None and lat is None and lon is None:
        return None
    try:
        return await place_at(desk, Where(pincode=pincode, lat=lat, lon=lon))
    except BadTerms as wrong:
        raise BadTerms(wrong.field.removeprefix("where.")) from None


@router.get("/pricing/estimate", summary="The fair range for a place", responses=refuses(NotFound, BadTerms))
async def estimate(  # noqa: PLR0917 - each comes by its name, from the query
    commodity: Commodity,
    desk: AtDesk,
    pincode: AtPincode = None,
    lat: AtLat = None,
    lon: AtLon = None,
    kg: Annotated[int | None, Query(ge=1, le=MOST_KG)] = None,
    grade: Annotated[Literal["A", "B", "C"] | None, Query()] = None,
    moisture: Annotated[float | None, Query(ge=0, lt=100, description="Percent, measured.")] = None,
    km: Annotated[float | None, Query(ge=0, le=FARTHEST_KM, description="How far the buyer drives.")] = None,
) -> Estimate:
    """From the nearest markets of the last days, else from the district, the state, India; corrected by what is said
    of the lot, which needs a place."""
    place = await _place(desk, pincode, lat, lon)
    of_lot = {"kg": kg, "grade": grade, "moisture": moisture, "km": km}
    if commodity not in COMMODITIES:
        raise NotFound("price")
    if place is None:
        if any(each is not None for each in of_lot.values()):
            raise BadTerms("pincode")
        quote = await queries.quote(desk, commodity=commodity, place=None)
        if quote is None:
            raise NotFound("price")
        return Estimate.model_validate(quote)
    found = await estimates.estimate(desk, commodity=commodity, place=place, **of_lot)  # type: ignore[arg-type]
    if found is None:
        raise NotFound("price")
    lot = dict(zip(("low", "likely", "high"), found.lot, strict=True)) if found.lot else None
    return Estimate.model_validate({**vars(found.quote), **vars(found), "lot": lot})


class Reference(Asked):
    """Paise a quintal, with the day they are of and where they are from."""

    low_paise: Paise
    likely_paise: Paise | None = None
    high_paise: Paise
    as_of: date = Field(examples=["2026-11-20"])
    source: Line


@router.put(
    "/pricing/residue/{commodity}/{state}",
    status_code=204,
    summary="Say what a residue brings in a state",
    responses=refuses(NotYours, BadTerms),
)
async def keep(
    commodity: Annotated[CommodityId, Path()],
    state: Annotated[str, Path(min_length=1, max_length=60, pattern=r"^[A-Za-z &-]+$", examples=["Punjab"])],
    body: Reference,
    desk: AtDesk,
    me: Me,
) -> Response:
    """For operators and admins: no market reports straw. It takes the place of the figure before."""
    await commands.set_residue_price(
        desk, actor_id=me.person_id, commodity=commodity, state=state, **body.model_dump()
    )
    return Response(status_code=204)


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


class DayShown(Told):
    """Paise a quintal: of ten prices one is below low, one above high."""

    day: date
    low: int
    likely: int
    high: int


class PaidShown(Told):
    day: date
    paise: int


class ForecastShown(Told):
    """Empty `days`: the reports are too old, or nothing was ever measured so far ahead."""

    commodity: str
    market: NearShown
    as_of: date
    age_days: int
    by: str = Field(description="`model`, or `naive` where no model beats the last price.")
    history: list[PaidShown]
    days: list[DayShown]
    source: str
    reasons: list[ReasonShown]


async def _ahead(desk: Desk, commodity: str, place: Place | None, days: int) -> Forecast:
    if place is None:
        raise BadTerms("pincode")
    found = await forecast(desk, commodity=commodity, place=place, days=days)
    if found is None:
        raise NotFound("forecast")
    return found


@router.get(
    "/pricing/forecast", summary="The next days at the nearest market", responses=refuses(NotFound, BadTerms)
)
async def ahead(  # noqa: PLR0917 - each comes by its name, from the query
    commodity: Commodity,
    desk: AtDesk,
    pincode: AtPincode = None,
    lat: AtLat = None,
    lon: AtLon = None,
    days: Days = MOST_DAYS,
) -> ForecastShown:
    """With its interval, and whether a model or the last price made it."""
    found = await _ahead(desk, commodity, await _place(desk, pincode, lat, lon), days)
    history = [{"day": day, "paise": paise} for day, paise in found.history]
    return ForecastShown.model_validate({**vars(found), "history": history})


@outside.get(
    "/pricing/chart.png",
    summary="The same as a picture",
    response_class=Response,
    responses=PICTURE | refuses(NotFound, BadTerms),
)
async def picture(
    commodity: Commodity,
    opens: Opens,
    pincode: AtPincode = None,
    lat: AtLat = None,
    lon: AtLon = None,
) -> Response:
    """What was paid, and the fan of what may come; less than 60 kB."""
    async with opens() as desk:
        found = await _ahead(desk, commodity, await _place(desk, pincode, lat, lon), MOST_DAYS)
    labels = drawing.Labels(
        title=f"{COMMODITIES[commodity].name}, {found.market.market}",
        per="a quintal",
        paid="paid",
        coming="may come",
        note=f"Prices of {found.as_of:%d %b %Y}. {found.source}",
    )
    fan = [drawing.Ahead(each.day, each.low, each.likely, each.high) for each in found.days]
    png = await asyncio.to_thread(drawing.chart, found.history, fan, labels, "en")
    return Response(png, media_type="image/png")
