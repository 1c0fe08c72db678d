"""A long line of messages: none leaves twice because it waited, and none waits behind what waits for hours."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import conversations, postman
from bot.carriers.port import all_by
from bot.carriers.twilio.api import Twilio
from bot.conversations import Sending
from bot.message import Outgoing, Picture
from bot.outbox import Postbox, clock, drain, reconcile, sending
from bot.outbox.dead import dead_letters, send_again
from bot.outbox.hours import Purpose
from bot.outbox.writing import write
from bot.settings import Settings
from bot.turn import Office
from flows.say import Reply, verbatim
from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts import queries as people
from marketplace_core.desk import open_desk
from marketplace_core.seed import TENANT
from nlu.understand import Understander
from tests.conftest import NOW

SETTINGS = Settings(_env_file=None, sms_per_second=1000)
NIGHT = NOW.replace(hour=23)
OPENER = {"template": "booking_pending_en_123456", "values": ["Asha"], "text": "Asha wants to book."}


def phone(n: int) -> str:
    return f"+91987650000{n}"


class Slow:
    """Twilio at the wire: lists at once what reached it, and answers when what happens meanwhile is over."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.refusals: list[tuple[int, int]] = []
        self.lists = True
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"messages": self.listed() if self.lists else []})
        self.bodies.append(parse_qs(request.content.decode())["Body"][0])
        sid = f"SM{len(self.bodies)}"
        if self.meanwhile:
            await self.meanwhile()
        if self.refusals:
            status, code = self.refusals.pop(0)
            return httpx.Response(status, json={"code": code, "message": "no", "status": status})
        return httpx.Response(201, json={"sid": sid, "status": "queued"})

    def listed(self) -> list[dict[str, str]]:
        day = "Fri, 20 Nov 2026 04:30:01 +0000"
        return [
            {"sid": f"SM{n}", "body": body, "status": "sent", "date_created": day}
            for n, body in enumerate(self.bodies, 1)
        ]


@pytest.fixture
async def carrier() -> Slow:
    return Slow()


@pytest.fixture
async def box(engine: AsyncEngine, clean: None, carrier: Slow) -> AsyncIterator[Postbox]:
    async with Twilio(SETTINGS, httpx.MockTransport(carrier)) as twilio:
        yield Postbox(engine, all_by(twilio), SETTINGS)


async def person(box: Postbox, n: int = 1) -> UUID:
    async with open_desk(box.engine, TENANT, NOW) as desk:
        return (await accounts.reach(desk, channel="sms", value=phone(n), phone=phone(n))).person.id


async def say(
    box: Postbox, words: str, *, n: int = 1, now: datetime = NOW, purpose: Purpose = "answer", **more: Any
) -> None:
    who = await person(box, n)
    async with open_desk(box.engine, TENANT, now) as desk:
        await write(
            desk, send_key=words, person=await people.person(desk, who), channel="sms", recipient=phone(n),
            reply=Reply((verbatim(words),)), purpose=purpose, **more,
        )  # fmt: skip


async def all_rounds(box: Postbox, now: datetime) -> None:
    while await drain(box, TENANT, now):
        pass


async def rows(box: Postbox, columns: str) -> list[tuple[object, ...]]:
    async with open_desk(box.engine, TENANT, NOW) as desk:
        return [
            tuple(row) for row in await desk.db.execute(text(f"SELECT {columns} FROM outbox ORDER BY id"))
        ]


