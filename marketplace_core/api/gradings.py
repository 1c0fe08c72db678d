"""Grades: asked for with photos, one by one or in a batch; given by our eyes, and by field agents."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Query
from pydantic import Field

from marketplace_core.api import paging
from marketplace_core.api.faults import refuses
from marketplace_core.api.listings import CommodityId
from marketplace_core.api.paging import Cursor, Limit, Page
from marketplace_core.api.route import AtDesk, Me, doors, only
from marketplace_core.api.shapes import Asked, Lines, Told
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Moved, NotFound, NotMet, NotYours
from marketplace_core.grading import commands, queries
from marketplace_core.grading.commands import LONGEST_ADVICE, MOST_IN_A_BATCH, MOST_PHOTOS, Wanted
from marketplace_core.grading.errors import TooManyGradings
from marketplace_core.grading.report import Answers, Eye, Moisture
from marketplace_core.grading.rules import MOST_DAYS
from marketplace_core.logins.queries import Caller

router = doors("gradings")

GradingCode = Annotated[
    str, Path(pattern=r"^[Gg][0-9A-Za-z]{5}$", description="As people say it.", examples=["G5QW8Z"])
]
Permille = Annotated[
    int, Field(strict=True, ge=0, le=1000, description="Parts of a thousand.", examples=[140])
]
Photos = Annotated[list[UUID], Field(min_length=1, max_length=MOST_PHOTOS)]
Advice = Annotated[Lines, Field(max_length=LONGEST_ADVICE)]


class MoistureSaid(Asked):
    permille: Permille
    source: Literal["meter", "agent", "farmer"] = Field(description="Who says so.")


class NewGrading(Asked):
    """What nobody knows is left out; it makes the grade less sure."""

    commodity: CommodityId
    photos: Photos
    moisture: MoistureSaid | None = None
    days_since_harvest: Annotated[int, Field(strict=True, ge=0, le=MOST_DAYS)] | None = None
    rained_on: bool | None = None
    stored: Literal["field", "covered", "shed"] | None = None
    eye: Eye | None = Field(None, description="Which eye looks; left out: the one for what the photo shows.")
    listing: str | None = Field(
        None, pattern=r"^[Ll][0-9A-Za-z]{5}$", description="My listing, which will carry the grade."
    )

    def answers(self) -> Answers:
        wet = self.moisture
        return Answers(
            Moisture(wet.permille / 1000, wet.source) if wet else None,
            self.days_since_harvest,
            self.rained_on,
            self.stored,
        )


class NewBatch(Asked):
    gradings: list[NewGrading] = Field(min_length=1, max_length=MOST_IN_A_BATCH)


class Judgement(Asked):
    grade: Literal["A", "B", "C"]
    moisture_permille: Permille | None = Field(None, description="Never from a photo.")
    moisture_source: Literal["meter", "agent"] = Field("meter", description="A meter, or the agent's hand.")
    purity_permille: Permille | None = None
    advice: Advice | None = None


class CannotJudge(Asked):
    advice: Advice = Field(description="What to send instead.")


class Correction(Asked):
    commodity: CommodityId


class GradingShown(Told):
    """What nobody measured is null. `report` is what our eyes saw, also where an agent judged."""

    code: str
    commodity: str
    listing: str | None
    photos: list[UUID]
    file: str | None = Field(description="What its sender called it, in a batch.")
    state: str
    judged_by: str | None = Field(description="`eyes` or `agent`.")
    grade: str | None
    report: dict[str, Any] | None
    moisture_permille: int | None
    moisture_source: str | None = Field(description="`meter`, `agent` or `farmer`.")
    purity_permille: int | None
    advice: str | None = Field(description="An agent's words.")
    seen_at: datetime | None
    appealed_at: datetime | None
    created_at: datetime
    moved_at: datetime


class BatchShown(Told):
    id: UUID
    progress: dict[str, int] = Field(
        description="How many stand where.", examples=[{"asked": 2, "graded": 1}]
    )
    gradings: list[GradingShown]


@router.post(
    "/gradings",
    status_code=202,
    summary="Ask for a grade",
    responses=refuses(TooManyGradings, BadTerms, NotFound),
)
async def ask(body: NewGrading, desk: AtDesk, me: Me) -> GradingShown:
    """Our eyes look at the photos, and a field agent where they are not sure; ten an hour for each person."""
    listing = body.listing.upper() if body.listing else None
    return GradingShown.model_validate(
        await commands.ask(
            desk,
            person_id=me.person_id,
            commodity=body.commodity,
            photos=body.photos,
            listing_code=listing,
            answers=body.answers(),
            eye=body.eye,
        )
    )


@router.post(
    "/gradings/batches",
    status_code=202,
    summary="Ask for many grades at once",
    responses=refuses(NotYours, BadTerms, NotFound),
)
async def ask_many(body: NewBatch, desk: AtDesk, me: Me) -> BatchShown:
    """For buyers, aggregators and agents; all or nothing."""
    wanted = [Wanted(each.commodity, each.photos, each.answers()) for each in body.gradings]
    batch_id, _ = await commands.ask_many(desk, person_id=me.person_id, wanted=wanted)
    return await batch_shown(desk, me, batch_id)


@router.get("/gradings/batches/{batch_id}", summary="How far a batch is", responses=refuses(NotFound))
async def batch(batch_id: UUID, desk: AtDesk, me: Me) -> BatchShown:
    return await batch_shown(desk, me, batch_id)


async def batch_shown(desk: Desk, me: Caller, batch_id: UUID) -> BatchShown:
    progress, found = await queries.batch(desk, me.person_id, batch_id)
    if not found:
        raise NotFound("batch")
    return BatchShown(
        id=batch_id,
        progress=dict(progress),
        gradings=[GradingShown.model_validate(each) for each in found],
    )


def may_see(asker: UUID, me: Caller) -> bool:
    return asker == me.person_id or bool({"field_agent", "operator"} & set(me.roles))


@router.get("/gradings/mine", summary="What I asked for")
async def mine(desk: AtDesk, me: Me, limit: Limit = 20, cursor: Cursor = None) -> Page[GradingShown]:
    """Newest first."""
    rows = await queries.mine(desk, me.person_id, limit=limit + 1, before=paging.after(cursor))
    return paging.page(rows, limit, GradingShown.model_validate, lambda each: each.id)


@router.get("/gradings/waiting", summary="What waits for an agent", responses=refuses(NotYours))
async def waiting(
    desk: AtDesk, me: Me, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> list[GradingShown]:
    """The longest waiting first; for field agents and operators."""
    only(me, "field_agent", "operator")
    return [GradingShown.model_validate(each) for each in await queries.waiting(desk, limit=limit)]


@router.get("/gradings/{code}", summary="One grading", responses=refuses(NotFound))
async def one(code: GradingCode, desk: AtDesk, me: Me) -> GradingShown:
    found = await queries.by_code(desk, code)
    if found is None or not may_see(found.person_id, me):
        raise NotFound("grading")
    return GradingShown.model_validate(found)


@router.post(
    "/gradings/{code}/grade", summary="Give a grade", responses=refuses(NotYours, NotFound, Moved, BadTerms)
)
async def grade(code: GradingCode, body: Judgement, desk: AtDesk, me: Me) -> GradingShown:
    """A field agent's judgement becomes the listing's grade. Nobody grades their own."""
    done = await commands.grade(desk, actor_id=me.person_id, code=code, **body.model_dump())
    return GradingShown.model_validate(done)


@router.post(
    "/gradings/{code}/appeal",
    summary="Have an agent look at what the eyes judged",
    responses=refuses(NotFound, Moved, NotMet),
)
async def appeal(code: GradingCode, desk: AtDesk, me: Me) -> GradingShown:
    """Once, by whoever asked for the grade."""
    return GradingShown.model_validate(await commands.appeal(desk, actor_id=me.person_id, code=code))


@router.post(
    "/gradings/{code}/commodity",
    summary="Say which of two it is",
    responses=refuses(NotFound, Moved, BadTerms),
)
async def correct(code: GradingCode, body: Correction, desk: AtDesk, me: Me) -> GradingShown:
    """The answer to a `doubt` in the report: another commodity is looked at again, the same one by an agent."""
    done = await commands.correct(desk, actor_id=me.person_id, code=code, commodity=body.commodity)
    return GradingShown.model_validate(done)


@router.post(
    "/gradings/{code}/give-up",
    summary="Say that it cannot be judged",
    responses=refuses(NotYours, NotFound, Moved, BadTerms),
)
async def give_up(code: GradingCode, body: CannotJudge, desk: AtDesk, me: Me) -> GradingShown:
    done = await commands.give_up(desk, actor_id=me.person_id, code=code, advice=body.advice)
    return GradingShown.model_validate(done)
