"""For operators: the limits by which grades are given, the models that look, and whether they still see well."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query
from pydantic import Field

from marketplace_core.api import paging
from marketplace_core.api.faults import refuses
from marketplace_core.api.listings import CommodityId
from marketplace_core.api.paging import Cursor, Limit, Page
from marketplace_core.api.route import AtDesk, Me, doors, only
from marketplace_core.api.shapes import Asked, Lines, Told
from marketplace_core.errors import BadTerms, NotFound, NotYours
from marketplace_core.grading import drift, labels, limits, queries, registry, rules
from marketplace_core.grading.errors import NotBetter, NothingBefore
from marketplace_core.grading.limits import LONGEST_SOURCE
from marketplace_core.grading.rules import MOST_DAYS, Measure

router = doors("eyes")

ModelName = Annotated[str, Path(pattern=r"^[a-z_]{1,40}$", examples=["kernels"])]
Most = Annotated[
    float,
    Field(ge=0, le=MOST_DAYS, allow_inf_nan=False, description="A share of one, or days.", examples=[0.02]),
]


class LimitShown(Told):
    """Up to `most_a` it is an A, up to `most_b` a B, above a C."""

    commodity: str
    measure: str
    most_a: float
    most_b: float
    source: str
    own: bool = Field(description="Set by this market's operators; else it ships with the product.")


class NewLimit(Asked):
    most_a: Most
    most_b: Most
    source: Annotated[Lines, Field(max_length=LONGEST_SOURCE, description="Where these figures are from.")]


class ModelShown(Told):
    name: str
    version: str
    state: str = Field(description="`serving`, `challenger` or `retired`.")
    sha256: str
    data_sha256: str = Field(description="Of the list of what it was trained on.")
    metrics: dict[str, Any]
    licences: str
    registered_at: datetime
    promoted_at: datetime | None


class ComparisonShown(Told):
    """Over labels that both answered; `gained` only the challenger had right, `lost` only the serving one."""

    name: str
    serving: str
    challenger: str
    labels: int
    serving_right: int
    challenger_right: int
    gained: int
    lost: int
    p: float = Field(description="How often chance alone does as much (McNemar, exact, two sides).")
    better: bool = Field(description="Enough labels, more gained than lost, and p below 0.05: it may serve.")


class ShiftShown(Told):
    what: str = Field(examples=["grades"])
    psi: float = Field(description="Population stability index against the reference; above 0.2 is an alarm.")
    looks: int
    alarming: bool


class LabelShown(Told):
    id: UUID
    about: str
    truth: str
    source: str
    role: str
    grading: str
    commodity: str
    photos: list[str] = Field(description="SHA-256 of the files.")
    answer: str | None
    confidence: float | None
    model: dict[str, str]
    rival: dict[str, str] | None
    rival_answer: str | None
    at: datetime


@router.get("/eyes/limits", summary="By which limits a commodity is graded")
async def shown(desk: AtDesk, me: Me, commodity: Annotated[CommodityId, Query()]) -> list[LimitShown]:
    """For everybody: whoever is graded may know by what."""
    own = await queries.own_limits(desk, commodity)
    return [_shown(each, own) for each in await queries.limits(desk, commodity)]


@router.put(
    "/eyes/limits/{commodity}/{measure}",
    summary="Set a limit of this market",
    responses=refuses(NotYours, BadTerms),
)
async def put(
    commodity: CommodityId, measure: Measure, body: NewLimit, desk: AtDesk, me: Me
) -> list[LimitShown]:
    """In place of the shipped one; written in the book."""
    await limits.set_limit(
        desk, actor_id=me.person_id, commodity=commodity, measure=measure, **body.model_dump()
    )
    return await shown(desk, me, commodity)


@router.delete(
    "/eyes/limits/{commodity}/{measure}",
    summary="Go back to the shipped limit",
    responses=refuses(NotYours, NotFound),
)
async def drop(commodity: CommodityId, measure: Measure, desk: AtDesk, me: Me) -> list[LimitShown]:
    await limits.drop_limit(desk, actor_id=me.person_id, commodity=commodity, measure=measure)
    return await shown(desk, me, commodity)


@router.get("/eyes/models", summary="Which models look, and which are on trial", responses=refuses(NotYours))
async def models(desk: AtDesk, me: Me) -> list[ModelShown]:
    only(me, "operator", "admin")
    return [ModelShown.model_validate(each) for each in await registry.models(desk)]


@router.get(
    "/eyes/models/{name}/comparison",
    summary="Is the one on trial better?",
    responses=refuses(NotYours, NotFound),
)
async def compare(name: ModelName, desk: AtDesk, me: Me) -> ComparisonShown:
    only(me, "operator", "admin")
    return ComparisonShown.model_validate(await registry.compare(desk, name))


@router.post(
    "/eyes/models/{name}/promote",
    summary="Let the one on trial serve",
    responses=refuses(NotYours, NotFound, NotBetter),
)
async def promote(name: ModelName, desk: AtDesk, me: Me) -> ModelShown:
    """Only where people's labels show it to be better."""
    return ModelShown.model_validate(await registry.promote(desk, name, actor_id=me.person_id))


@router.post(
    "/eyes/models/{name}/roll-back",
    summary="Let the one before serve again",
    responses=refuses(NotYours, NothingBefore),
)
async def roll_back(name: ModelName, desk: AtDesk, me: Me) -> ModelShown:
    return ModelShown.model_validate(await registry.roll_back(desk, name, actor_id=me.person_id))


@router.get(
    "/eyes/drift", summary="Does this week look like what they learned from?", responses=refuses(NotYours)
)
async def drifting(desk: AtDesk, me: Me) -> list[ShiftShown]:
    """Empty where there is no reference, or fewer than a hundred looks this week."""
    only(me, "operator", "admin")
    return [ShiftShown.model_validate(each) for each in await drift.this_week(desk)]


@router.get("/eyes/labels", summary="What people said of what the eyes saw", responses=refuses(NotYours))
async def labelled(desk: AtDesk, me: Me, limit: Limit = 50, cursor: Cursor = None) -> Page[LabelShown]:
    """Oldest first. Roles, never names."""
    only(me, "operator", "admin")
    rows = await labels.all_labels(desk, limit=limit + 1, after=paging.after(cursor))
    return paging.page(rows, limit, LabelShown.model_validate, lambda each: each.id)


def _shown(limit: rules.Limit, own: tuple[rules.Limit, ...]) -> LimitShown:
    return LimitShown.model_validate({**vars(limit), "own": limit in own})
