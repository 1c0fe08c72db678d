"""What nobody got and what nobody has heard, at the office's table of the API; the market itself knows nothing of
messages."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from bot import waiting_room
from bot.outbox import dead
from marketplace_core.accounts.duty import on_duty
from marketplace_core.api.faults import refuses
from marketplace_core.api.paging import Limit
from marketplace_core.api.route import AtDesk, Me, doors
from marketplace_core.api.shapes import Told
from marketplace_core.errors import NotFound, NotYours

router = doors("office")


class UndeliveredShown(Told):
    """A message that failed for good. Its words are told, so that they can be said by telephone."""

    id: UUID
    channel: str
    recipient: str
    words: str
    purpose: str = Field(examples=["notice"])
    error_code: int | None = Field(description="The carrier's own code.")
    status: str | None
    created_at: datetime


class OutsideShown(Told):
    """Messages that came when the house was full."""

    waiting: int
    since: datetime | None = Field(description="Since when the one that waits longest does.")
    late: bool = Field(description="They should have been heard by now: is the worker running?")


@router.get("/office/unheard", summary="Messages that nobody has heard yet", responses=refuses(NotYours))
async def unheard(desk: AtDesk, me: Me) -> OutsideShown:
    """For operators."""
    await on_duty(desk, me.person_id, "operator")
    return OutsideShown.model_validate(await waiting_room.outside(desk))


@router.get("/office/undelivered", summary="Messages that nobody got", responses=refuses(NotYours))
async def undelivered(desk: AtDesk, me: Me, limit: Limit = 50) -> list[UndeliveredShown]:
    """For operators, oldest first, until somebody has seen to them."""
    await on_duty(desk, me.person_id, "operator")
    return [UndeliveredShown.model_validate(each) for each in await dead.dead_letters(desk, limit)]


@router.post(
    "/office/undelivered/{message}/settle",
    status_code=204,
    summary="Seen to",
    responses=refuses(NotYours, NotFound),
)
async def settle(message: UUID, desk: AtDesk, me: Me) -> None:
    await on_duty(desk, me.person_id, "operator")
    if not await dead.settle(desk, message):
        raise NotFound("message")


@router.post(
    "/office/undelivered/{message}/again",
    status_code=204,
    summary="Send it again",
    responses=refuses(NotYours, NotFound),
)
async def again(message: UUID, desk: AtDesk, me: Me) -> None:
    """When what stood in its way has been put right."""
    await on_duty(desk, me.person_id, "operator")
    if not await dead.send_again(desk, message):
        raise NotFound("message")
