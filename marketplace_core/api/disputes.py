"""Quarrels over a booking: told by both sides, decided by the office."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from marketplace_core.api.faults import refuses
from marketplace_core.api.paging import Limit
from marketplace_core.api.route import AtDesk, Me, doors, only
from marketplace_core.api.shapes import Asked, BookingCode, Lines, Told
from marketplace_core.disputes import commands, queries
from marketplace_core.disputes.queries import Dispute
from marketplace_core.errors import BadTerms, Moved, NotFound, NotMet, NotYours
from marketplace_core.parties import sides

router = doors("disputes")

MOVES = refuses(NotFound, NotYours, Moved, NotMet)

Photos = Annotated[list[UUID], Field(max_length=10)]


class NewDispute(Asked):
    reason: Literal["weight", "quality", "not_delivered", "payment", "other"]
    said: Lines
    photos: Photos = Field(default_factory=list)


class Answer(Asked):
    said: Lines
    photos: Photos = Field(default_factory=list)


class Decision(Asked):
    """`share` takes either a sum or whole percents of the bill as it stands."""

    decision: Literal["uphold", "share", "refund"]
    why: Lines
    farmer_paise: Annotated[int, Field(strict=True, ge=0, le=10**14)] | None = None
    percent: Annotated[int, Field(strict=True, ge=0, le=100)] | None = None


class DisputeShown(Told):
    booking_code: str
    state: str
    opened_by: str
    reason: str
    said: str
    photos: list[UUID]
    answer: str | None
    answer_photos: list[UUID]
    decision: str | None
    farmer_paise: int | None
    decided_why: str | None
    created_at: datetime
    moved_at: datetime


def shown(dispute: Dispute) -> DisputeShown:
    return DisputeShown.model_validate(dispute)


@router.get("/disputes", summary="What waits for a decision", responses=refuses(NotYours))
async def waiting(desk: AtDesk, me: Me, limit: Limit = 50) -> list[DisputeShown]:
    """For the office, the longest wait first."""
    only(me, "operator", "admin")
    return [shown(each) for each in await queries.for_the_office(desk, limit=limit)]


@router.get("/bookings/{code}/dispute", summary="The latest quarrel", responses=refuses(NotFound, NotYours))
async def one(code: BookingCode, desk: AtDesk, me: Me) -> DisputeShown:
    dispute = await queries.of_booking(desk, code)
    if dispute is None:
        raise NotFound("dispute")
    await sides(desk, me.person_id, seller_id=dispute.seller_id, buyer_id=dispute.buyer_id)
    return shown(dispute)


@router.post(
    "/bookings/{code}/dispute",
    status_code=201,
    summary="Say that something is wrong",
    responses=MOVES | refuses(BadTerms),
)
async def open_dispute(code: BookingCode, body: NewDispute, desk: AtDesk, me: Me) -> DisputeShown:
    """The booking stands still, and its money, until this is ended."""
    opened = await commands.open_dispute(desk, actor_id=me.person_id, code=code, **body.model_dump())
    return shown(opened)


@router.post(
    "/bookings/{code}/dispute/answer", summary="The other side's view", responses=MOVES | refuses(BadTerms)
)
async def answer(code: BookingCode, body: Answer, desk: AtDesk, me: Me) -> DisputeShown:
    return shown(await commands.answer(desk, actor_id=me.person_id, code=code, **body.model_dump()))


@router.post("/bookings/{code}/dispute/withdraw", summary="Let it rest", responses=MOVES)
async def withdraw(code: BookingCode, desk: AtDesk, me: Me) -> DisputeShown:
    return shown(await commands.withdraw(desk, actor_id=me.person_id, code=code))


@router.post(
    "/bookings/{code}/dispute/decide", summary="The office's word", responses=MOVES | refuses(BadTerms)
)
async def decide(code: BookingCode, body: Decision, desk: AtDesk, me: Me) -> DisputeShown:
    return shown(await commands.decide(desk, actor_id=me.person_id, code=code, **body.model_dump()))
