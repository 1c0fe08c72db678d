"""Who waits for a person, at the office's table of the API: what it is about, what was said, and a box to answer."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from bot import handover
from marketplace_core.accounts.duty import on_duty
from marketplace_core.api.faults import refuses
from marketplace_core.api.paging import Limit
from marketplace_core.api.route import AtDesk, Me, doors
from marketplace_core.api.shapes import Asked, Lines, Told
from marketplace_core.audit import commands as audit
from marketplace_core.errors import NotFound, NotYours

router = doors("office")


class HandoverShown(Told):
    """Somebody who waits for a person. The summary is made by rule, a line for each thing."""

    id: UUID
    person_id: UUID
    channel: str
    since: datetime
    taken_at: datetime | None = Field(description="When the office first answered.")
    summary: list[str] = Field(examples=[["Asha, Mandya 571401, Kannada", "In the middle of your sale"]])


class SaidShown(Told):
    by: str = Field(examples=["person"])
    channel: str
    at: datetime
    words: str


class Conversation(HandoverShown):
    said: list[SaidShown] = Field(description="The last twenty messages, oldest first.")


class OfficeAnswer(Asked):
    words: Lines


@router.get("/office/handovers", summary="Who waits for a person", responses=refuses(NotYours))
async def waiting(desk: AtDesk, me: Me, limit: Limit = 50) -> list[HandoverShown]:
    """For operators, longest first."""
    await on_duty(desk, me.person_id, "operator")
    return [HandoverShown.model_validate(each) for each in await handover.handovers(desk, limit)]


@router.get("/office/handovers/{waits}", summary="What was said there", responses=refuses(NotYours, NotFound))
async def said(waits: UUID, desk: AtDesk, me: Me) -> Conversation:
    """The look is noted, and shown to the person with their data."""
    await on_duty(desk, me.person_id, "operator")
    found = await handover.handover(desk, waits)
    await audit.looked(desk, me.person_id, found.person_id, "conversation")
    lines = await handover.transcript(desk, found.person_id)
    shown = [SaidShown.model_validate(line) for line in lines]
    return Conversation.model_validate({**vars(found), "said": shown})


@router.post(
    "/office/handovers/{waits}/answers",
    status_code=204,
    summary="Write to them",
    responses=refuses(NotYours, NotFound),
)
async def answer(waits: UUID, body: OfficeAnswer, desk: AtDesk, me: Me) -> None:
    """Where they asked. The bot keeps quiet there until this is ended."""
    await on_duty(desk, me.person_id, "operator")
    found = await handover.handover(desk, waits)
    await handover.answer(desk, found, me.person_id, body.words)


@router.post(
    "/office/handovers/{waits}/end",
    status_code=204,
    summary="Give them back to the bot",
    responses=refuses(NotYours, NotFound),
)
async def end(waits: UUID, desk: AtDesk, me: Me) -> None:
    """It says that it is back, and asks again what was open."""
    await on_duty(desk, me.person_id, "operator")
    await handover.give_back(desk, (await handover.handover(desk, waits)).person_id)