class TestALongRound:
    async def test_what_is_claimed_late_in_it_is_not_taken_to_be_left_behind(
        self, box: Postbox, carrier: Slow, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each takes forty seconds; another worker looks for what was left behind, and the carrier lists late."""
        passed = [0.0]
        monkeypatch.setattr(clock, "monotonic", lambda: passed[0])
        carrier.lists = False

        async def another_worker() -> None:
            passed[0] += 40
            await reconcile(box, TENANT, NOW + timedelta(seconds=passed[0]))

        carrier.meanwhile = another_worker
        for words in ("one", "two", "three"):
            await say(box, words)
        understander = Understander(None, 1.0)
        office = Office(box.engine, understander, lambda *_: True, lambda *_: None)
        await postman.make_round(office, box, NOW)
        await understander.close()
        assert carrier.bodies == ["one", "two", "three"]
        assert await rows(box, "state, attempts") == [("sent", 1)] * 3

    async def test_what_waited_for_its_turn_until_another_sent_it_is_not_sent_again(
        self, box: Postbox, carrier: Slow, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sending, "AT_ONCE", 1)
        later = NOW + timedelta(seconds=70)

        async def another_worker() -> None:
            carrier.meanwhile = None
            await reconcile(box, TENANT, later)
            await all_rounds(box, later)

        carrier.meanwhile = another_worker
        for n, words in enumerate(("one", "two", "three"), 1):
            await say(box, words, n=n)
        assert await drain(box, TENANT, NOW) == 3
        assert sorted(carrier.bodies) == ["one", "three", "two"]
        assert await rows(box, "state, attempts") == [("sent", 1)] * 3


class TestOvertaking:
    async def test_everything_passes_what_is_tried_again_in_an_hour_and_keeps_its_order(
        self, box: Postbox, carrier: Slow
    ) -> None:
        carrier.refusals = [(400, 30003)]
        await say(box, "first")
        await all_rounds(box, NOW)
        assert await rows(box, "state, attempts") == [("queued", 1)]
        await say(box, "news", purpose="notice")
        await say(box, "answer")
        await say(box, "code", purpose="code")
        await say(box, "urgent", purpose="notice", urgent=True)
        await all_rounds(box, NOW)
        assert carrier.bodies == ["first", "news", "answer", "code", "urgent"]
        await all_rounds(box, NOW + timedelta(hours=2))
        assert carrier.bodies == ["first", "news", "answer", "code", "urgent", "first"]

    async def test_what_is_urgent_passes_a_notice_that_waits_for_the_morning(
        self, box: Postbox, carrier: Slow
    ) -> None:
        await say(box, "news", now=NIGHT, purpose="notice")
        await all_rounds(box, NIGHT)
        assert carrier.bodies == []
        await say(box, "urgent", now=NIGHT, purpose="notice", urgent=True)
        await all_rounds(box, NIGHT)
        assert carrier.bodies == ["urgent"]
        await all_rounds(box, NIGHT + timedelta(hours=10))
        assert carrier.bodies == ["urgent", "news"]

    async def test_nothing_passes_what_is_tried_again_in_a_moment(self, box: Postbox, carrier: Slow) -> None:
        carrier.refusals = [(429, 20429)]
        for words, purpose in (("one", "answer"), ("two", "answer"), ("three", "notice")):
            await say(box, words, purpose=purpose, urgent=purpose == "notice")  # type: ignore[arg-type]
        await all_rounds(box, NOW)
        assert carrier.bodies == ["one"]
        await all_rounds(box, NOW + timedelta(seconds=50))
        assert carrier.bodies == ["one", "one", "two", "three"]


async def test_what_a_stop_held_back_is_not_sent_again_until_they_write(box: Postbox, carrier: Slow) -> None:
    await say(box, "one")
    async with open_desk(box.engine, TENANT, NOW + timedelta(minutes=1)) as desk:
        reached = await accounts.reach(desk, channel="sms", value=phone(1), phone=phone(1))
        await accounts.opt_out(desk, reached.address_id)
    later = NOW + timedelta(minutes=2)
    await all_rounds(box, later)
    ((state, own_id),) = await rows(box, "state, id")
    assert state == "failed"
    async with open_desk(box.engine, TENANT, later) as desk:
        assert await dead_letters(desk) == []
        assert not await send_again(desk, UUID(str(own_id)))
    await all_rounds(box, later)
    assert carrier.bodies == []
    async with open_desk(box.engine, TENANT, later) as desk:
        await desk.db.execute(text("UPDATE address SET opted_out_at = NULL"))
        assert [each.words for each in await dead_letters(desk)] == ["one"]
        assert await send_again(desk, UUID(str(own_id)))
    await all_rounds(box, later)
    assert carrier.bodies == ["one"]


async def test_the_picture_of_a_notice_does_not_say_its_template_a_second_time(box: Postbox) -> None:
    who = await person(box)
    notice = {"urgent": False, "opener": OPENER}
    async with open_desk(box.engine, TENANT, NOW) as desk:
        await conversations.lock(desk, who)
        await conversations.close(
            desk,
            person=who,
            heard=("news", "1"),
            state={},
            wake_after=None,
            said=None,
            outgoing=Outgoing("Asha wants to book.", picture=Picture("aa/1.jpg", "Your wheat.")),
            answer=None,
            sending=Sending("whatsapp", f"whatsapp:{phone(1)}", "notice", {"reply": {}}, notice),
            channel="whatsapp",
        )
    assert await rows(box, "outgoing #>> '{picture,key}', notice") == [("aa/1.jpg", None), (None, notice)]
