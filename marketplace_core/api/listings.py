"""Lots for sale: put up, looked at, renewed, taken down."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field

from marketplace_core.api import paging
from marketplace_core.api.faults import refuses
from marketplace_core.api.paging import Cursor, Limit, Page
from marketplace_core.api.places import Coarse, Where, place_at
from marketplace_core.api.route import AtDesk, Me, doors
from marketplace_core.api.shapes import Asked, ForPerson, Kg, Lat, ListingCode, Lon, Paise, Told
from marketplace_core.errors import BadTerms, ListingGone, Moved, NotFound, NotYours, PriceLooksWrong
from marketplace_core.listings import commands, queries
from marketplace_core.listings.queries import Listing
from marketplace_core.listings.rules import MOST_PHOTOS

router = doors("listings")

CommodityId = Annotated[str, Field(pattern=r"^[a-z_]{2,40}$", examples=["paddy_straw"])]
Unit = Literal["kg", "quintal", "t"]


class NewListing(Asked):
    commodity: CommodityId
    kg: Kg
    unit: Unit = Field("kg", description="The unit people will see it in.")
    price_paise: Paise
    per: Unit = Field("quintal", description="What the price is for.")
    where: Where
    available_from: date = Field(
        description="India's calendar; today at the earliest.", examples=["2026-11-25"]
    )
    negotiable: bool = True
    photos: list[UUID] = Field([], max_length=MOST_PHOTOS, description="Ids of photos uploaded before.")
    for_person: ForPerson = None
    sure: bool = Field(False, description="This unusual price is meant: send it after `price_looks_wrong`.")
    draft: bool = Field(False, description="Not for sale yet, and seen by nobody else.")


class ListingShown(Told):
    """A lot as everybody may see it."""

    code: str = Field(examples=["L7XK2P"])
    state: str
    commodity: str
    kg: int
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
    photos: list[UUID]
    created_at: datetime
    mine: bool


class FoundShown(Told):
    km: float = Field(description="As the crow flies, from and to about a kilometre.")
    listing: ListingShown


def shown(listing: Listing, me: UUID) -> ListingShown:
    return ListingShown.model_validate({**vars(listing), "mine": listing.seller_id == me})


@router.post(
    "/listings",
    status_code=201,
    summary="Put a lot up for sale",
    responses=refuses(PriceLooksWrong, BadTerms, NotYours),
)
async def publish(body: NewListing, desk: AtDesk, me: Me) -> ListingShown:
    """For thirty days. A price far outside what this brings anywhere is asked back first."""
    terms = body.model_dump(exclude={"where", "for_person"})
    seller_id = body.for_person or me.person_id
    listing = await commands.publish(
        desk, seller_id=seller_id, actor_id=me.person_id, place=await place_at(desk, body.where), **terms
    )
    return shown(listing, me.person_id)


@router.get("/listings/mine", summary="What I have for sale")
async def mine(desk: AtDesk, me: Me, limit: Limit = 20, cursor: Cursor = None) -> Page[ListingShown]:
    """Newest first; what is sold or taken down is over."""
    rows = await queries.mine(desk, me.person_id, limit=limit + 1, before=paging.after(cursor))
    return paging.page(rows, limit, lambda each: shown(each, me.person_id), lambda each: each.id)


@router.get("/listings/near", summary="What can be booked near a place")
async def near(  # noqa: PLR0917 - each comes by its name, from the query
    desk: AtDesk,
    me: Me,
    lat: Annotated[Lat, Query()],
    lon: Annotated[Lon, Query()],
    km: Annotated[float, Query(gt=0, le=500, allow_inf_nan=False)] = 50,
    commodity: Annotated[CommodityId | None, Query()] = None,
    min_kg: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    limit: Limit = 20,
) -> list[FoundShown]:
    """Nearest first, without my own."""
    found = await queries.near(
        desk,
        commodity=commodity,
        lat=lat,
        lon=lon,
        km=km,
        min_kg=min_kg,
        limit=limit,
        not_seller=me.person_id,
    )
    return [FoundShown(km=each.km, listing=shown(each.listing, me.person_id)) for each in found]


@router.get("/listings/{code}", summary="One lot", responses=refuses(NotFound))
async def one(code: ListingCode, desk: AtDesk, me: Me) -> ListingShown:
    listing = await queries.by_code(desk, code)
    if listing is None or (listing.state == "draft" and listing.seller_id != me.person_id):
        raise NotFound("listing")
    return shown(listing, me.person_id)


@router.post(
    "/listings/{code}/put-up",
    summary="Put a draft on the market",
    responses=refuses(ListingGone, NotYours, Moved, BadTerms),
)
async def put_up(code: ListingCode, desk: AtDesk, me: Me) -> ListingShown:
    """Its thirty days begin now."""
    return shown(await commands.put_up(desk, seller_id=me.person_id, code=code), me.person_id)


@router.post("/listings/{code}/renew", summary="Thirty more days", responses=refuses(ListingGone, NotYours))
async def renew(code: ListingCode, desk: AtDesk, me: Me) -> ListingShown:
    return shown(await commands.renew(desk, seller_id=me.person_id, code=code), me.person_id)


@router.post(
    "/listings/{code}/cancel", summary="Take a lot off the market", responses=refuses(ListingGone, NotYours)
)
async def cancel(code: ListingCode, desk: AtDesk, me: Me) -> ListingShown:
    """What is booked already stays booked."""
    return shown(await commands.cancel(desk, seller_id=me.person_id, code=code), me.person_id)
