"""Where a message goes that cannot go as it was written: template, SMS, later, or to the dead letters."""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.carriers.port import Carriers, Opening, all_by
from bot.carriers.twilio.api import Twilio
from bot.carriers.twilio.calls import ByCall
from bot.outbox import Postbox, drain, saw_status
from bot.outbox.dead import dead_letters, send_again, settle
from bot.outbox.writing import write
from bot.settings import Settings
from flows.say import Option, Reply, label, msg
from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts import queries as people
from marketplace_core.desk import open_desk
from marketplace_core.seed import TENANT
from tests.conftest import NOW

PHONE = "+919876500001"
WHATSAPP = f"whatsapp:{PHONE}"
TEMPLATE = "booking_pending_en_123456"
SETTINGS = Settings(_env_file=None, sms_per_second=1000, twilio_content_sids={TEMPLATE: "HX" + "a" * 32})
CARRIERS = all_by(Twilio(SETTINGS))
OPENER = asdict(Opening(TEMPLATE, ["Asha", "B7QK2M"], "Mandi Mitra: Asha wants to book your B7QK2M."))
ASKS = Reply((msg("Do you agree?"),), (Option("yes", label("Yes")), Option("no", label("No"))), serial=3)
NEXT_DAY = NOW + timedelta(hours=25)


