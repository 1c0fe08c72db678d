"""Every open lot of every market, as strangers see it: nearest first, or newest first."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field

from marketplace_core.api import paging
from marketplace_core.api.faults import refuses
from marketplace_core.api.listings import CommodityId
from marketplace_core.api.paging import Cursor, Limit, Page
from marketplace_core.api.places import Coarse
from marketplace_core.api.route import AtDesk, doors
from marketplace_core.api.shapes import Asked, Lat, Lon, Told
from marketplace_core.errors import BadTerms
from marketplace_core.listings.rules import MOST_KG, MOST_PAISE
from marketplace_core.window import queries
from marketplace_core.window.queries import Mark, OpenListing, Wanted

router = doors("window")

MOST_A_QUINTAL = 100 * MOST_PAISE
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9 .,&()'/-]+$")]


class Filter(Asked):
    """What is left out may be anything. Prices are paise a quintal."""

    commodity: CommodityId | None = None
    grade: Literal["A", "B", "C"] | None = Field(None, description="This or better.")
    min_kg: int = Field(1, ge=1, le=MOST_KG)
    least_paise: int | None = Field(None, ge=0, le=MOST_A_QUINTAL)
    most_paise: int | None = Field(None, ge=0, le=MOST_A_QUINTAL)
    available_by: date | None = None
    limit: Limit = 20


class Near(Filter):
    lat: Lat
    lon: Lon
    km: float = Field(50, gt=0, le=500, allow_inf_nan=False)


class Newest(Filter):
    state: Name | None = Field(None, examples=["Punjab"])
    district: Name | None = Field(None, description="Goes with its state.", examples=["Moga"])
    cursor: Cursor = None


class OpenLot(Told):
    """`market` is where one books it."""

    market: str
    code: str
    commodity: str
    kg_left: int
    unit: str
    price_paise: int
    per: str
    negotiable: bool
    grade: str | None
    graded_by: str | None
    place: Coarse
    available_from: date
    expires_at: datetime
    opened_at: datetime
    km: float | None = Field(description="As the crow flies, from and to about a kilometre.")


def _wanted(asked: Filter) -> Wanted:
    return Wanted(
        asked.commodity, asked.grade, asked.min_kg, asked.least_paise, asked.most_paise, asked.available_by
    )


@router.get("/window/near", summary="Nearest first", responses=refuses(BadTerms))
async def near(asked: Annotated[Near, Query()], desk: AtDesk) -> list[OpenLot]:
    found = await queries.search(
        desk, lat=asked.lat, lon=asked.lon, km=asked.km, wanted=_wanted(asked), limit=asked.limit
    )
    return [OpenLot.model_validate(each) for each in found]


@router.get("/window", summary="Newest first", responses=refuses(BadTerms))
async def newest(asked: Annotated[Newest, Query()], desk: AtDesk) -> Page[OpenLot]:
    page = await queries.feed(
        desk,
        wanted=_wanted(asked),
        state=asked.state,
        district=asked.district,
        after=_mark(asked.cursor),
        limit=asked.limit,
    )
    shown = [_shown(each) for each in page.listings]
    return Page(items=shown, next=_cursor(page.next) if page.next else None)


def _shown(lot: OpenListing) -> OpenLot:
    return OpenLot.model_validate(lot)


def _cursor(mark: Mark) -> str:
    return paging.sealed({"at": mark.opened_at.isoformat(), "id": str(mark.listing_id)})


def _mark(cursor: str | None) -> Mark | None:
    if cursor is None:
        return None
    told = paging.opened(cursor, "at", "id")
    try:
        at = datetime.fromisoformat(told["at"])
        if at.tzinfo is None:
            raise ValueError
        return Mark(at, UUID(told["id"]))
    except (ValueError, OverflowError):
        raise BadTerms("cursor") from None
