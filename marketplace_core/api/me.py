"""Who I am here."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from marketplace_core.accounts import Address, Person, commands, queries
from marketplace_core.api.faults import refuses
from marketplace_core.api.places import Where, place_at
from marketplace_core.api.route import AtDesk, Me, doors
from marketplace_core.api.shapes import Asked, Line, Told
from marketplace_core.errors import BadTerms

router = doors("me")

Language = Literal["en", "hi", "kn", "pa", "mr", "te", "ta", "bn", "gu", "ml"]
#: As many last digits as tell one's own number from another of one's own.
SHOWN_DIGITS = 4


class MyPlace(Told):
    """My own place, as exactly as the market knows it."""

    pincode: str
    village: str | None
    district: str
    state: str
    lat: float
    lon: float


class MyAddress(Told):
    channel: str
    ends_in: str = Field(description="The last four characters alone.", examples=["0001"])
    opted_out: bool


class Profile(Told):
    id: UUID
    name: str | None
    language: str
    script: str
    roles: list[str]
    place: MyPlace | None
    registered: bool
    addresses: list[MyAddress]


class ProfileChange(Asked):
    """What is left out stays as it is."""

    name: Line | None = None
    language: Language | None = None
    script: Literal["native", "latin"] | None = None
    where: Where | None = None


def _shown(person: Person, addresses: tuple[Address, ...]) -> Profile:
    masked = [
        MyAddress(
            channel=each.channel, ends_in=(each.phone or each.value)[-SHOWN_DIGITS:], opted_out=each.opted_out
        )
        for each in addresses
    ]
    return Profile.model_validate({**vars(person), "addresses": masked})


@router.get("/me", summary="My profile")
async def profile(desk: AtDesk, me: Me) -> Profile:
    """Numbers are shown by their last digits alone."""
    return _shown(await queries.person(desk, me.person_id), await queries.addresses(desk, me.person_id))


@router.patch("/me", summary="Change my profile", responses=refuses(BadTerms))
async def change(body: ProfileChange, desk: AtDesk, me: Me) -> Profile:
    """A name and a place together make me a registered member of the market."""
    person = await queries.person(desk, me.person_id)
    place = await place_at(desk, body.where) if body.where else None
    if body.language or body.script:
        language, script = body.language or person.language, body.script or person.script
        await commands.set_language(desk, me.person_id, language=language, script=script)
    name, where = body.name or person.name, place or person.place
    if name and where:
        await commands.register(desk, me.person_id, name=name, place=where)
    elif body.name:
        await commands.set_name(desk, me.person_id, name=body.name)
    elif place:
        await commands.set_place(desk, me.person_id, place=place)
    return await profile(desk, me)