class Wire:
    """Twilio's REST: keeps what reached it, refuses what it was told to refuse."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.refusals: list[int] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append({key: value[0] for key, value in parse_qs(request.content.decode()).items()})
        if self.refusals:
            return httpx.Response(400, json={"code": self.refusals.pop(0), "message": "no", "status": 400})
        return httpx.Response(201, json={"sid": f"SM{len(self.sent):032d}", "status": "queued"})

    def to(self) -> list[str]:
        return [each["To"] for each in self.sent]


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def box(engine: AsyncEngine, wire: Wire) -> AsyncIterator[Postbox]:
    async with Twilio(SETTINGS, httpx.MockTransport(wire)) as twilio:
        yield Postbox(engine, all_by(twilio), SETTINGS)


@pytest.fixture
async def farmer(engine: AsyncEngine, clean: None) -> UUID:
    async with open_desk(engine, TENANT, NOW) as desk:
        return (await accounts.reach(desk, channel="whatsapp", value=WHATSAPP, phone=PHONE)).person.id


async def say(
    engine: AsyncEngine,
    who: UUID,
    *,
    now: datetime = NOW,
    reply: Reply = ASKS,
    opener: bool = False,
    key: str = "one",
    **more: Any,
) -> None:
    async with open_desk(engine, TENANT, now) as desk:
        person = await people.person(desk, who)
        more = {"purpose": "answer", **more}
        await write(
            desk, send_key=key, person=person, channel="whatsapp", recipient=WHATSAPP, reply=reply, **more
        )
        if opener:
            notice = {"urgent": True, "opener": OPENER}
            change = text(
                "UPDATE outbox SET purpose = 'notice', notice = cast(:notice AS jsonb) WHERE send_key = :key"
            )
            await desk.db.execute(change, {"notice": json.dumps(notice), "key": key})


async def rounds(box: Postbox, now: datetime = NOW) -> None:
    while await drain(box, TENANT, now):
        pass


async def rows(engine: AsyncEngine, columns: str = "channel, state") -> list[tuple[object, ...]]:
    async with open_desk(engine, TENANT, NOW) as desk:
        return [
            tuple(row) for row in await desk.db.execute(text(f"SELECT {columns} FROM outbox ORDER BY id"))
        ]


async def failed(
    engine: AsyncEngine, code: int, now: datetime = NOW, times: int = 1, status: str = "undelivered"
) -> None:
    """The carrier tells of its failure, as often as it likes."""
    async with open_desk(engine, TENANT, now) as desk:
        sid = (await desk.db.execute(text("SELECT max(carrier_id) FROM outbox"))).scalar_one()
        for _ in range(times):
            await saw_status(desk, sid, status, code, None, carriers=CARRIERS)


class TestOutsideTheWindow:
    async def test_free_words_go_by_sms_in_the_shape_of_an_sms(
        self, engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire
    ) -> None:
        await say(engine, farmer, now=NEXT_DAY)
        await rounds(box, NEXT_DAY)
        assert [(each["To"], each["Body"]) for each in wire.sent] == [(PHONE, "Do you agree?\n1 Yes\n2 No")]
        assert await rows(engine) == [("whatsapp", "replaced"), ("sms", "sent")]
        ((first, _), (_, instead)) = await rows(engine, "id, instead_of")
        assert instead == first

    async def test_inside_it_the_same_words_leave_on_whatsapp(
        self, engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire
    ) -> None:
        """The negative control."""
        await say(engine, farmer)
        await rounds(box)
        assert wire.to() == [WHATSAPP]

    async def test_a_notice_leaves_as_its_template_and_never_as_free_words(
        self, engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire
    ) -> None:
        await say(engine, farmer, now=NEXT_DAY, opener=True)
        await rounds(box, NEXT_DAY)
        (sent,) = wire.sent
        assert (sent["To"], sent["ContentSid"]) == (WHATSAPP, "HX" + "a" * 32)
        assert json.loads(sent["ContentVariables"]) == {"1": "Asha", "2": "B7QK2M"}
        assert "Body" not in sent

    async def test_a_template_that_is_not_approved_yet_is_an_sms(
        self, engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire
    ) -> None:
        box.carriers.by_channel["whatsapp"].content_sids = {}  # type: ignore[attr-defined]
        await say(engine, farmer, now=NEXT_DAY, opener=True)
        await rounds(box, NEXT_DAY)
        assert wire.to() == [PHONE]

    async def test_who_said_stop_by_sms_gets_none_instead(
        self, engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire
    ) -> None:
        async with open_desk(engine, TENANT, NOW) as desk:
            reached = await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)
            await accounts.opt_out(desk, reached.address_id)
        await say(engine, farmer, now=NEXT_DAY)
        await rounds(box, NEXT_DAY)
        assert wire.sent == []
        assert await rows(engine) == [("whatsapp", "failed")]


class TestAFailureToldLater:
    async def test_a_closed_window_is_met_with_the_template_once_however_often_it_is_told(
        self, engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire
    ) -> None:
        await say(engine, farmer, opener=True)
        await rounds(box)
        await failed(engine, 63016, times=3)
        await rounds(box)
        assert ["ContentSid" in each for each in wire.sent] == [False, True]
        assert await rows(engine) == [("whatsapp", "replaced"), ("whatsapp", "sent")]

    async def test_and_where_the_template_fails_too_with_an_sms(
        self, engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire
    ) -> None:
        await say(engine, farmer, opener=True)
        for code in (63016, 63016):
            await rounds(box)
            await failed(engine, code)
        await rounds(box)
        assert wire.to() == [WHATSAPP, WHATSAPP, PHONE]
        assert "Do you agree?" in wire.sent[-1]["Body"]

    async def test_who_is_not_on_whatsapp_is_written_to_by_sms_and_there_no_more(
        self, engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire
    ) -> None:
        await say(engine, farmer)
        await rounds(box)
        await failed(engine, 63024)
        await say(engine, farmer, key="two")
        await rounds(box)
        assert wire.to() == [WHATSAPP, PHONE, PHONE]

    async def test_who_has_blocked_us_hears_it_nowhere_else(
        self, engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire
    ) -> None:
        await say(engine, farmer)
        await rounds(box)
        await failed(engine, 63032, status="failed")
        await rounds(box)
        assert wire.to() == [WHATSAPP]
        assert await rows(engine, "state, error_code") == [("failed", 63032)]

    async def test_a_phone_that_is_off_is_tried_again_in_an_hour_and_not_before(
        self, engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire
    ) -> None:
        await say(engine, farmer)
        await rounds(box)
        await failed(engine, 30003)
        await rounds(box, NOW + timedelta(minutes=40))
        assert len(wire.sent) == 1
        await rounds(box, NOW + timedelta(minutes=80))
        assert wire.to() == [WHATSAPP, WHATSAPP]

    async def test_a_delivery_that_was_told_before_the_failure_stands(
        self, engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire
    ) -> None:
        await say(engine, farmer)
        await rounds(box)
        await failed(engine, 0, status="delivered")
        await failed(engine, 63024)
        await rounds(box)
        assert wire.to() == [WHATSAPP]
        assert await rows(engine, "state, status") == [("sent", "delivered")]


class TestCalls:
    """What no SMS can tell: by telephone, where it is urgent and was agreed to."""

    async def unreachable(
        self, engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire, *, urgent: bool, agreed: bool
    ) -> list[str]:
        async with open_desk(engine, TENANT, NOW) as desk:
            if agreed:
                told = {"purpose": "calls", "language": "en", "wording": "You may call me.", "channel": "sms"}
                await accounts.give_consent(desk, farmer, **told)
        wire.refusals = [63024, 21211]
        await say(engine, farmer, purpose="notice", urgent=urgent)
        calls = ByCall(SETTINGS, httpx.MockTransport(wire))
        await rounds(replace(box, carriers=Carriers({**box.carriers.by_channel, "voice": calls})))
        return [str(channel) for channel, _ in await rows(engine)]

    async def test_who_agreed_is_called(
        self, engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire
    ) -> None:
        tried = await self.unreachable(engine, farmer, box, wire, urgent=True, agreed=True)
        assert tried == ["whatsapp", "sms", "voice"]
        assert wire.to() == [WHATSAPP, PHONE, PHONE]
        assert "Do you agree?" in wire.sent[-1]["Twiml"]

    @pytest.mark.parametrize(("urgent", "agreed"), [(True, False), (False, True)])
    async def test_nobody_else_is(
        self, engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire, urgent: bool, agreed: bool
    ) -> None:
        tried = await self.unreachable(engine, farmer, box, wire, urgent=urgent, agreed=agreed)
        assert tried == ["whatsapp", "sms"]


class TestNotices:
    async def test_several_that_wait_leave_as_one_message(
        self, engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire
    ) -> None:
        night = NOW.replace(hour=23)
        told = [Reply((msg(words),), serial=n) for n, words in enumerate(("One.", "Two.", "Three."))]
        for n, reply in enumerate(told):
            await say(engine, farmer, now=night, reply=reply, key=str(n), purpose="notice")
        await rounds(box, night)
        assert wire.sent == []
        await rounds(box, night + timedelta(hours=10))
        assert [each["Body"] for each in wire.sent] == ["One.\n\nTwo.\n\nThree."]

    async def test_an_answer_passes_a_notice_that_waits_for_the_morning(
        self, engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire
    ) -> None:
        night = NOW.replace(hour=23)
        await say(engine, farmer, now=night, reply=Reply((msg("News."),)), key="news", purpose="notice")
        await rounds(box, night)
        await say(engine, farmer, now=night, reply=Reply((msg("Answer."),)), key="answer")
        await rounds(box, night)
        assert [each["Body"] for each in wire.sent] == ["Answer."]

    async def test_answers_are_never_thrown_together(
        self, engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire
    ) -> None:
        for n in range(2):
            await say(engine, farmer, reply=Reply((msg("One."),)), key=str(n))
        await rounds(box)
        assert len(wire.sent) == 2


class TestDeadLetters:
    async def test_they_are_listed_until_somebody_has_seen_to_them(
        self, engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire
    ) -> None:
        wire.refusals = [21617, 21617]
        await say(engine, farmer)
        await say(engine, farmer, key="two")
        await rounds(box)
        async with open_desk(engine, TENANT, NOW) as desk:
            first, second = await dead_letters(desk)
            assert (first.error_code, first.recipient) == (21617, WHATSAPP)
            assert await settle(desk, first.id)
            assert not await settle(desk, first.id)
            assert await send_again(desk, second.id)
            assert await dead_letters(desk) == []
        await rounds(box)
        assert len(wire.sent) == 3
        assert await rows(engine, "state") == [("failed",), ("sent",)]


async def test_a_picture_that_can_go_nowhere_is_no_loss_for_its_words_follow(
    engine: AsyncEngine, farmer: UUID, box: Postbox, wire: Wire
) -> None:
    await say(engine, farmer, now=NEXT_DAY)
    async with open_desk(engine, TENANT, NEXT_DAY) as desk:
        drawn = '{"key": "aa/1.jpg", "alt": "The grains that I counted."}'
        change = "UPDATE outbox SET reply = NULL, outgoing = jsonb_set(outgoing, '{picture}', cast(:drawn AS jsonb))"
        await desk.db.execute(text(change), {"drawn": drawn})
    await say(engine, farmer, now=NEXT_DAY, key="words")
    await rounds(box, NEXT_DAY)
    assert wire.to() == [PHONE]
    assert await rows(engine) == [("whatsapp", "replaced"), ("whatsapp", "replaced"), ("sms", "sent")]
