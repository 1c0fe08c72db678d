"""What is known about me, what I agreed to, and leaving."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import Field, StringConstraints
from starlette.responses import JSONResponse, PlainTextResponse, Response

from marketplace_core.accounts import commands as accounts
from marketplace_core.api.faults import refuses
from marketplace_core.api.me import Language
from marketplace_core.api.route import AtDesk, Me, doors
from marketplace_core.api.shapes import Asked, Lines, Told
from marketplace_core.privacy import commands, queries
from marketplace_core.privacy.errors import NoConsent, NotAsked

router = doors("privacy")

PURPOSE = r"^[a-z_]{1,40}$"
EXPORT: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "text/plain": {"schema": {"type": "string"}},
        },
        "description": "Table by table, and who looked at it.",
    }
}


class NewConsent(Asked):
    purpose: Annotated[str, StringConstraints(pattern=PURPOSE), Field(examples=["marketplace"])]
    language: Language
    wording: Lines


class ConsentShown(Told):
    """With the words that I was shown."""

    purpose: str
    language: str
    wording: str
    channel: str
    given_at: datetime
    withdrawn_at: datetime | None


class Withdrawn(Told):
    withdrawn: int


class DeletionShown(Told):
    asked_at: datetime
    due_at: datetime = Field(description="Until then I may think better of it.")
    in_the_way: list[str] = Field(description="What must end first.", examples=[["bookings"]])


@router.get("/me/data", summary="Everything about me", response_class=JSONResponse, responses=EXPORT)
async def export(
    desk: AtDesk, me: Me, form: Annotated[Literal["json", "text"], Query()] = "json"
) -> Response:
    """As JSON, or to read."""
    known = await commands.export(desk, me.person_id, actor_id=me.person_id)
    return PlainTextResponse(queries.as_text(known)) if form == "text" else JSONResponse(known)


@router.get("/me/consents", summary="What I agreed to")
async def consents(desk: AtDesk, me: Me) -> list[ConsentShown]:
    """The whole history, newest first."""
    return [ConsentShown.model_validate(each) for each in await queries.consents(desk, me.person_id)]


@router.post("/me/consents", status_code=201, summary="Agree to something")
async def give(body: NewConsent, desk: AtDesk, me: Me) -> ConsentShown:
    """With exactly the words that I was shown."""
    await accounts.give_consent(desk, me.person_id, channel="api", **body.model_dump())
    return ConsentShown.model_validate((await queries.consents(desk, me.person_id))[0])


@router.delete("/me/consents/{purpose}", summary="Withdraw a consent", responses=refuses(NoConsent))
async def withdraw(purpose: Annotated[str, Path(pattern=PURPOSE)], desk: AtDesk, me: Me) -> Withdrawn:
    """As easily as it was given; the history stays."""
    return Withdrawn(withdrawn=await commands.withdraw_consent(desk, me.person_id, purpose=purpose))


@router.get("/me/deletion", summary="When I will be forgotten", responses=refuses(NotAsked))
async def deletion(desk: AtDesk, me: Me) -> DeletionShown:
    there = await queries.deletion(desk, me.person_id)
    if there is None:
        raise NotAsked
    return DeletionShown.model_validate(there)


@router.post("/me/deletion", status_code=202, summary="Forget me")
async def ask(desk: AtDesk, me: Me) -> DeletionShown:
    """In ninety days; what I have for sale is taken off the market now. Asking twice changes nothing."""
    asked = await commands.ask_deletion(desk, me.person_id, actor_id=me.person_id)
    return DeletionShown.model_validate(asked)


@router.delete("/me/deletion", status_code=204, summary="Keep me after all", responses=refuses(NotAsked))
async def undo(desk: AtDesk, me: Me) -> Response:
    await commands.undo_deletion(desk, me.person_id, actor_id=me.person_id)
    return Response(status_code=204)
