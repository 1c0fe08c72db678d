"""Who writes to us, on which channel, and what they agreed to."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts import models as t
from marketplace_core.accounts import queries as people
from marketplace_core.desk import Desk, open_desk, sit_down
from marketplace_core.errors import NoSuchPerson
from marketplace_core.seed import TENANT
from marketplace_core.tenants import commands as tenants
from tests.conftest import NOW
from tests.marketplace_core.people import LUDHIANA, MOGA

PHONE = "+919812345678"


async def test_the_first_message_makes_a_person_and_the_second_finds_them(desk: Desk) -> None:
    first = await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)
    second = await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)
    assert first.new
    assert not second.new
    assert second.person == first.person
    assert second.address_id == first.address_id
    assert (first.person.language, first.person.script, first.person.registered) == ("en", "native", False)
    assert first.person.place is None


async def test_sms_and_whatsapp_of_one_phone_are_one_person(desk: Desk) -> None:
    sms = await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)
    whatsapp = await accounts.reach(desk, channel="whatsapp", value=f"whatsapp:{PHONE}", phone=PHONE)
    assert whatsapp.person.id == sms.person.id
    assert whatsapp.address_id != sms.address_id
    assert not whatsapp.new


async def test_a_whatsapp_id_without_a_phone_is_a_person_too(desk: Desk) -> None:
    hidden = await accounts.reach(desk, channel="whatsapp", value="whatsapp:IN.123", phone=None)
    other = await accounts.reach(desk, channel="whatsapp", value="whatsapp:IN.456", phone=None)
    assert hidden.new
    assert other.new
    assert hidden.person.id != other.person.id
    again = await accounts.reach(desk, channel="whatsapp", value="whatsapp:IN.123", phone=PHONE)
    assert again.person.id == hidden.person.id
    assert [address.phone for address in await people.addresses(desk, hidden.person.id)] == [PHONE]


async def test_a_known_phone_is_not_forgotten_when_the_channel_hides_it_later(desk: Desk) -> None:
    first = await accounts.reach(desk, channel="whatsapp", value=f"whatsapp:{PHONE}", phone=PHONE)
    await accounts.reach(desk, channel="whatsapp", value=f"whatsapp:{PHONE}", phone=None)
    assert [address.phone for address in await people.addresses(desk, first.person.id)] == [PHONE]


async def test_another_tenant_knows_nobody_of_ours(desk: Desk) -> None:
    ours = await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)
    elsewhere = await sit_down(desk.db, await tenants.add(desk.db, "elsewhere"), NOW)
    theirs = await accounts.reach(elsewhere, channel="sms", value=PHONE, phone=PHONE)
    assert theirs.new
    assert theirs.person.id != ours.person.id
    with pytest.raises(NoSuchPerson):
        await people.person(elsewhere, ours.person.id)


async def test_a_known_address_costs_one_statement(desk: Desk) -> None:
    await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)
    statements: list[str] = []

    def count(_conn, _cursor, statement, *_rest) -> None:
        statements.append(statement)

    event.listen(desk.db.sync_connection, "before_cursor_execute", count)
    await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)
    event.remove(desk.db.sync_connection, "before_cursor_execute", count)
    assert len(statements) == 1


async def test_registering_keeps_name_place_and_the_first_day(desk: Desk) -> None:
    person_id = (await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)).person.id
    registered = await accounts.register(desk, person_id, name="Gurpreet Singh", place=MOGA)
    assert (registered.name, registered.place, registered.registered) == ("Gurpreet Singh", MOGA, True)
    later = replace(desk, now=NOW + timedelta(days=9))
    await accounts.register(later, person_id, name="Gurpreet", place=LUDHIANA)
    first_day = await desk.db.execute(select(t.person.c.registered_at).where(t.person.c.id == person_id))
    assert first_day.scalar_one() == NOW
    assert (await people.person(desk, person_id)).place == LUDHIANA


async def test_language_name_place_and_roles_change_alone(desk: Desk) -> None:
    person_id = (await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)).person.id
    await accounts.set_language(desk, person_id, language="kn", script="latin")
    await accounts.set_name(desk, person_id, name="ಸಿದ್ದೇಗೌಡ")
    await accounts.set_place(desk, person_id, place=replace(MOGA, village=None))
    await accounts.add_role(desk, person_id, "farmer")
    await accounts.add_role(desk, person_id, "buyer")
    person = await accounts.add_role(desk, person_id, "farmer")
    assert (person.language, person.script, person.name) == ("kn", "latin", "ಸಿದ್ದೇಗೌಡ")
    assert person.place == replace(MOGA, village=None)
    assert sorted(person.roles) == ["buyer", "farmer"]
    assert not person.registered
    assert await people.person(desk, person_id) == person


async def test_nobody_cannot_be_changed(desk: Desk) -> None:
    nobody = uuid4()
    for change in (
        accounts.set_name(desk, nobody, name="X"),
        accounts.register(desk, nobody, name="X", place=MOGA),
        accounts.add_role(desk, nobody, "farmer"),
        people.person(desk, nobody),
    ):
        with pytest.raises(NoSuchPerson):
            await change
    assert await people.addresses(desk, nobody) == ()


async def test_an_unknown_script_is_refused(desk: Desk) -> None:
    person_id = (await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)).person.id
    with pytest.raises(IntegrityError):
        await accounts.set_language(desk, person_id, language="kn", script="klingon")


async def test_consent_is_kept_word_for_word(desk: Desk) -> None:
    person_id = (await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)).person.id
    wording = "ನಿಮ್ಮ ಹೆಸರು ಮತ್ತು ಊರು ಇಟ್ಟುಕೊಳ್ಳಬಹುದೇ?"
    await accounts.give_consent(
        desk, person_id, purpose="marketplace", language="kn", wording=wording, channel="sms"
    )
    kept = (await desk.db.execute(select(t.consent).where(t.consent.c.person_id == person_id))).one()
    assert (kept.purpose, kept.language, kept.wording, kept.channel) == ("marketplace", "kn", wording, "sms")
    assert kept.given_at == NOW
    assert kept.withdrawn_at is None


async def test_stop_silences_one_address_and_start_opens_it_again(desk: Desk) -> None:
    sms = await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)
    await accounts.reach(desk, channel="whatsapp", value=f"whatsapp:{PHONE}", phone=PHONE)
    await accounts.opt_out(desk, sms.address_id)
    assert (await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)).opted_out
    silent = {a.channel: a.opted_out for a in await people.addresses(desk, sms.person.id)}
    assert silent == {"sms": True, "whatsapp": False}
    await accounts.opt_in(desk, sms.address_id)
    assert not (await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)).opted_out


async def test_the_address_that_wrote_last_comes_first(desk: Desk) -> None:
    await accounts.reach(desk, channel="whatsapp", value=f"whatsapp:{PHONE}", phone=PHONE)
    later = replace(desk, now=NOW + timedelta(minutes=1))
    person = (await accounts.reach(later, channel="sms", value=PHONE, phone=PHONE)).person
    assert [address.channel for address in await people.addresses(desk, person.id)] == ["sms", "whatsapp"]


async def _write_at_once(engine: AsyncEngine, command, times: int) -> tuple[int, int]:
    """Everybody has opened a transaction before anybody writes; how many people and addresses result."""
    ready = asyncio.Barrier(times)

    async def one(n: int) -> None:
        channel, value = [("sms", PHONE), ("whatsapp", f"whatsapp:{PHONE}")][n % 2]
        async with open_desk(engine, TENANT, NOW) as desk:
            await ready.wait()
            await command(desk, channel, value)

    await asyncio.gather(*(one(n) for n in range(times)), return_exceptions=True)
    async with open_desk(engine, TENANT, NOW) as desk:
        counted = select(
            select(func.count()).select_from(t.person).scalar_subquery(),
            select(func.count()).select_from(t.address).scalar_subquery(),
        )
        return tuple((await desk.db.execute(counted)).one())


async def test_first_messages_on_two_channels_at_once_make_one_person(
    engine: AsyncEngine, clean: None
) -> None:
    async def reach(desk: Desk, channel: str, value: str) -> None:
        await accounts.reach(desk, channel=channel, value=value, phone=PHONE)

    assert await _write_at_once(engine, reach, 8) == (1, 2)


async def test_without_taking_turns_they_would_make_two(engine: AsyncEngine, clean: None) -> None:
    looked = asyncio.Barrier(2)

    async def look_then_make(desk: Desk, channel: str, value: str) -> None:
        known = await desk.db.execute(select(t.address.c.person_id).where(t.address.c.phone == PHONE))
        person_id = known.scalar()
        await looked.wait()
        if person_id is None:
            made = insert(t.person).values(tenant_id=TENANT, created_at=NOW).returning(t.person.c.id)
            person_id = (await desk.db.execute(made)).scalar_one()
        await desk.db.execute(
            insert(t.address).values(
                tenant_id=TENANT,
                channel=channel,
                value=value,
                phone=PHONE,
                person_id=person_id,
                created_at=NOW,
            )
        )

    assert await _write_at_once(engine, look_then_make, 2) == (2, 2)
