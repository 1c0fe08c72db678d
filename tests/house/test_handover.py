"""A person from the office takes over a conversation, and gives it back."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import turn
from bot.handover import answer, handovers, release, transcript
from bot.message import Address, Channel, Inbound
from bot.turn import Office
from flows.agenda import HELLO
from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts import profiles
from marketplace_core.errors import NotFound
from marketplace_core.places import queries as places
from marketplace_core.places.place import Place
from nlu.understand import Understander
from tests.conftest import NOW

ASHA, RAMESH = "+919876500001", "+919876500002"


@pytest.fixture
async def office(engine: AsyncEngine, clean: None) -> AsyncIterator[Office]:
    understander = Understander(None, 1.0)
    yield Office(engine, understander, lambda *_: True, lambda _: None)
    await understander.close()


async def hear(
    office: Office, phone: str, words: str = "", channel: Channel = "sms", tap: str | None = None
) -> str | None:
    sender = Address(channel, phone, phone)
    inbound = Inbound("twilio", uuid4().hex, sender, "mandi", NOW, text=words, tap=tap)
    return (await turn.take(office, inbound)).text


async def office_writes(office: Office, phone: str, words: str) -> None:
    async with office.desk(NOW) as desk:
        (waits,) = [each for each in await handovers(desk) if each.address == phone]
        await answer(desk, waits, uuid4(), words)


async def ready_to_publish(office: Office, phone: str) -> None:
    """One more yes would publish the lot."""
    async with office.desk(NOW) as desk:
        reached = await accounts.reach(desk, channel="sms", value=phone, phone=phone)
        place = await places.pincode(desk, "142001")
        assert place
        here = Place(place.pincode, None, place.district, place.state, place.lat, place.lon)
        await accounts.register(desk, reached.person.id, name="Asha", place=here)
    await hear(office, phone, "sell 12 ton wheat at 2500 per quintal from tomorrow")
    await hear(office, phone, "1")


async def lots(office: Office) -> int:
    async with office.desk(NOW) as desk:
        found: int = (await desk.db.execute(text("SELECT count(*) FROM listing"))).scalar_one()
        return found


async def let_go(office: Office, phone: str) -> bool:
    async with office.desk(NOW) as desk:
        return await release(desk, phone)


async def test_after_the_release_the_bot_answers_again(office: Office) -> None:
    await hear(office, ASHA, "talk to a person")
    assert await hear(office, ASHA, "is anybody there") is None
    assert await let_go(office, ASHA)
    assert await hear(office, ASHA, "help")


async def test_only_the_one_conversation_is_released(office: Office) -> None:
    for phone in (ASHA, RAMESH):
        await hear(office, phone, "talk to a person")
    await let_go(office, ASHA)
    assert await hear(office, RAMESH, "is anybody there") is None


async def test_who_waits_at_a_shared_phone_is_seen_and_released_while_another_speaks_there(
    office: Office,
) -> None:
    await hear(office, ASHA, "talk to a person")
    async with office.desk(NOW) as desk:
        reached = await accounts.reach(desk, channel="sms", value=ASHA, phone=ASHA)
        await profiles.add_profile(desk, reached.address_id, name="Simran")
    assert await hear(office, ASHA, "help")
    async with office.desk(NOW) as desk:
        assert [(each.address, each.since) for each in await handovers(desk)] == [(ASHA, NOW)]
    assert await let_go(office, ASHA)
    async with office.desk(NOW) as desk:
        assert await handovers(desk) == []


async def test_where_nobody_is_in_charge_nothing_is_released(office: Office) -> None:
    await hear(office, ASHA, "help")
    assert not await let_go(office, ASHA)
    assert not await let_go(office, "+919876599999")


async def test_the_office_sees_who_waits_longest_first_and_each_once(office: Office) -> None:
    await hear(office, RAMESH, "talk to a person")
    await hear(office, ASHA, "help")
    async with office.desk(NOW) as desk:
        assert [(each.address, each.since) for each in await handovers(desk)] == [(RAMESH, NOW)]
        await release(desk, RAMESH)
        assert await handovers(desk) == []


async def test_the_office_reads_who_it_is_what_was_open_and_what_was_not_understood(office: Office) -> None:
    async with office.desk(NOW) as desk:
        reached = await accounts.reach(desk, channel="sms", value=ASHA, phone=ASHA)
        place = await places.pincode(desk, "142001")
        assert place
        here = Place(place.pincode, None, place.district, place.state, place.lat, place.lon)
        await accounts.register(desk, reached.person.id, name="Asha", place=here)
        await accounts.set_language(desk, reached.person.id, language="kn", script="latin")
    await hear(office, ASHA, "sell 12 ton wheat")
    await hear(office, ASHA, "qwerty asdf")
    await hear(office, ASHA, "talk to a person")
    async with office.desk(NOW) as desk:
        (waits,) = await handovers(desk)
        said = await transcript(desk, waits.person_id)
    assert waits.summary[0] == "Asha, Moga 142001, Kannada in English letters"
    assert waits.summary[1].startswith("In the middle of your sale; What: Wheat; Quantity: 12 tonnes")
    assert waits.summary[-1] == "Not understood: “qwerty asdf”"
    assert [line.words for line in said if line.by == "person"] == [
        "sell 12 ton wheat",
        "qwerty asdf",
        "talk to a person",
    ]


async def test_asking_twice_is_waiting_once_and_coming_back_ends_it(office: Office) -> None:
    await hear(office, ASHA, "talk to a person")
    await hear(office, ASHA, "talk to a person")
    async with office.desk(NOW) as desk:
        assert len(await handovers(desk)) == 1
    assert await hear(office, ASHA, "menu")
    async with office.desk(NOW) as desk:
        assert await handovers(desk) == []


async def test_yes_to_the_office_is_no_yes_to_the_bot(office: Office) -> None:
    """Asked for in a call, answered by SMS: there the bot keeps quiet too."""
    await ready_to_publish(office, ASHA)
    await hear(office, ASHA, "talk to a person", "voice")
    await office_writes(office, ASHA, "Is that price all right?")
    assert await hear(office, ASHA, "yes") is None
    assert await lots(office) == 0
    await hear(office, ASHA, "menu")
    await hear(office, ASHA, "yes")  # with nobody of the office between them it is one
    assert await lots(office) == 1


async def test_whoever_is_answered_on_whatsapp_may_read_it_by_sms(office: Office) -> None:
    await hear(office, ASHA, "talk to a person", "whatsapp")
    await office_writes(office, ASHA, "Yes, tell me.")
    assert await hear(office, ASHA, "it is about my wheat") is None


async def test_ringing_again_and_tapping_give_nobody_up_who_waits_for_a_person(office: Office) -> None:
    await hear(office, ASHA, "talk to a person", "voice")
    assert await hear(office, ASHA, channel="voice", tap=HELLO)
    assert await hear(office, ASHA, tap="go:help")
    async with office.desk(NOW) as desk:
        assert [each.address for each in await handovers(desk)] == [ASHA]


async def test_whoever_asks_again_elsewhere_is_answered_there_and_keeps_their_place(office: Office) -> None:
    await hear(office, ASHA, "talk to a person", "whatsapp")
    await hear(office, ASHA, "talk to a person", "sms")
    async with office.desk(NOW) as desk:
        (waits,) = await handovers(desk)
    assert (waits.channel, waits.since) == ("sms", NOW)


async def test_an_answer_that_comes_too_late_silences_nobody(office: Office) -> None:
    await hear(office, ASHA, "talk to a person")
    async with office.desk(NOW) as desk:
        (waits,) = await handovers(desk)
    await hear(office, ASHA, "menu")
    with pytest.raises(NotFound):
        async with office.desk(NOW) as desk:
            await answer(desk, waits, uuid4(), "I am here.")
    assert await hear(office, ASHA, "help")
