"""Events to partners' programs: signed as Standard Webhooks describe, at least once, in order per thing."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field, StringConstraints
from starlette.responses import Response

from marketplace_core.api import paging
from marketplace_core.api.faults import refuses
from marketplace_core.api.paging import Cursor, Limit, Page
from marketplace_core.api.route import AtDesk, Me, doors
from marketplace_core.api.shapes import Asked, Moment, Told
from marketplace_core.errors import BadTerms, Moved, NotFound, NotYours
from marketplace_core.webhooks import commands, queries
from marketplace_core.webhooks.errors import TooManyEndpoints

router = doors("webhooks")
secrets = doors("webhooks", told_once=True)

Url = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2000),
    Field(examples=["https://partner.example.org/mandi"]),
]
Kinds = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=80)]],
    Field(min_length=1, max_length=100, examples=[["booking.*", "payment.paid"]]),
]


class NewEndpoint(Asked):
    url: Url
    kinds: Kinds = ["*"]  # noqa: RUF012 - pydantic copies it
    for_all: bool = Field(False, description="Every event of the organisation; for its office.")


class EndpointChange(Asked):
    url: Url | None = None
    kinds: Kinds | None = None
    state: Literal["active", "disabled"] | None = None


class Again(Asked):
    """Either one delivery, or everything since a moment."""

    since: Moment | None = None
    delivery_id: UUID | None = None


class EndpointShown(Told):
    id: UUID
    url: str
    kinds: list[str]
    state: str
    why: str | None = Field(description="Why it is off: `gone`, `silent` or `by_hand`.")
    created_at: datetime


class EndpointAdded(Told):
    id: UUID
    secret: str = Field(description="Shown here and never again.", examples=["whsec_…"])


class SecretShown(Told):
    secret: str = Field(description="The one before it signs along for a day.", examples=["whsec_…"])


class DeliveryShown(Told):
    id: UUID
    event_id: UUID
    kind: str
    subject: str
    state: str
    attempts: int
    due_at: datetime
    done_at: datetime | None


class AttemptShown(Told):
    at: datetime
    status: int | None
    fault: str | None
    ms: int


class Replayed(Told):
    deliveries: int


@router.get("/webhooks", summary="My endpoints")
async def endpoints(desk: AtDesk, me: Me) -> list[EndpointShown]:
    """One's own; for the office the organisation's as well."""
    return [EndpointShown.model_validate(each) for each in await queries.endpoints(desk, me.person_id)]


@secrets.post(
    "/webhooks",
    status_code=201,
    summary="Add an endpoint",
    responses=refuses(BadTerms, NotYours, TooManyEndpoints),
)
async def add(body: NewEndpoint, desk: AtDesk, me: Me) -> EndpointAdded:
    """HTTPS on a public address. Its secret is in this answer alone: here a request sent twice is done twice."""
    added = await commands.add(desk, actor_id=me.person_id, **body.model_dump())
    return EndpointAdded.model_validate(added)


@router.get("/webhooks/{endpoint}", summary="One endpoint", responses=refuses(NotFound))
async def one(endpoint: UUID, desk: AtDesk, me: Me) -> EndpointShown:
    return EndpointShown.model_validate(await queries.endpoint(desk, me.person_id, endpoint))


@router.patch(
    "/webhooks/{endpoint}",
    summary="Change an endpoint, turn it off or on",
    responses=refuses(NotFound, BadTerms, Moved),
)
async def change(endpoint: UUID, body: EndpointChange, desk: AtDesk, me: Me) -> EndpointShown:
    """What happened while it was off comes by replay."""
    who = {"actor_id": me.person_id, "endpoint_id": endpoint}
    if body.url is not None or body.kinds is not None:
        await commands.change(desk, **who, url=body.url, kinds=body.kinds)
    if body.state is not None:
        await (commands.enable if body.state == "active" else commands.disable)(desk, **who)
    return await one(endpoint, desk, me)


@router.delete(
    "/webhooks/{endpoint}", status_code=204, summary="Take an endpoint away", responses=refuses(NotFound)
)
async def remove(endpoint: UUID, desk: AtDesk, me: Me) -> Response:
    await commands.remove(desk, actor_id=me.person_id, endpoint_id=endpoint)
    return Response(status_code=204)


@secrets.post("/webhooks/{endpoint}/secret", summary="A new secret", responses=refuses(NotFound))
async def rotate(endpoint: UUID, desk: AtDesk, me: Me) -> SecretShown:
    return SecretShown(secret=await commands.rotate(desk, actor_id=me.person_id, endpoint_id=endpoint))


@router.get("/webhooks/{endpoint}/deliveries", summary="What was sent", responses=refuses(NotFound))
async def deliveries(  # noqa: PLR0917 - each comes by its name, from the query
    endpoint: UUID,
    desk: AtDesk,
    me: Me,
    state: Annotated[str | None, Query(pattern=r"^[a-z_]{1,20}$")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[DeliveryShown]:
    rows = await queries.deliveries(
        desk, me.person_id, endpoint, state=state, before=paging.after(cursor), limit=limit + 1
    )
    return paging.page(rows, limit, DeliveryShown.model_validate, lambda each: each.id)


@router.get(
    "/webhooks/{endpoint}/deliveries/{delivery}",
    summary="Each try of a delivery",
    responses=refuses(NotFound),
)
async def attempts(endpoint: UUID, delivery: UUID, desk: AtDesk, me: Me) -> list[AttemptShown]:
    rows = await queries.attempts(desk, me.person_id, endpoint, delivery)
    return [AttemptShown.model_validate(each) for each in rows]


@router.post(
    "/webhooks/{endpoint}/replay", summary="Send again", responses=refuses(NotFound, BadTerms, Moved)
)
async def replay(endpoint: UUID, body: Again, desk: AtDesk, me: Me) -> Replayed:
    sent = await commands.replay(desk, actor_id=me.person_id, endpoint_id=endpoint, **body.model_dump())
    return Replayed(deliveries=sent)
