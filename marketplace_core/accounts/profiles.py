"""One phone, several people: a family's profiles, and whose turn it is to speak."""

from uuid import UUID

from sqlalchemy import insert, select, union, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from marketplace_core.accounts import Person
from marketplace_core.accounts import models as t
from marketplace_core.accounts.commands import take_turns
from marketplace_core.accounts.errors import TooManyProfiles
from marketplace_core.accounts.queries import PERSON, person_of
from marketplace_core.accounts.rules import MOST_PROFILES
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotFound


async def profiles(desk: Desk, address_id: UUID) -> tuple[Person, ...]:
    """Everybody who is reached at this phone on any channel, in the order in which they came to us."""
    here, there = t.address.alias("here"), t.address.alias("there")
    same_phone = (
        select(there.c.id, there.c.person_id)
        .join(here, (here.c.tenant_id == there.c.tenant_id) & (here.c.id == address_id))
        .where(
            there.c.tenant_id == desk.tenant,
            (there.c.id == here.c.id) | (there.c.phone == here.c.phone),
        )
        .cte("same_phone")
    )
    shared = select(t.profile.c.person_id).where(
        t.profile.c.tenant_id == desk.tenant, t.profile.c.address_id.in_(select(same_phone.c.id))
    )
    rows = await desk.db.execute(
        select(t.person.c.id, *PERSON)
        .where(
            t.person.c.tenant_id == desk.tenant,
            t.person.c.id.in_(union(select(same_phone.c.person_id), shared)),
        )
        .order_by(t.person.c.created_at, t.person.c.id)
    )
    return tuple(person_of(row.id, row) for row in rows)


async def add_profile(desk: Desk, address_id: UUID, *, name: str) -> Person:
    """Somebody new at this phone, who speaks from now on, in the language of whoever spoke before."""
    if not name.strip():
        raise BadTerms("name")
    await take_turns(desk, f"profiles {address_id}")
    found = await desk.db.execute(
        select(t.address.c.person_id).where(
            t.address.c.tenant_id == desk.tenant, t.address.c.id == address_id
        )
    )
    speaking = found.scalar_one_or_none()
    if speaking is None:
        raise NotFound("address")
    known = await profiles(desk, address_id)
    if len(known) >= MOST_PROFILES:
        raise TooManyProfiles
    (before,) = [each for each in known if each.id == speaking]
    made = await desk.db.execute(
        insert(t.person)
        .values(
            tenant_id=desk.tenant,
            name=name.strip(),
            language=before.language,
            script=before.script,
            created_at=desk.now,
        )
        .returning(t.person.c.id, *PERSON)
    )
    row = made.one()
    await _keep(desk, address_id, speaking, row.id)
    return await choose_profile(desk, address_id, row.id)


async def choose_profile(desk: Desk, address_id: UUID, person_id: UUID) -> Person:
    """From here on what comes from this address is this person's."""
    known = {each.id: each for each in await profiles(desk, address_id)}
    if person_id not in known:
        raise NotFound("profile")
    # an address names one person: all the others stay at this phone as profiles
    await _keep(desk, address_id, *known)
    await desk.db.execute(
        update(t.address)
        .where(t.address.c.tenant_id == desk.tenant, t.address.c.id == address_id)
        .values(person_id=person_id)
    )
    return known[person_id]


async def _keep(desk: Desk, address_id: UUID, *people: UUID) -> None:
    rows = [{"tenant_id": desk.tenant, "address_id": address_id, "person_id": each} for each in people]
    await desk.db.execute(insert_or(t.profile).values(rows).on_conflict_do_nothing())
