"""A carrier that keeps no list: what nobody saw the end of is not said twice, and a report settles it."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.carriers.gateway.api import Gateway
from bot.carriers.port import Carriers
from bot.carriers.twilio.api import Twilio
from bot.outbox import Postbox, drain, reconcile, saw_status
from bot.outbox.dead import dead_letters
from bot.outbox.reconciling import REPORTED_WITHIN, STUCK_AFTER
from bot.outbox.writing import write
from bot.settings import Settings
from flows.say import Reply, verbatim
from marketplace_core.accounts import Person
from marketplace_core.accounts import commands as accounts
from marketplace_core.desk import open_desk
from marketplace_core.seed import TENANT
from tests.conftest import NOW

SETTINGS = Settings(_env_file=None, sms_carrier="gateway", sms_number="+919220092200", sms_per_second=1000)
PHONE = "+919876500001"


class Silent:
    """The gateway at the wire: says nothing when told so, and remembers what reached it."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.silent = True

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.texts.append(json.loads(request.content)["text"])
        if self.silent:
            raise httpx.ReadTimeout("nobody knows whether it was sent")
        return httpx.Response(202, json={"data": {"messageId": f"G{len(self.texts)}"}})


@pytest.fixture
async def gateway() -> Silent:
    return Silent()


@pytest.fixture
async def box(engine: AsyncEngine, clean: None, gateway: Silent) -> AsyncIterator[Postbox]:
    async with Twilio(SETTINGS, httpx.MockTransport(gateway)) as twilio:
        carrier = Gateway(SETTINGS, httpx.MockTransport(gateway))
        yield Postbox(engine, Carriers({"whatsapp": twilio, "sms": carrier, "voice": twilio}), SETTINGS)
        await carrier.close()


async def queue(box: Postbox, *words: str) -> None:
    async with open_desk(box.engine, TENANT, NOW) as desk:
        person: Person = (await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)).person
        for each in words:
            await write(
                desk, send_key=each, person=person, channel="sms", recipient=PHONE, reply=Reply((verbatim(each),)),
                purpose="answer",
            )  # fmt: skip


async def rows(box: Postbox) -> list[tuple[object, ...]]:
    async with open_desk(box.engine, TENANT, NOW) as desk:
        found = await desk.db.execute(text("SELECT state, status, carrier_id FROM outbox ORDER BY id"))
        return [tuple(row) for row in found]


async def test_it_is_not_repeated_and_holds_nobodys_line(box: Postbox, gateway: Silent) -> None:
    await queue(box, "one", "two")
    await drain(box, TENANT, NOW)
    assert gateway.texts == ["one"]
    assert await rows(box) == [("sent", "uncertain", None), ("queued", None, None)]
    gateway.silent = False
    later = NOW + STUCK_AFTER * 2
    await reconcile(box, TENANT, later)
    await drain(box, TENANT, later)
    assert gateway.texts == ["one", "two"]


async def left_behind(box: Postbox, *, begun: bool) -> None:
    """By a process that died over it."""
    at = NOW - STUCK_AFTER * 2
    async with open_desk(box.engine, TENANT, NOW) as desk:
        await desk.db.execute(
            text("UPDATE outbox SET state = 'sending', attempts = 1, claimed_at = :at, begun_at = :begun"),
            {"at": at, "begun": at if begun else None},
        )


async def test_a_process_that_died_over_it_leaves_it_uncertain_too(box: Postbox, gateway: Silent) -> None:
    await queue(box, "one")
    await left_behind(box, begun=True)
    await reconcile(box, TENANT, NOW)
    assert [row[:2] for row in await rows(box)] == [("sent", "uncertain")]
    assert gateway.texts == []


async def test_a_process_that_died_before_it_began_leaves_it_to_be_sent(
    box: Postbox, gateway: Silent
) -> None:
    gateway.silent = False
    await queue(box, "one")
    await left_behind(box, begun=False)
    assert await reconcile(box, TENANT, NOW) == 1
    assert [row[0] for row in await rows(box)] == ["queued"]
    await drain(box, TENANT, NOW)
    assert gateway.texts == ["one"]
    assert await rows(box) == [("sent", "queued", "G1")]
    async with open_desk(box.engine, TENANT, NOW) as desk:
        assert (await desk.db.execute(text("SELECT attempts FROM outbox"))).scalar_one() == 1


async def test_a_report_settles_it(box: Postbox) -> None:
    await queue(box, "one")
    await drain(box, TENANT, NOW)
    async with open_desk(box.engine, TENANT, NOW) as desk:
        own_id = (await desk.db.execute(text("SELECT id FROM outbox"))).scalar_one()
        await saw_status(desk, "G77", "delivered", None, str(own_id), carriers=box.carriers)
    await reconcile(box, TENANT, NOW + REPORTED_WITHIN * 2)
    assert await rows(box) == [("sent", "delivered", "G77")]


async def test_without_a_report_it_becomes_a_dead_letter_after_six_hours(
    box: Postbox, gateway: Silent
) -> None:
    await queue(box, "one")
    await drain(box, TENANT, NOW)
    await reconcile(box, TENANT, NOW + REPORTED_WITHIN - timedelta(minutes=1))
    assert [row[0] for row in await rows(box)] == ["sent"]
    await reconcile(box, TENANT, NOW + REPORTED_WITHIN + timedelta(minutes=1))
    assert [row[0] for row in await rows(box)] == ["failed"]
    assert gateway.texts == ["one"]


@pytest.mark.parametrize(("status", "still_dead"), [("sent", 1), ("delivered", 0), ("read", 0)])
async def test_a_dead_letter_that_arrived_after_all_is_none(
    box: Postbox, status: str, still_dead: int
) -> None:
    await queue(box, "one")
    await drain(box, TENANT, NOW)
    await reconcile(box, TENANT, NOW + REPORTED_WITHIN * 2)
    async with open_desk(box.engine, TENANT, NOW) as desk:
        assert len(await dead_letters(desk)) == 1
        own_id = (await desk.db.execute(text("SELECT id FROM outbox"))).scalar_one()
        await saw_status(desk, "G77", status, None, str(own_id), carriers=box.carriers)
        assert len(await dead_letters(desk)) == still_dead
    assert await rows(box) == [("failed" if still_dead else "sent", status, "G77")]
