"""What looked wrong, for operators: flags with their reasons. A flag has stopped nothing."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import Field

from marketplace_core.api.faults import refuses
from marketplace_core.api.route import AtDesk, Me, doors, only
from marketplace_core.api.shapes import Asked, Lines, Told
from marketplace_core.errors import BadTerms, Moved, NotFound, NotYours
from marketplace_core.fraud import commands, queries
from marketplace_core.fraud.commands import LONGEST_WHY

router = doors("reviews")


class FlagShown(Told):
    id: UUID
    rule: str = Field(examples=["near_photo"])
    sentence: str = Field(description="What the rule says.")
    subject: str = Field(description="The thing it is about: mostly a code.", examples=["L7XK2P"])
    person_id: UUID | None
    weight: int = Field(description="3 nearly sure, 2 odd, 1 a suspicion.")
    reasons: dict[str, Any] = Field(description="Codes and figures.")
    state: str
    why: str | None
    created_at: datetime


class Review(Asked):
    guilty: bool
    why: Annotated[Lines, Field(max_length=LONGEST_WHY)]


@router.get("/reviews", summary="What waits for a reviewer", responses=refuses(NotYours, NotFound))
async def queue(
    desk: AtDesk,
    me: Me,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    after: Annotated[UUID | None, Query(description="The last flag of the page before.")] = None,
) -> list[FlagShown]:
    """The heaviest first, then the oldest."""
    only(me, "operator")
    last = await queries.by_id(desk, after) if after else None
    if after and last is None:
        raise NotFound("flag")
    return [FlagShown.model_validate(each) for each in await queries.queue(desk, limit=limit, after=last)]


@router.post(
    "/reviews/{flag_id}", summary="Clear or confirm", responses=refuses(NotYours, NotFound, Moved, BadTerms)
)
async def review(flag_id: UUID, body: Review, desk: AtDesk, me: Me) -> FlagShown:
    """What follows from it is the reviewer's to do; the word and its reason are kept in the audit chain."""
    done = await commands.review(
        desk, actor_id=me.person_id, flag_id=flag_id, guilty=body.guilty, why=body.why
    )
    return FlagShown.model_validate(done)
