"""Who somebody is, and where they are reached."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from marketplace_core.accounts import Acting, Address, Person
from marketplace_core.accounts import models as t
from marketplace_core.desk import Desk
from marketplace_core.errors import NoSuchPerson
from marketplace_core.places.models import place_of

PERSON = (
    t.person.c.name,
    t.person.c.language,
    t.person.c.script,
    t.person.c.roles,
    t.person.c.pincode,
    t.person.c.village,
    t.person.c.district,
    t.person.c.place_state,
    t.person.c.lat,
    t.person.c.lon,
    t.person.c.registered_at,
)


def person_of(person_id: UUID, row: Any) -> Person:
    return Person(
        id=person_id,
        name=row.name,
        language=row.language,
        script=row.script,
        roles=tuple(row.roles),
        place=place_of(row) if row.pincode else None,
        registered=row.registered_at is not None,
    )


async def person(desk: Desk, person_id: UUID) -> Person:
    found = await desk.db.execute(
        select(*PERSON).where(t.person.c.tenant_id == desk.tenant, t.person.c.id == person_id)
    )
    row = found.one_or_none()
    if row is None:
        raise NoSuchPerson(person_id)
    return person_of(person_id, row)


async def addresses(desk: Desk, person_id: UUID) -> tuple[Address, ...]:
    """All of a person's addresses, the one that wrote last first; also where now somebody else of theirs speaks."""
    shared = select(t.profile.c.address_id).where(
        t.profile.c.tenant_id == desk.tenant, t.profile.c.person_id == person_id
    )
    rows = await desk.db.execute(
        select(
            t.address.c.id,
            t.address.c.channel,
            t.address.c.value,
            t.address.c.phone,
            t.address.c.opted_out_at.is_not(None),
            t.address.c.last_inbound_at,
            t.address.c.closed_at.is_not(None),
        )
        .where(
            t.address.c.tenant_id == desk.tenant,
            (t.address.c.person_id == person_id) | t.address.c.id.in_(shared),
        )
        .order_by(t.address.c.last_inbound_at.desc().nulls_last(), t.address.c.id)
    )
    return tuple(Address(*row) for row in rows)


async def phone(desk: Desk, person_id: UUID) -> str | None:
    """Where they can be rung up; None where every channel of theirs hides it."""
    known = await addresses(desk, person_id)
    return next((each.phone for each in known if each.phone and not each.closed), None)


async def may_act_for(desk: Desk, actor_id: UUID, person_id: UUID) -> bool:
    """Everybody acts for themselves; for others only with their yes."""
    if actor_id == person_id:
        return True
    agreed = await desk.db.execute(
        select(t.acting.c.id).where(
            t.acting.c.tenant_id == desk.tenant,
            t.acting.c.actor_id == actor_id,
            t.acting.c.person_id == person_id,
            t.acting.c.state == "agreed",
        )
    )
    return agreed.first() is not None


async def acts_for(desk: Desk, actor_id: UUID) -> tuple[Acting, ...]:
    """For whom somebody acts or has asked to, in the order of asking."""
    return await _acting(desk, t.acting.c.actor_id == actor_id)


async def actors_of(desk: Desk, person_id: UUID) -> tuple[Acting, ...]:
    """Who acts for somebody or has asked to: what a person is shown to answer and to end."""
    return await _acting(desk, t.acting.c.person_id == person_id)


async def _acting(desk: Desk, whose: ColumnElement[bool]) -> tuple[Acting, ...]:
    rows = await desk.db.execute(
        select(t.acting.c.actor_id, t.acting.c.person_id, t.acting.c.kind, t.acting.c.state)
        .where(t.acting.c.tenant_id == desk.tenant, whose, t.acting.c.state.in_(t.OPEN))
        .order_by(t.acting.c.id)
    )
    return tuple(Acting(*row) for row in rows)
