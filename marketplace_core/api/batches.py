"""Small lots gathered into one load, and the truck's round that fetches what was booked."""

import asyncio
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path
from pydantic import Field, StringConstraints

from marketplace_core.api.bookings import BookingShown, LogisticsPaise, PayBy
from marketplace_core.api.bookings import shown as booking_shown
from marketplace_core.api.faults import refuses
from marketplace_core.api.listings import CommodityId
from marketplace_core.api.outside import Opens, outside_doors
from marketplace_core.api.route import AtDesk, Me, doors
from marketplace_core.api.shapes import Asked, Kg, Lat, Lon, Moment, Paise, Told
from marketplace_core.errors import (
    BadTerms,
    ListingGone,
    Moved,
    NotEnoughLeft,
    NotFound,
    NotMet,
    NotYours,
    OwnListing,
    PriceLooksWrong,
)
from marketplace_core.logins.queries import Caller
from marketplace_core.lots import commands, queries
from marketplace_core.lots.errors import InAlready, LotGone, TooFar, TooFull
from marketplace_core.lots.queries import Batch
from marketplace_core.offers.errors import NotNegotiable, TooManyOffers
from marketplace_core.routes.finding import plan
from marketplace_core.routes.queries import to_fetch
from marketplace_core.routes.rules import Fleet, Plan

router = doors("batches")
#: The round is thought about after the transaction is over.
outside = outside_doors("batches")

BatchCode = Annotated[
    str, Path(pattern=r"^[Cc][0-9A-Za-z]{5}$", description="As people say it.", examples=["C9KD3R"])
]
ListingGiven = Annotated[str, StringConstraints(pattern=r"^[Ll][0-9A-Za-z]{5}$")]
Km = Annotated[float, Field(gt=0, le=500, allow_inf_nan=False)]
MOVES = refuses(NotYours, NotFound, Moved, NotMet)


class NewBatch(Asked):
    commodity: CommodityId
    price_paise: Paise
    per: Literal["kg", "quintal", "t"]
    min_kg: Kg
    max_kg: Kg
    lat: Lat
    lon: Lon
    radius_km: Km
    gather_until: Moment
    pay_by: PayBy = "advance"
    logistics_paise: LogisticsPaise = 0
    sure: bool = False


class Joining(Asked):
    listing: ListingGiven
    kg: Kg | None = Field(None, description="Left out: all of it.")


class Leaving(Asked):
    listing: ListingGiven


class Weights(Asked):
    """Either the whole truck, or each lot by its listing's code."""

    truck_kg: Kg | None = None
    each: dict[ListingGiven, Kg] | None = Field(None, max_length=200)


class JoinedShown(Told):
    listing: str
    kg: int
    booking: str | None
    booking_state: str | None


class BatchShown(Told):
    """`lots` are for the buyer and the office alone."""

    code: str
    state: str
    commodity: str
    price_paise: int
    per: str
    pay_by: str
    min_kg: int
    max_kg: int
    kg: int
    truck_kg: int | None
    lat: float
    lon: float
    radius_km: float
    gather_until: datetime
    lots: list[JoinedShown]


class LotShown(Told):
    listing: str
    kg: int
    lat: float
    lon: float


class Weighed(Told):
    each: dict[str, int]


class Trucks(Asked):
    """Pickups agreed within the window, fetched from one yard."""

    lat: Lat
    lon: Lon
    leaves: Moment
    window_to: Moment
    trucks: Annotated[int, Field(strict=True, ge=1, le=20)]
    truck_kg: Kg


class VisitShown(Told):
    booking: str
    kg: int
    km: float
    arrives: datetime
    begins: datetime
    load_kg: int


class RouteShown(Told):
    visits: list[VisitShown]
    km: float
    kg: int
    back: datetime


class PlanShown(Told):
    routes: list[RouteShown]
    left_out: list[str] = Field(description="Bookings that fit on no truck.")
    km: float = Field(description="As the crow flies, times 1.3 for roads.")
    one_by_one_km: float
    saved: float = Field(description="The share of the way that is saved.")
    found_by: str


def _shown(batch: Batch, me: Caller) -> BatchShown:
    own = batch.buyer_id == me.person_id or "operator" in me.roles
    return BatchShown.model_validate({**vars(batch), "lots": batch.lots if own else ()})


