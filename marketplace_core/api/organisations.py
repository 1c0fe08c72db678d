"""Farmer organisations and aggregators: each is a market of its own, with its own bot number."""

from typing import Annotated, Literal

from fastapi import Path
from pydantic import Field, StringConstraints

from marketplace_core.api.faults import refuses
from marketplace_core.api.route import HOUSE, AtDesk, Me, doors, only
from marketplace_core.api.shapes import Asked, Line, Told
from marketplace_core.audit import commands as audit
from marketplace_core.desk import Desk
from marketplace_core.errors import NotFound, NotYours
from marketplace_core.logins.queries import Caller
from marketplace_core.tenants import commands, queries
from marketplace_core.tenants.errors import NumberTaken

router = doors("organisations")

OrganisationId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class NewOrganisation(Asked):
    name: Line = Field(examples=["Moga Farmers' Producer Company"])


class NewNumber(Asked):
    channel: Literal["whatsapp", "sms", "voice"]
    number: Annotated[
        str, StringConstraints(pattern=r"^\+[1-9][0-9]{7,14}$"), Field(examples=["+911800123456"])
    ]


class Organisation(Told):
    id: int
    name: str
    numbers: list[str] = Field(description="The bot's numbers, not people's.")


@router.get("/organisations", summary="All organisations", responses=refuses(NotYours))
async def listed(desk: AtDesk, me: Me) -> list[Organisation]:
    _house_admin(desk, me)
    return [Organisation.model_validate(each) for each in await queries.listed(desk.db)]


@router.post("/organisations", status_code=201, summary="Add an organisation", responses=refuses(NotYours))
async def add(body: NewOrganisation, desk: AtDesk, me: Me) -> Organisation:
    """For the house's own admins. Its people, lots and money stand behind a fence of their own."""
    _house_admin(desk, me)
    made = Organisation(id=await commands.add(desk.db, body.name), name=body.name, numbers=[])
    await audit.note(
        desk, actor_id=me.person_id, action="organisation.added", subject=f"organisation {made.id}", facts={}
    )
    return made


@router.post(
    "/organisations/{organisation}/numbers",
    status_code=201,
    summary="Give an organisation its bot number",
    responses=refuses(NotYours, NotFound, NumberTaken),
)
async def give_number(organisation: OrganisationId, body: NewNumber, desk: AtDesk, me: Me) -> Organisation:
    _house_admin(desk, me)
    value = f"whatsapp:{body.number}" if body.channel == "whatsapp" else body.number
    await commands.give_number(desk.db, organisation, channel=body.channel, value=value)
    await audit.note(
        desk,
        actor_id=me.person_id,
        action="organisation.number_given",
        subject=f"organisation {organisation}",
        facts={"channel": body.channel, "number": body.number},
    )
    found = {each.id: each for each in await queries.listed(desk.db)}
    return Organisation.model_validate(found[organisation])


def _house_admin(desk: Desk, me: Caller) -> None:
    if desk.tenant != HOUSE:
        raise NotYours
    only(me, "admin")
