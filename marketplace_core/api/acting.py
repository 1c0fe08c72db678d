"""Speaking for others: asked for, agreed to, ended by whoever agreed."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from marketplace_core.accounts import acting, queries
from marketplace_core.accounts.errors import WrongRole
from marketplace_core.api.faults import refuses
from marketplace_core.api.route import AtDesk, Me, doors
from marketplace_core.api.shapes import Asked, Told
from marketplace_core.errors import BadTerms, Moved, NoSuchPerson, NotFound, NotMet, NotYours

router = doors("acting for others")

MOVES = refuses(NotFound, NotYours, Moved, NotMet)


class Wanted(Asked):
    kind: Literal["agent", "family", "organisation"]


class Answer(Asked):
    yes: Annotated[bool, Field(strict=True)]


class ActingShown(Told):
    actor_id: UUID
    person_id: UUID
    kind: str
    state: str


class Both(Told):
    i_act_for: list[ActingShown]
    act_for_me: list[ActingShown]


@router.get("/me/acting", summary="For whom I act, and who acts for me")
async def both(desk: AtDesk, me: Me) -> Both:
    """Also what was asked and is not answered yet."""
    return Both(
        i_act_for=[ActingShown.model_validate(each) for each in await queries.acts_for(desk, me.person_id)],
        act_for_me=[ActingShown.model_validate(each) for each in await queries.actors_of(desk, me.person_id)],
    )


@router.post(
    "/people/{person}/acting",
    status_code=202,
    summary="Ask to act for somebody",
    responses=refuses(WrongRole, NoSuchPerson, BadTerms),
)
async def ask(person: UUID, body: Wanted, desk: AtDesk, me: Me) -> Both:
    """Asking twice is asking once; nothing is allowed before their yes."""
    await acting.ask_to_act(desk, actor_id=me.person_id, person_id=person, kind=body.kind)
    return await both(desk, me)


@router.put("/me/actors/{actor}", summary="Let somebody act for me, or not", responses=MOVES)
async def answer(actor: UUID, body: Answer, desk: AtDesk, me: Me) -> Both:
    decide = acting.agree_to_act if body.yes else acting.refuse_to_act
    await decide(desk, by_id=me.person_id, actor_id=actor, person_id=me.person_id)
    return await both(desk, me)


@router.delete("/me/actors/{actor}", status_code=204, summary="Nobody acts for me any more", responses=MOVES)
async def end(actor: UUID, desk: AtDesk, me: Me) -> Response:
    await acting.end_acting(desk, by_id=me.person_id, actor_id=actor, person_id=me.person_id)
    return Response(status_code=204)
