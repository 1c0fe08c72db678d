"""What is sent apart from the webhook's reply is sent once, in order, or known to have failed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.carriers.port import all_by
from bot.carriers.twilio.api import Twilio
from bot.outbox import Postbox, drain, reconcile, saw_status
from bot.outbox.reconciling import STUCK_AFTER
from bot.settings import Settings
from marketplace_core.accounts import commands as accounts
from marketplace_core.desk import open_desk
from marketplace_core.seed import TENANT
from tests.conftest import NOW

SETTINGS = Settings(_env_file=None, sms_per_second=1000)
CARRIERS = all_by(Twilio(SETTINGS))


class Carrier:
    """Twilio at the wire: answers as told, and remembers what reached it."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.answers: list[Callable[[], httpx.Response]] = []
        self.listed: list[dict[str, object]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"messages": self.listed})
        self.bodies.append(parse_qs(request.content.decode())["Body"][0])
        if self.answers:
            return self.answers.pop(0)()
        return httpx.Response(201, json={"sid": f"SM{len(self.bodies):032d}", "status": "queued"})


def refused(status: int, code: int) -> Callable[[], httpx.Response]:
    return lambda: httpx.Response(status, json={"code": code, "message": "no", "status": status})


def silence() -> httpx.Response:
    raise httpx.ReadTimeout("nobody knows whether it was sent")


@pytest.fixture
async def person(engine: AsyncEngine, clean: None) -> UUID:
    async with open_desk(engine, TENANT, NOW) as desk:
        reached = await accounts.reach(desk, channel="sms", value="+919876500001", phone="+919876500001")
    return reached.person.id


@pytest.fixture
async def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
async def box(engine: AsyncEngine, carrier: Carrier) -> AsyncIterator[Postbox]:
    async with Twilio(SETTINGS, httpx.MockTransport(carrier)) as twilio:
        yield Postbox(engine, all_by(twilio), SETTINGS)


async def queue(engine: AsyncEngine, person: UUID, *words: str) -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        for n, body in enumerate(words):
            await desk.db.execute(
                text("""
                    INSERT INTO outbox
                        (tenant_id, send_key, person_id, channel, recipient, outgoing, due_at, created_at)
                    VALUES (1, :key, :person, 'sms', '+919876500001', jsonb_build_object('text', cast(:body AS text),
                        'buttons', '[]'::jsonb, 'rows', '[]'::jsonb, 'rows_title', '', 'wants_location', false,
                        'segments', 1, 'body', ''), :now, :now)
                """),
                {"key": f"{body}-{n}", "person": person, "body": body, "now": NOW},
            )


async def rows(engine: AsyncEngine, columns: str = "state") -> list[tuple[object, ...]]:
    async with open_desk(engine, TENANT, NOW) as desk:
        return [
            tuple(row) for row in await desk.db.execute(text(f"SELECT {columns} FROM outbox ORDER BY id"))
        ]


async def saw(engine: AsyncEngine, *status: Any) -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        await saw_status(desk, *status, carriers=CARRIERS)


async def all_rounds(box: Postbox) -> None:
    while await drain(box, TENANT, NOW):
        pass


async def test_messages_to_one_person_leave_in_order_each_once(
    engine: AsyncEngine, person: UUID, box: Postbox, carrier: Carrier
) -> None:
    await queue(engine, person, "one", "two", "three")
    await asyncio.gather(*(all_rounds(box) for _ in range(4)))
    await all_rounds(box)
    assert carrier.bodies == ["one", "two", "three"]
    assert await rows(engine) == [("sent",)] * 3


async def test_without_the_claim_two_workers_would_send_the_same_message(
    engine: AsyncEngine, person: UUID, box: Postbox, carrier: Carrier
) -> None:
    """The negative control: reading what is queued, as both would without the claim, finds it for both."""
    await queue(engine, person, "one")

    async def unclaimed() -> int:
        async with open_desk(engine, TENANT, NOW) as desk:
            return len((await desk.db.execute(text("SELECT FROM outbox WHERE state = 'queued'"))).all())

    assert await asyncio.gather(unclaimed(), unclaimed()) == [1, 1]
    claimed = await asyncio.gather(drain(box, TENANT, NOW), drain(box, TENANT, NOW))
    assert sorted(claimed) == [0, 1]
    assert carrier.bodies == ["one"]


async def test_a_busy_carrier_is_asked_again_later_and_nothing_overtakes(
    engine: AsyncEngine, person: UUID, box: Postbox, carrier: Carrier
) -> None:
    carrier.answers = [refused(429, 20429)]
    await queue(engine, person, "one", "two")
    await all_rounds(box)
    assert carrier.bodies == ["one"]
    assert await rows(engine) == [("queued",), ("queued",)]
    later = NOW + timedelta(minutes=1)
    while await drain(box, TENANT, later):
        pass
    assert carrier.bodies == ["one", "one", "two"]
    assert await rows(engine) == [("sent",), ("sent",)]


