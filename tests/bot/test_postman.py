"""News reaches the people it concerns, once, and one who cannot be told keeps nobody waiting."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import postman
from bot.carriers.port import all_by
from bot.carriers.twilio.api import Twilio
from bot.outbox import Postbox
from bot.outbox.hours import Hours
from bot.settings import Settings
from bot.turn import Office
from marketplace_core import events
from marketplace_core.accounts import commands as accounts
from marketplace_core.listings import commands as listings
from marketplace_core.places.place import Place
from nlu.understand import Understander
from tests.conftest import NOW
from tests.marketplace_core.people import book_as_shown

MOGA = Place("142001", "Moga", "Moga", "Punjab", 30.8, 75.17)
SETTINGS = Settings(_env_file=None)


def accept(request: httpx.Request) -> httpx.Response:
    return httpx.Response(201, json={"sid": "SM1", "status": "queued"})


@pytest.fixture
async def office(engine: AsyncEngine, clean: None) -> AsyncIterator[Office]:
    understander = Understander(None, 1.0)
    yield Office(engine, understander, lambda *_: True, lambda _: None)
    await understander.close()


@pytest.fixture
async def box(engine: AsyncEngine) -> AsyncIterator[Postbox]:
    async with Twilio(SETTINGS, httpx.MockTransport(accept)) as twilio:
        yield Postbox(engine, all_by(twilio), SETTINGS)


async def join(office: Office, phone: str, name: str) -> UUID:
    async with office.desk(NOW) as desk:
        reached = await accounts.reach(desk, channel="sms", value=phone, phone=phone)
        await accounts.register(desk, reached.person.id, name=name, place=MOGA)
        return reached.person.id


async def book(office: Office, seller: UUID, buyer: UUID) -> None:
    async with office.desk(NOW) as desk:
        listing = await listings.publish(
            desk, seller_id=seller, commodity="wheat", kg=4000, unit="quintal", price_paise=250_000, per="quintal",
            place=MOGA, available_from=NOW.date(),
        )  # fmt: skip
        await book_as_shown(desk, buyer_id=buyer, code=listing.code, kg=1000)


async def sent_to(office: Office) -> list[str]:
    async with office.desk(NOW) as desk:
        rows = await desk.db.execute(text("SELECT recipient FROM outbox WHERE state = 'sent' ORDER BY id"))
        return list(rows.scalars())


async def words_to(office: Office, person: UUID) -> list[str]:
    async with office.desk(NOW) as desk:
        rows = await desk.db.execute(
            text(
                "SELECT outgoing ->> 'text' FROM outbox WHERE person_id = :person AND state = 'sent' ORDER BY id"
            ),
            {"person": person},
        )
        return list(rows.scalars())


async def spoil(office: Office, person: UUID) -> None:
    broken = '{"serial": 7, "frames": [{"slots": {}}]}'
    async with office.desk(NOW) as desk:
        await desk.db.execute(
            text("INSERT INTO conversation VALUES (1, :person, cast(:broken AS jsonb), :now, :now)"),
            {"person": person, "broken": broken, "now": NOW},
        )


async def test_the_farmer_hears_of_a_booking_once_however_many_rounds_are_made(
    office: Office, box: Postbox
) -> None:
    seller, buyer = (
        await join(office, "+919876500001", "Gurpreet"),
        await join(office, "+919876500002", "Asha"),
    )
    await book(office, seller, buyer)
    for _ in range(3):
        await postman.make_round(office, box, NOW)
    assert await sent_to(office) == ["+919876500001"]


async def test_what_can_wait_is_told_in_the_morning_and_what_cannot_at_once(
    office: Office, box: Postbox
) -> None:
    seller = await join(office, "+919876500001", "Gurpreet")
    buyer = await join(office, "+919876500002", "Asha")
    night = NOW.replace(hour=22)
    await book(office, seller, buyer)
    async with office.desk(night) as desk:
        await events.record(desk, "payout.sent", "P1", {"person_id": str(seller), "paise": 1_250_000})
    await postman.make_round(office, box, night)
    assert await words_to(office, seller) == ["Rs 12,500 is on the way to your account.\n1 Menu"]
    await postman.make_round(office, box, night + timedelta(hours=9, minutes=59))
    assert len(await words_to(office, seller)) == 1
    await postman.make_round(office, box, night + timedelta(hours=10))
    assert "Asha wants to book your" in (await words_to(office, seller))[-1]


async def test_nobody_is_reminded_at_night(office: Office) -> None:
    person = await join(office, "+919876500002", "Asha")
    waiting = '{"frames": [{"flow": "sell", "slots": {}, "asking": "commodity"}]}'
    night = NOW.replace(hour=22)
    async with office.desk(NOW) as desk:
        await desk.db.execute(
            text("INSERT INTO conversation VALUES (1, :person, cast(:state AS jsonb), :now, :now)"),
            {"person": person, "state": waiting, "now": NOW},
        )
    assert await postman.wake_sleepers(office, night, Hours(8, 20)) == 0
    assert await postman.wake_sleepers(office, night + timedelta(hours=10), Hours(8, 20)) == 1


async def test_a_conversation_that_cannot_be_told_holds_up_nobody_and_is_mended(
    office: Office, box: Postbox
) -> None:
    broken, healthy = (
        await join(office, "+919876500001", "Gurpreet"),
        await join(office, "+919876500002", "Asha"),
    )
    buyer = await join(office, "+919876500003", "Rafiq")
    await spoil(office, broken)
    await book(office, broken, buyer)
    await book(office, healthy, buyer)
    await postman.make_round(office, box, NOW)
    assert "+919876500002" in await sent_to(office)
    for _ in range(3):
        await postman.make_round(office, box, NOW)
    assert sorted(await sent_to(office)) == ["+919876500001", "+919876500002"]


async def test_a_conversation_that_cannot_be_woken_lets_the_next_one_wake(office: Office) -> None:
    broken, healthy = (
        await join(office, "+919876500001", "Gurpreet"),
        await join(office, "+919876500002", "Asha"),
    )
    await spoil(office, broken)
    waiting = '{"frames": [{"flow": "sell", "slots": {}, "asking": "commodity"}]}'
    async with office.desk(NOW) as desk:
        await desk.db.execute(
            text("INSERT INTO conversation VALUES (1, :person, cast(:state AS jsonb), :now, :now)"),
            {"person": healthy, "state": waiting, "now": NOW},
        )
    await postman.wake_sleepers(office, NOW + timedelta(minutes=1))
    async with office.desk(NOW) as desk:
        told = (
            await desk.db.execute(text("SELECT person_id FROM message WHERE direction = 'out'"))
        ).scalars()
        assert list(told) == [healthy]
