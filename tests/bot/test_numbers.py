"""A message belongs to the tenant whose number it came to, and so does everything that follows from it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit
from uuid import UUID
from xml.etree import ElementTree

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import create_app
from bot.carriers.port import all_by
from bot.carriers.twilio.api import Twilio
from bot.outbox import Postbox, drain
from bot.settings import Settings
from bot.tenants import NotANumber, add, listed
from marketplace_core.desk import open_desk
from marketplace_core.errors import BadTerms, NotFound
from marketplace_core.tenants import HOUSE, commands
from marketplace_core.tenants.errors import NumberTaken
from marketplace_core.tenants.rounds import at_every_desk
from tests.bot.twilio_wire import message, signed_post
from tests.conftest import NOW

WHATSAPP, SMS = "whatsapp:+918000000001", "+918000000001"
FARMER = "+919876500001"
BASE, TOKEN = "https://mandi.example", "a-token"


def settings(database_url: str) -> Settings:
    return Settings(
        _env_file=None, database_url=database_url, public_base_url=BASE, twilio_auth_token=TOKEN,
        twilio_api_url="http://127.0.0.1:9", rasa_url="http://127.0.0.1:9",
    )  # fmt: skip


@pytest.fixture
async def fpo(engine: AsyncEngine, clean: None) -> int:
    """An organisation with numbers of its own."""
    return await add(engine, "Moga Farmers", [WHATSAPP, SMS])


@asynccontextmanager
async def served(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings(database_url))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client,
    ):
        yield client


@pytest.fixture
async def web(database_url: str, fpo: int) -> AsyncIterator[httpx.AsyncClient]:
    async with served(database_url) as client:
        yield client


async def hear(web: httpx.AsyncClient, to: str, words: str, sid: str = "1") -> str:
    form = message(MessageSid="SM" + sid * 32, From=FARMER, To=to, Body=words)
    answer = await signed_post(web, "/carrier/twilio/message", form, TOKEN, BASE)
    assert answer.status_code == 200
    return "".join(ElementTree.fromstring(answer.text).itertext())


async def count(engine: AsyncEngine, tenant: int, table: str) -> int:
    async with open_desk(engine, tenant, NOW) as desk:
        return (await desk.db.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()


async def test_a_message_to_an_organisations_number_is_its_own(
    web: httpx.AsyncClient, engine: AsyncEngine, fpo: int
) -> None:
    assert await hear(web, SMS, "hello")
    assert [await count(engine, fpo, table) for table in ("person", "inbound", "message")] == [1, 1, 2]
    assert [await count(engine, HOUSE, table) for table in ("person", "inbound", "message")] == [0, 0, 0]


async def test_the_same_person_at_the_houses_number_is_another_person(
    web: httpx.AsyncClient, engine: AsyncEngine, fpo: int
) -> None:
    await hear(web, SMS, "hello")
    await hear(web, Settings(_env_file=None).twilio_sms_sender, "hello")
    assert [await count(engine, tenant, "person") for tenant in (HOUSE, fpo)] == [1, 1]


async def test_a_number_of_nobody_says_so_and_stores_nothing(
    web: httpx.AsyncClient, engine: AsyncEngine, fpo: int
) -> None:
    assert "not in service" in await hear(web, "+918000000009", "hello")
    assert await hear(web, "+918000000009", "नमस्ते") == "यह नंबर अभी चालू नहीं है। आपका संदेश दर्ज नहीं हुआ।"
    assert [await count(engine, tenant, "inbound") for tenant in (HOUSE, fpo)] == [0, 0]
    await commands_give(engine, HOUSE, "+918000000009")
    assert "not in service" not in await hear(web, "+918000000009", "hello", sid="2")
    assert await count(engine, HOUSE, "inbound") == 1


async def commands_give(engine: AsyncEngine, tenant: int, number: str) -> None:
    async with engine.begin() as db:
        await commands.give_number(db, tenant, channel="sms", value=number)


async def queue(engine: AsyncEngine, tenant: int, channel: str, recipient: str) -> UUID:
    async with open_desk(engine, tenant, NOW) as desk:
        made = await desk.db.execute(
            text("""
                INSERT INTO outbox
                    (tenant_id, send_key, person_id, channel, recipient, outgoing, due_at, created_at)
                VALUES (:tenant, 'k', uuidv7(), :channel, :recipient, '{"text": "news", "buttons": [], "rows": []}',
                    :now, :now) RETURNING id
            """),
            {"tenant": tenant, "channel": channel, "recipient": recipient, "now": NOW},
        )
        return made.scalar_one()


async def test_answers_leave_from_the_tenants_own_number_and_their_status_comes_back_to_it(
    engine: AsyncEngine, database_url: str, fpo: int
) -> None:
    mine = await queue(engine, fpo, "sms", FARMER)
    await queue(engine, HOUSE, "sms", FARMER)
    sent: list[dict[str, list[str]]] = []

    def carrier(request: httpx.Request) -> httpx.Response:
        sent.append(parse_qs(request.content.decode()))
        return httpx.Response(201, json={"sid": f"SM{len(sent)}", "status": "queued"})

    house = settings(database_url)
    async with Twilio(house, httpx.MockTransport(carrier)) as twilio:
        box = Postbox(engine, all_by(twilio), house)
        assert [await drain(box, tenant, NOW) for tenant in (fpo, HOUSE)] == [1, 1]
    assert [form["From"] for form in sent] == [[SMS], [house.twilio_sms_sender]]
    callback = urlsplit(sent[0]["StatusCallback"][0])
    assert parse_qs(callback.query) == {"tenant": [str(fpo)], "outbox": [str(mine)]}

    status = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    async with served(database_url) as web:
        for path in (f"{callback.path}?{callback.query}", f"{callback.path}?tenant={HOUSE}&outbox={mine}"):
            assert (await signed_post(web, path, status, TOKEN, BASE)).status_code == 204
    assert await count(engine, fpo, "outbox WHERE status = 'delivered'") == 1
    assert await count(engine, HOUSE, "outbox WHERE status = 'delivered'") == 0


async def test_organisations_are_listed_with_their_numbers(engine: AsyncEngine, fpo: int) -> None:
    (ours,) = [each for each in await listed(engine) if each.id == fpo]
    assert (ours.name, ours.numbers) == ("Moga Farmers", (SMS, WHATSAPP))


@pytest.mark.parametrize(
    ("name", "numbers", "refusal"),
    [
        (" ", [], BadTerms),
        ("Another", [SMS], NumberTaken),
        ("Another", ["+918000000002", "+918000000003"], NumberTaken),
        ("Another", ["80000"], NotANumber),
    ],
)
async def test_an_organisation_that_cannot_be_added_is_not_there_afterwards(
    engine: AsyncEngine, fpo: int, name: str, numbers: list[str], refusal: type[Exception]
) -> None:
    before = await listed(engine)
    with pytest.raises(refusal):
        await add(engine, name, numbers)
    assert await listed(engine) == before


async def test_a_number_is_given_to_somebody_who_is_there(engine: AsyncEngine, clean: None) -> None:
    with pytest.raises(NotFound):
        await commands_give(engine, 999_999, "+918000000004")


async def test_a_fault_at_one_desk_keeps_no_other_tenant_waiting(engine: AsyncEngine, fpo: int) -> None:
    done: list[int] = []

    async def work(desk) -> None:
        await desk.db.execute(text("SELECT 1"))
        if desk.tenant == HOUSE:
            raise ValueError("a fault")
        done.append(desk.tenant)

    with pytest.raises(ExceptionGroup) as faults:
        await at_every_desk(engine, NOW, work)
    assert faults.group_contains(ValueError, match="a fault")
    assert fpo in done
