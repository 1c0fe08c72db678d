"""People and their roles, for those in charge. Whoever looks is written down."""

from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import Field

from marketplace_core.accounts import commands, queries
from marketplace_core.accounts.rules import Role
from marketplace_core.api.faults import refuses
from marketplace_core.api.route import AtDesk, Me, doors, only
from marketplace_core.api.shapes import Told
from marketplace_core.audit import commands as audit
from marketplace_core.errors import NoSuchPerson, NotYours
from marketplace_core.ratings import queries as ratings

router = doors("people")


class PersonShown(Told):
    """Without numbers and without the place: neither is needed to decide anything."""

    id: UUID
    name: str | None
    language: str
    roles: list[str]
    registered: bool
    deals_rated: int
    stars: float | None = Field(description="Of five, one decimal.")


@router.get("/people/{person}", summary="Who somebody is", responses=refuses(NotYours, NoSuchPerson))
async def one(person: UUID, desk: AtDesk, me: Me) -> PersonShown:
    """For operators and admins; the look is noted in the book."""
    only(me, "operator", "admin")
    found = await queries.person(desk, person)
    await audit.looked(desk, me.person_id, person, "profile")
    stars = await ratings.summary(desk, person)
    return PersonShown.model_validate(
        {**vars(found), "deals_rated": stars.count, "stars": stars.average and float(stars.average)}
    )


@router.put("/people/{person}/roles/{role}", summary="Give a role", responses=refuses(NotYours, NoSuchPerson))
async def give(person: UUID, role: Annotated[Role, Path()], desk: AtDesk, me: Me) -> PersonShown:
    """For admins, and not to themselves. It counts from the person's next request on."""
    only(me, "admin")
    if person == me.person_id:
        raise NotYours
    await commands.add_role(desk, person, role)
    await audit.note(
        desk, actor_id=me.person_id, action="person.role_given", subject=str(person), facts={"role": role}
    )
    return await one(person, desk, me)


@router.delete(
    "/people/{person}/roles/{role}", summary="Take a role away", responses=refuses(NotYours, NoSuchPerson)
)
async def take(person: UUID, role: Annotated[Role, Path()], desk: AtDesk, me: Me) -> PersonShown:
    """For admins, and not from themselves: the last one would lock the door from inside."""
    only(me, "admin")
    if person == me.person_id:
        raise NotYours
    await commands.take_role(desk, person, role)
    await audit.note(
        desk, actor_id=me.person_id, action="person.role_taken", subject=str(person), facts={"role": role}
    )
    return await one(person, desk, me)
