"""Haggling: a buyer names a price, prices go back and forth, somebody says yes or no."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path
from pydantic import Field

from marketplace_core.api import paging
from marketplace_core.api.bookings import BookingShown, LogisticsPaise, PayBy
from marketplace_core.api.bookings import shown as booking_shown
from marketplace_core.api.faults import refuses
from marketplace_core.api.paging import Cursor, Limit, Page
from marketplace_core.api.route import AtDesk, Me, doors
from marketplace_core.api.shapes import Asked, ForPerson, Kg, Lines, ListingCode, Paise, Told
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
from marketplace_core.offers import commands, queries
from marketplace_core.offers.errors import LotChanged, NotNegotiable, TooManyOffers
from marketplace_core.offers.queries import Offer
from marketplace_core.offers.rules import LONGEST_NOTE
from marketplace_core.parties import sides

router = doors("offers")

MOVES = refuses(NotYours, Moved, NotMet)
OfferCode = Annotated[
    str, Path(pattern=r"^[Ff][0-9A-Za-z]{5}$", description="As people say it.", examples=["F8RW3N"])
]
Note = Annotated[Lines, Field(max_length=LONGEST_NOTE)]


class AsSeen(Asked):
    price_paise: Paise
    per: Literal["kg", "quintal", "t"]
    grade: Literal["A", "B", "C"] | None


class NewOffer(Asked):
    kg: Kg
    price_paise: Paise
    per: Literal["kg", "quintal", "t"]
    note: Note | None = None
    pay_by: PayBy = "advance"
    logistics_paise: LogisticsPaise = 0
    for_person: ForPerson = None
    sure: bool = False
    seen: AsSeen | None = Field(
        default=None,
        description="The listing as the buyer saw it: of one that has changed since, `LotChanged`.",
    )


class Counter(Asked):
    """What is not named stays."""

    kg: Kg | None = None
    price_paise: Paise | None = None
    note: Note | None = None
    sure: bool = False


class OfferShown(Told):
    code: str
    state: str
    turn: str | None = Field(description="Whose answer is awaited: `buyer`, `seller`, or nobody's.")
    answer_by: datetime
    listing_code: str
    commodity: str
    grade: str | None
    for_grade: str | None = Field(description="What the lot was graded when the last price was named.")
    seller_name: str | None
    buyer_name: str | None
    kg: int
    price_paise: int
    per: str
    total_paise: int
    pay_by: str
    logistics_paise: int
    created_at: datetime
    moved_at: datetime


class StepShown(Told):
    by: str
    kg: int
    price_paise: int
    per: str
    note: str
    at: datetime


class OfferTold(OfferShown):
    steps: list[StepShown]


def shown(offer: Offer) -> OfferShown:
    return OfferShown.model_validate(offer)


@router.post(
    "/listings/{code}/offers",
    status_code=201,
    summary="Name a price",
    responses=refuses(
        ListingGone,
        NotEnoughLeft,
        OwnListing,
        NotYours,
        NotNegotiable,
        LotChanged,
        TooManyOffers,
        PriceLooksWrong,
        BadTerms,
    ),
)
async def make(code: ListingCode, body: NewOffer, desk: AtDesk, me: Me) -> OfferShown:
    """For a part of a lot or all of it. Nothing is reserved until the other side says yes, within a day."""
    terms = body.model_dump(exclude={"for_person"}) | {"note": body.note or ""}
    buyer_id = body.for_person or me.person_id
    return shown(await commands.make(desk, buyer_id=buyer_id, actor_id=me.person_id, code=code, **terms))


@router.get("/listings/{code}/offers", summary="Open offers on a lot", responses=refuses(NotFound))
async def open_on(code: ListingCode, desk: AtDesk, me: Me, limit: Limit = 50) -> list[OfferShown]:
    """All of them for its seller, the best price first; a buyer sees their own."""
    return [shown(each) for each in await queries.open_on(desk, code, me.person_id, limit=limit)]


@router.get("/offers", summary="Offers I made")
async def made(desk: AtDesk, me: Me, limit: Limit = 20, cursor: Cursor = None) -> Page[OfferShown]:
    rows = await queries.made_by(desk, me.person_id, limit=limit + 1, before=paging.after(cursor))
    return paging.page(rows, limit, shown, lambda each: each.id)


@router.get("/offers/waiting", summary="Offers that wait for my answer")
async def waiting(desk: AtDesk, me: Me, limit: Limit = 20) -> list[OfferShown]:
    """On what I sell, the most urgent first."""
    return [shown(each) for each in await queries.waiting_for_seller(desk, me.person_id, limit=limit)]


@router.get("/offers/{code}", summary="One offer", responses=refuses(NotFound, NotYours))
async def one(code: OfferCode, desk: AtDesk, me: Me) -> OfferTold:
    """With every price that was named."""
    offer = await queries.by_code(desk, code)
    if offer is None:
        raise NotFound("offer")
    await sides(desk, me.person_id, seller_id=offer.seller_id, buyer_id=offer.buyer_id)
    steps = [vars(step) for step in await queries.history(desk, offer.id)]
    return OfferTold.model_validate({**vars(offer), "steps": steps})


@router.post(
    "/offers/{code}/counter",
    summary="Name another price or quantity",
    responses=MOVES | refuses(PriceLooksWrong, BadTerms),
)
async def counter(code: OfferCode, body: Counter, desk: AtDesk, me: Me) -> OfferShown:
    terms = body.model_dump() | {"note": body.note or ""}
    return shown(await commands.counter(desk, actor_id=me.person_id, code=code, **terms))


@router.post(
    "/offers/{code}/accept",
    status_code=201,
    summary="Yes to the last price",
    responses=MOVES | refuses(ListingGone, NotEnoughLeft, LotChanged),
)
async def accept(code: OfferCode, desk: AtDesk, me: Me) -> BookingShown:
    """The quantity is booked, the rest of the lot stays for sale.

    Where the lot is of another grade by now than the price was named for, name a price again.
    """
    return booking_shown(await commands.accept(desk, actor_id=me.person_id, code=code))


@router.post("/offers/{code}/refuse", summary="No", responses=MOVES)
async def refuse(code: OfferCode, desk: AtDesk, me: Me) -> OfferShown:
    return shown(await commands.refuse(desk, actor_id=me.person_id, code=code))


@router.post("/offers/{code}/withdraw", summary="Take my price back", responses=MOVES)
async def withdraw(code: OfferCode, desk: AtDesk, me: Me) -> OfferShown:
    return shown(await commands.withdraw(desk, actor_id=me.person_id, code=code))