@router.post(
    "/batches",
    status_code=201,
    summary="Gather small lots into a load",
    responses=refuses(BadTerms, PriceLooksWrong),
)
async def open_batch(body: NewBatch, desk: AtDesk, me: Me) -> BatchShown:
    return _shown(await commands.open_batch(desk, buyer_id=me.person_id, **body.model_dump()), me)


@router.get("/batches/{code}", summary="One batch", responses=refuses(NotFound))
async def one(code: BatchCode, desk: AtDesk, me: Me) -> BatchShown:
    return _shown(await queries.batch(desk, code), me)


@router.get(
    "/batches/{code}/candidates", summary="Lots that could join", responses=refuses(NotFound, NotYours)
)
async def candidates(code: BatchCode, desk: AtDesk, me: Me) -> list[LotShown]:
    """For the buyer: the nearest that still fit."""
    batch = await queries.batch(desk, code)
    if batch.buyer_id != me.person_id and "operator" not in me.roles:
        raise NotYours
    return [LotShown.model_validate(each) for each in await queries.candidates(desk, code)]


@router.post(
    "/batches/{code}/lots",
    summary="Bring a lot",
    responses=MOVES
    | refuses(
        ListingGone, NotEnoughLeft, OwnListing, NotNegotiable, TooFull, TooFar, InAlready, Moved, NotMet
    )
    | refuses(BadTerms),
)
async def join(code: BatchCode, body: Joining, desk: AtDesk, me: Me) -> BatchShown:
    """At the batch's price."""
    joined = await commands.join(
        desk, actor_id=me.person_id, code=code, listing_code=body.listing, kg=body.kg
    )
    return _shown(joined, me)


@router.post("/batches/{code}/leave", summary="Take a lot out", responses=MOVES)
async def leave(code: BatchCode, body: Leaving, desk: AtDesk, me: Me) -> BatchShown:
    left = await commands.leave(desk, actor_id=me.person_id, code=code, listing_code=body.listing)
    return _shown(left, me)


@router.post(
    "/batches/{code}/close",
    status_code=201,
    summary="Book every lot of it, or none",
    responses=MOVES | refuses(LotGone, NotEnoughLeft, ListingGone, TooManyOffers, Moved, NotMet),
)
async def close(code: BatchCode, desk: AtDesk, me: Me) -> list[BookingShown]:
    return [booking_shown(each) for each in await commands.close(desk, actor_id=me.person_id, code=code)]


@router.post("/batches/{code}/abandon", summary="Nothing comes of it", responses=MOVES)
async def abandon(code: BatchCode, desk: AtDesk, me: Me) -> BatchShown:
    return _shown(await commands.abandon(desk, actor_id=me.person_id, code=code), me)


@router.post("/batches/{code}/weighing", summary="At the buyer's scales", responses=MOVES | refuses(BadTerms))
async def weigh(code: BatchCode, body: Weights, desk: AtDesk, me: Me) -> Weighed:
    """The truck's weight is divided over the lots as they were declared."""
    weighed = await commands.weigh_truck(desk, actor_id=me.person_id, code=code, **body.model_dump())
    return Weighed(each=weighed)


@outside.post("/routes", summary="A truck's round over my pickups", responses=refuses(BadTerms))
async def rounds(body: Trucks, me: Me, opens: Opens) -> PlanShown:
    """In an order that can be driven, with what it saves against fetching one by one."""
    async with opens() as desk:
        stops = await to_fetch(desk, buyer_id=me.person_id, window_from=body.leaves, window_to=body.window_to)
    fleet = Fleet((body.lat, body.lon), body.leaves, body.trucks, body.truck_kg)
    return _planned(await asyncio.to_thread(plan, fleet, stops))


def _planned(it: Plan) -> PlanShown:
    routes = [
        RouteShown(
            visits=[
                VisitShown.model_validate({**vars(each), "booking": each.stop.name, "kg": each.stop.kg})
                for each in route.visits
            ],
            km=route.km,
            kg=route.kg,
            back=route.back,
        )
        for route in it.routes
    ]
    return PlanShown(
        routes=routes,
        left_out=[each.name for each in it.left_out],
        km=it.km,
        one_by_one_km=it.one_by_one_km,
        saved=it.saved,
        found_by=it.found_by,
    )
