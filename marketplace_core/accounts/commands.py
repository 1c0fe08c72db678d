"""People come, say who they are, agree, and leave."""

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update

from marketplace_core.accounts import Person, Reached
from marketplace_core.accounts import models as t
from marketplace_core.accounts.queries import PERSON, person_of
from marketplace_core.accounts.rules import ROLES
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NoSuchPerson
from marketplace_core.places.models import place_values
from marketplace_core.places.place import Place

# Runs for every message, so it is built once and is one statement.
HEAR_FROM = (
    update(t.address)
    .where(
        t.address.c.tenant_id == bindparam("of_tenant"),
        t.address.c.channel == bindparam("on_channel"),
        t.address.c.value == bindparam("at_value"),
        t.person.c.tenant_id == t.address.c.tenant_id,
        t.person.c.id == t.address.c.person_id,
    )
    .values(
        last_inbound_at=bindparam("heard_at"),
        closed_at=None,
        phone=func.coalesce(bindparam("with_phone", type_=t.address.c.phone.type), t.address.c.phone),
    )
    .returning(
        t.address.c.id.label("address_id"),
        t.address.c.person_id,
        t.address.c.opted_out_at,
        *PERSON,
    )
)


async def reach(desk: Desk, *, channel: str, value: str, phone: str | None) -> Reached:
    """The person behind this address, found or made; the same phone on two channels is one person."""
    known = await _hear_from(desk, channel, value, phone)
    if known:
        return known
    # Two first messages at once, on one channel or on two: the second waits here and then finds the first.
    await take_turns(desk, f"{channel} {value}", phone or "")
    known = await _hear_from(desk, channel, value, phone)
    if known:
        return known
    person_id = await who_has(desk, phone) if phone else None
    new = person_id is None
    if person_id is None:
        person_id = (
            await desk.db.execute(
                insert(t.person).values(tenant_id=desk.tenant, created_at=desk.now).returning(t.person.c.id)
            )
        ).scalar_one()
    await desk.db.execute(
        insert(t.address).values(
            tenant_id=desk.tenant,
            channel=channel,
            value=value,
            person_id=person_id,
            phone=phone,
            created_at=desk.now,
        )
    )
    reached = await _hear_from(desk, channel, value, phone)
    assert reached is not None
    return Reached(reached.person, reached.address_id, reached.opted_out, new)


async def _hear_from(desk: Desk, channel: str, value: str, phone: str | None) -> Reached | None:
    row = (
        await desk.db.execute(
            HEAR_FROM,
            {
                "of_tenant": desk.tenant,
                "on_channel": channel,
                "at_value": value,
                "heard_at": desk.now,
                "with_phone": phone,
            },
        )
    ).one_or_none()
    if row is None:
        return None
    return Reached(person_of(row.person_id, row), row.address_id, row.opted_out_at is not None, new=False)


async def take_turns(desk: Desk, *names: str) -> None:
    """Where no row exists yet that could be locked: until the transaction ends, one at a time by this name."""
    for name in names:  # always the address first, then the phone: nobody waits in a circle
        key = func.hashtextextended(f"reach {desk.tenant} {name}", 0)
        await desk.db.execute(select(func.pg_advisory_xact_lock(key)))


async def who_has(desk: Desk, phone: str) -> UUID | None:
    """Who speaks at this phone, by SMS before other channels; nothing is noted, as nothing was heard from them."""
    found = await desk.db.execute(
        select(t.address.c.person_id)
        .where(t.address.c.tenant_id == desk.tenant, t.address.c.phone == phone)
        .order_by(t.address.c.channel != "sms", t.address.c.id)
        .limit(1)
    )
    return found.scalar_one_or_none()


async def register(desk: Desk, person_id: UUID, *, name: str, place: Place) -> Person:
    return await _change(
        desk,
        person_id,
        name=name,
        registered_at=func.coalesce(t.person.c.registered_at, desk.now),
        **place_values(place),
    )


async def leave(desk: Desk, person_id: UUID) -> Person:
    """No member any more; joining again asks again for what was taken back."""
    return await _change(desk, person_id, registered_at=None)


async def set_language(desk: Desk, person_id: UUID, *, language: str, script: str) -> Person:
    return await _change(desk, person_id, language=language, script=script)


async def set_name(desk: Desk, person_id: UUID, *, name: str) -> Person:
    return await _change(desk, person_id, name=name)


async def set_place(desk: Desk, person_id: UUID, *, place: Place) -> Person:
    return await _change(desk, person_id, **place_values(place))


async def add_role(desk: Desk, person_id: UUID, role: str) -> Person:
    if role not in ROLES:
        raise BadTerms("role")
    others = func.array_remove(t.person.c.roles, role)
    return await _change(desk, person_id, roles=func.array_append(others, role))


async def take_role(desk: Desk, person_id: UUID, role: str) -> Person:
    """They are it no more, from their next request on; not to have been is no fault."""
    if role not in ROLES:
        raise BadTerms("role")
    return await _change(desk, person_id, roles=func.array_remove(t.person.c.roles, role))


async def _change(desk: Desk, person_id: UUID, **values: Any) -> Person:
    row = (
        await desk.db.execute(
            update(t.person)
            .where(t.person.c.tenant_id == desk.tenant, t.person.c.id == person_id)
            .values(values)
            .returning(*PERSON)
        )
    ).one_or_none()
    if row is None:
        raise NoSuchPerson(person_id)
    return person_of(person_id, row)


async def give_consent(
    desk: Desk, person_id: UUID, *, purpose: str, language: str, wording: str, channel: str
) -> None:
    """Keep exactly what the person was shown, in their language."""
    await desk.db.execute(
        insert(t.consent).values(
            tenant_id=desk.tenant,
            person_id=person_id,
            purpose=purpose,
            language=language,
            wording=wording,
            channel=channel,
            given_at=desk.now,
        )
    )


async def opt_out(desk: Desk, address_id: UUID) -> None:
    """No more messages to this address; the person's other addresses stay as they are."""
    await _set_opted_out(desk, address_id, func.coalesce(t.address.c.opted_out_at, desk.now))


async def opt_in(desk: Desk, address_id: UUID) -> None:
    await _set_opted_out(desk, address_id, None)


async def _set_opted_out(desk: Desk, address_id: UUID, opted_out_at: Any) -> None:
    await desk.db.execute(
        update(t.address)
        .where(t.address.c.tenant_id == desk.tenant, t.address.c.id == address_id)
        .values(opted_out_at=opted_out_at)
    )