async def test_what_cannot_be_sent_fails_for_good_and_lets_the_next_through(
    engine: AsyncEngine, person: UUID, box: Postbox, carrier: Carrier
) -> None:
    carrier.answers = [refused(400, 21617)]
    await queue(engine, person, "one", "two")
    await all_rounds(box)
    assert await rows(engine, "state, error_code") == [("failed", 21617), ("sent", None)]


async def test_an_address_that_reaches_nobody_is_written_to_no_more_until_it_writes(
    engine: AsyncEngine, person: UUID, box: Postbox, carrier: Carrier
) -> None:
    carrier.answers = [refused(400, 21211)]
    await queue(engine, person, "one", "two")
    await all_rounds(box)
    assert carrier.bodies == ["one"]
    assert await rows(engine, "state, error_code") == [("failed", 21211), ("failed", None)]
    async with open_desk(engine, TENANT, NOW) as desk:
        await accounts.reach(desk, channel="sms", value="+919876500001", phone="+919876500001")
    await queue(engine, person, "three")
    await all_rounds(box)
    assert carrier.bodies == ["one", "three"]


async def test_a_stop_that_only_the_carrier_knew_of_is_kept(
    engine: AsyncEngine, person: UUID, box: Postbox, carrier: Carrier
) -> None:
    carrier.answers = [refused(400, 21610)]
    await queue(engine, person, "one")
    await all_rounds(box)
    async with open_desk(engine, TENANT, NOW) as desk:
        assert (await desk.db.execute(text("SELECT opted_out_at FROM address"))).scalar_one() == NOW


class TestNobodySawTheEnd:
    """The process died, or the carrier's answer never came."""

    async def test_it_is_not_sent_again_blindly(
        self, engine: AsyncEngine, person: UUID, box: Postbox, carrier: Carrier
    ) -> None:
        carrier.answers = [silence]
        await queue(engine, person, "one")
        await all_rounds(box)
        assert await rows(engine) == [("sending",)]
        assert await reconcile(box, TENANT, NOW) == 0  # too early to call it stuck
        assert carrier.bodies == ["one"]

    async def test_what_the_carrier_lists_was_sent(
        self, engine: AsyncEngine, person: UUID, box: Postbox, carrier: Carrier
    ) -> None:
        carrier.answers = [silence]
        await queue(engine, person, "one")
        await all_rounds(box)
        carrier.listed = [
            {
                "sid": "SMfound",
                "body": "one",
                "status": "sent",
                "date_created": "Fri, 20 Nov 2026 04:30:01 +0000",
            }
        ]
        await reconcile(box, TENANT, NOW + STUCK_AFTER * 2)
        assert await rows(engine, "state, carrier_id") == [("sent", "SMfound")]
        assert carrier.bodies == ["one"]

    async def test_what_the_carrier_never_saw_is_sent_again(
        self, engine: AsyncEngine, person: UUID, box: Postbox, carrier: Carrier
    ) -> None:
        carrier.answers = [silence]
        await queue(engine, person, "one")
        await all_rounds(box)
        later = NOW + STUCK_AFTER * 2
        await reconcile(box, TENANT, later)
        await drain(box, TENANT, later)
        assert carrier.bodies == ["one", "one"]
        assert await rows(engine) == [("sent",)]


class TestStatus:
    async def test_it_only_moves_up_whatever_order_the_callbacks_come_in(
        self, engine: AsyncEngine, person: UUID, box: Postbox
    ) -> None:
        await queue(engine, person, "one")
        await all_rounds(box)
        ((sid,),) = await rows(engine, "carrier_id")
        for status in ("delivered", "sent", "read", "queued", "delivered", "no such status"):
            await saw(engine, str(sid), status, None, None)
        assert await rows(engine, "status") == [("read",)]

    async def test_a_callback_tells_what_became_of_a_message_whose_sending_nobody_saw_end(
        self, engine: AsyncEngine, person: UUID, box: Postbox, carrier: Carrier
    ) -> None:
        carrier.answers = [silence]
        await queue(engine, person, "one")
        await all_rounds(box)
        ((own_id,),) = await rows(engine, "id")
        await saw(engine, "SMlate", "delivered", None, str(own_id))
        assert await rows(engine, "state, carrier_id, status") == [("sent", "SMlate", "delivered")]

    @pytest.mark.parametrize("own_id", ["", "not-a-uuid", None])
    async def test_a_callback_for_nothing_of_ours_changes_nothing(
        self, engine: AsyncEngine, person: UUID, box: Postbox, own_id: str | None
    ) -> None:
        await queue(engine, person, "one")
        await saw(engine, "SMforeign", "failed", 30003, own_id)
        assert await rows(engine, "state, status, error_code") == [("queued", None, None)]
