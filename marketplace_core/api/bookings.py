"""Agreements on their way: booked, confirmed, fetched, weighed, inspected, delivered, billed, closed."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from marketplace_core.api import faults, paging
from marketplace_core.api.faults import refuses
from marketplace_core.api.me import MyPlace
from marketplace_core.api.paging import Cursor, Limit, Page
from marketplace_core.api.route import AtDesk, Me, doors
from marketplace_core.api.shapes import (
    Asked,
    BookingCode,
    ForPerson,
    Kg,
    Lines,
    ListingCode,
    Moment,
    Paise,
    Told,
)
from marketplace_core.audit import commands as audit
from marketplace_core.bookings import commands, fetching, handover, queries
from marketplace_core.bookings.errors import BillMoved, PickupLocked
from marketplace_core.bookings.fetching import WrongCode
from marketplace_core.bookings.queries import Booking
from marketplace_core.desk import Desk
from marketplace_core.errors import (
    BadTerms,
    ListingGone,
    Moved,
    NotEnoughLeft,
    NotFound,
    NotMet,
    NotYours,
    OwnListing,
    Refused,
)
from marketplace_core.logins.queries import Caller
from marketplace_core.offers import commands as offers
from marketplace_core.offers.errors import LotChanged
from marketplace_core.offers.rules import MOST_LOGISTICS_PAISE
from marketplace_core.parties import OPERATOR
from marketplace_core.places.plane import shown as coarse
from marketplace_core.ratings import commands as ratings
from marketplace_core.ratings.errors import NotOver, TooLate

router = doors("bookings")

#: What any move of a booking may be answered with.
MOVES = refuses(NotYours, Moved, NotMet)
PayBy = Literal["advance", "cash"]
LogisticsPaise = Annotated[
    int, Field(strict=True, ge=0, le=MOST_LOGISTICS_PAISE, description="Agreed cost of the cart.")
]
Tenths = Annotated[
    int | None, Field(strict=True, ge=0, le=1000, description="Tenths of a percent.", examples=[145])
]


class WrongPickupCode(Refused):
    """Not the code that the farmer holds; after a few of them the pickup is locked for a while."""

    http = 422

    def __init__(self, tries_left: int, locked_until: datetime | None) -> None:
        super().__init__("this is not the farmer's code")
        self.field, self.tries_left, self.locked_until = "pickup_code", tries_left, locked_until


class NewBooking(Asked):
    kg: Kg
    price_paise: Paise = Field(description="As the listing shows it; booked is at no other price.")
    per: Literal["kg", "quintal", "t"]
    grade: Literal["A", "B", "C"] | None = Field(
        description="As the listing shows it, null where it shows none; booked is at no other grade."
    )
    pay_by: PayBy = "advance"
    logistics_paise: LogisticsPaise = 0
    for_person: ForPerson = None


class Reason(Asked):
    why: Lines | None = None


class Window(Asked):
    window_from: Moment = Field(examples=["2026-11-26T08:00:00+05:30"])
    window_to: Moment = Field(examples=["2026-11-26T12:00:00+05:30"])


class Driver(Asked):
    driver_id: UUID = Field(description="A delivery agent, or the buyer themselves.")


class PickupCodeSaid(Asked):
    pickup_code: Annotated[str, StringConstraints(pattern=r"^[0-9 ]{1,20}$")]


class Weighing(Asked):
    kg: Kg
    slip: UUID | None = Field(None, description="The photo of the slip.")


class Inspection(Asked):
    """At least one of grade, moisture and impurity."""

    grade: Literal["A", "B", "C"] | None = None
    moisture: Tenths = None
    impurity: Tenths = None
    photos: list[UUID] = Field(default_factory=list, max_length=10)


class BillSeen(Asked):
    farmer_gets: int = Field(
        strict=True, ge=0, description="Paise, as the bill showed it to whoever says yes."
    )


class Stars(Asked):
    stars: Annotated[int, Field(strict=True, ge=1, le=5)]


class Open(Told):
    """A move that is open to me now, and what must hold for it."""

    name: str
    target: str
    holds: list[str]


class BookingShown(Told):
    code: str
    state: str
    commodity: str
    kg: int
    unit: str
    price_paise: int
    per: str
    total_paise: int = Field(description="The goods as agreed.")
    due_paise: int = Field(description="What the buyer secures for everything.")
    pay_by: str
    listing_code: str
    seller_id: UUID
    buyer_id: UUID
    seller_name: str | None
    buyer_name: str | None
    place: MyPlace = Field(description="To about a kilometre until the seller has said yes.")
    created_at: datetime
    moved_at: datetime
    moved_by: str
    why: str | None
    confirmed_at: datetime | None
    billed_at: datetime | None
    bill_agreed_at: datetime | None


class BookingOpen(BookingShown):
    next: list[Open]


class PickupShown(Told):
    window_from: datetime | None
    window_to: datetime | None
    driver_id: UUID | None = Field(description="Null: the buyer comes themselves.")
    locked_until: datetime | None


class PickupCode(Told):
    pickup_code: str | None = Field(description="Null until the booking is confirmed.")


class BillLine(Told):
    kind: str = Field(examples=["goods"])
    paise: int
    note: str
    formula: str


class BillShown(Told):
    kg: int
    lines: list[BillLine]
    farmer_gets: int = Field(description="Paise.")
    buyer_pays: int = Field(description="Paise.")


def shown(booking: Booking) -> BookingShown:
    return BookingShown.model_validate(_known_so_far(booking))


def _known_so_far(booking: Booking) -> Booking:
    """Until the seller says yes a buyer knows their place as any stranger does."""
    if booking.confirmed_at:
        return booking
    place = booking.place
    return replace(booking, place=replace(place, lat=coarse(place.lat), lon=coarse(place.lon)))


async def _seen(desk: Desk, me: Caller, code: str) -> Booking:
    """A booking is for those who have a part in it, and for the office, whose look is noted."""
    booking = await queries.known(desk, code)
    if await queries.roles(desk, booking, me.person_id) == (OPERATOR,):
        for party in (booking.seller_id, booking.buyer_id):
            await audit.looked(desk, me.person_id, party, "booking")
    return booking


@router.post(
    "/listings/{code}/book",
    status_code=201,
    summary="Book at the listed price",
    responses=refuses(ListingGone, NotEnoughLeft, OwnListing, BadTerms, NotYours, LotChanged),
)
async def book(code: ListingCode, body: NewBooking, desk: AtDesk, me: Me) -> BookingShown:
    """The quantity is reserved until the seller answers, for a day at most; nobody else gets the same kilogram."""
    booking = await offers.book_at_listed_price(
        desk,
        buyer_id=body.for_person or me.person_id,
        actor_id=me.person_id,
        code=code,
        **body.model_dump(exclude={"for_person"}),
    )
    return shown(booking)


@router.get("/bookings", summary="My bookings")
async def mine(desk: AtDesk, me: Me, limit: Limit = 20, cursor: Cursor = None) -> Page[BookingShown]:
    """What I sell or buy, newest first."""
    rows = await queries.mine(desk, me.person_id, limit=limit + 1, before=paging.after(cursor))
    return paging.page(rows, limit, shown, lambda each: each.id)


@router.get("/bookings/{code}", summary="One booking", responses=refuses(NotFound, NotYours))
async def one(code: BookingCode, desk: AtDesk, me: Me) -> BookingOpen:
    """With the moves that are open to me now."""
    booking = await _seen(desk, me, code)
    moves = [
        {"name": each.name, "target": each.target, "holds": [condition.sentence for condition in each.holds]}
        for each in await queries.what_next(desk, code, me.person_id)
    ]
    return BookingOpen.model_validate({**vars(_known_so_far(booking)), "next": moves})


@router.get("/bookings/{code}/bill", summary="The bill", responses=refuses(NotFound, NotYours))
async def bill(code: BookingCode, desk: AtDesk, me: Me) -> BillShown:
    """As quoted until the goods are weighed; then as weighed and inspected."""
    return BillShown.model_validate(await queries.bill_of(desk, await _seen(desk, me, code)))


@router.get("/bookings/{code}/pickup", summary="When it is fetched", responses=refuses(NotFound, NotYours))
async def pickup(code: BookingCode, desk: AtDesk, me: Me) -> PickupShown:
    booking = await _seen(desk, me, code)
    return PickupShown.model_validate(await queries.pickup(desk, booking.id))


@router.get(
    "/bookings/{code}/pickup-code", summary="The code for the driver", responses=refuses(NotFound, NotYours)
)
async def pickup_code(code: BookingCode, desk: AtDesk, me: Me) -> PickupCode:
    """For the farmer alone, who shows it when the goods are on the cart."""
    return PickupCode(pickup_code=await queries.pickup_code(desk, code, me.person_id))


@router.post("/bookings/{code}/confirm", summary="The seller agrees", responses=MOVES)
async def confirm(code: BookingCode, desk: AtDesk, me: Me) -> BookingShown:
    return shown(await commands.confirm(desk, actor_id=me.person_id, code=code))


@router.post("/bookings/{code}/cancel", summary="Call it off", responses=MOVES)
async def cancel(code: BookingCode, body: Reason, desk: AtDesk, me: Me) -> BookingShown:
    """The goods are for sale again, and held money is free."""
    return shown(await commands.cancel(desk, actor_id=me.person_id, code=code, why=body.why or ""))


@router.put(
    "/bookings/{code}/pickup", summary="Agree when it is fetched", responses=MOVES | refuses(BadTerms)
)
async def agree_pickup(code: BookingCode, body: Window, desk: AtDesk, me: Me) -> BookingShown:
    agreed = await fetching.agree_pickup(desk, actor_id=me.person_id, code=code, **body.model_dump())
    return shown(agreed)


@router.put("/bookings/{code}/driver", summary="Name the driver", responses=MOVES | refuses(BadTerms))
async def assign_driver(code: BookingCode, body: Driver, desk: AtDesk, me: Me) -> BookingShown:
    """With a new driver comes a new code for the farmer."""
    named = await fetching.assign_driver(desk, actor_id=me.person_id, code=code, driver_id=body.driver_id)
    return shown(named)


@router.post("/bookings/{code}/pickup-code", summary="A fresh code", responses=MOVES)
async def renew_code(code: BookingCode, desk: AtDesk, me: Me) -> BookingShown:
    """When the old one was overheard."""
    return shown(await fetching.renew_code(desk, actor_id=me.person_id, code=code))


@router.post(
    "/bookings/{code}/pick-up",
    summary="The driver has loaded",
    response_model=BookingShown,
    responses=MOVES | refuses(WrongPickupCode, PickupLocked),
)
async def pick_up(
    code: BookingCode, body: PickupCodeSaid, request: Request, desk: AtDesk, me: Me
) -> BookingShown | Response:
    said = await fetching.pick_up(desk, actor_id=me.person_id, code=code, pickup_code=body.pickup_code)
    if isinstance(said, WrongCode):  # answered, not raised: the guess was counted
        refusal = WrongPickupCode(said.tries_left, said.locked_until)
        return faults.refusal(refusal, request.state.request_id)
    return shown(said)


@router.post("/bookings/{code}/weighing", summary="What the scales say", responses=MOVES | refuses(BadTerms))
async def weigh(code: BookingCode, body: Weighing, desk: AtDesk, me: Me) -> BookingShown:
    """Once; the office alone corrects it."""
    weighed = await handover.weigh(desk, actor_id=me.person_id, code=code, kg=body.kg, slip=body.slip)
    return shown(weighed)


@router.post(
    "/bookings/{code}/inspection", summary="What was found at delivery", responses=MOVES | refuses(BadTerms)
)
async def inspect(code: BookingCode, body: Inspection, desk: AtDesk, me: Me) -> BookingShown:
    found = await handover.inspect(desk, actor_id=me.person_id, code=code, **body.model_dump())
    return shown(found)


@router.post("/bookings/{code}/deliver", summary="The goods are with the buyer", responses=MOVES)
async def deliver(code: BookingCode, desk: AtDesk, me: Me) -> BookingShown:
    return shown(await handover.deliver(desk, actor_id=me.person_id, code=code))


@router.post(
    "/bookings/{code}/agree-bill",
    summary="The farmer takes the bill",
    responses=MOVES | refuses(BillMoved),
)
async def agree_bill(code: BookingCode, body: BillSeen, desk: AtDesk, me: Me) -> BookingShown:
    return shown(
        await commands.agree_bill(desk, actor_id=me.person_id, code=code, farmer_gets=body.farmer_gets)
    )


@router.post(
    "/bookings/{code}/complete", summary="The buyer takes the goods", responses=MOVES | refuses(BillMoved)
)
async def complete(code: BookingCode, body: BillSeen, desk: AtDesk, me: Me) -> BookingShown:
    """Money is paid out by the bill."""
    return shown(
        await commands.complete(desk, actor_id=me.person_id, code=code, farmer_gets=body.farmer_gets)
    )


@router.put(
    "/bookings/{code}/stars",
    status_code=204,
    summary="Rate the other side",
    responses=refuses(NotFound, NotYours, NotOver, TooLate),
)
async def rate(code: BookingCode, body: Stars, desk: AtDesk, me: Me) -> Response:
    """Said again within a week, it is changed."""
    await ratings.rate(desk, actor_id=me.person_id, code=code, stars=body.stars)
    return Response(status_code=204)
