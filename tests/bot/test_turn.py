"""A message is answered once, in order, in one transaction; whatever fails, nothing is lost or doubled."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import conversations, turn
from bot.message import Address, Answer, Attachment, DatabaseAway, Inbound
from bot.turn import Office
from marketplace_core.accounts import commands as accounts
from marketplace_core.db.embedded import Database
from marketplace_core.db.engine import make_engine
from marketplace_core.desk import open_desk
from marketplace_core.places import queries as places
from marketplace_core.places.place import Place
from marketplace_core.seed import TENANT
from tests.conftest import NOW

ASHA = Address("sms", "+919876500001", "+919876500001")


def said(
    words: str, sender: Address = ASHA, at: datetime = NOW, sid: str | None = None, **more: object
) -> Inbound:
    return Inbound("twilio", sid or f"SM{uuid4().hex}", sender, "mandi", at, text=words, **more)  # type: ignore[arg-type]


async def join(office: Office, sender: Address = ASHA, name: str = "Asha") -> UUID:
    async with office.desk(NOW) as desk:
        reached = await accounts.reach(desk, channel=sender.channel, value=sender.value, phone=sender.phone)
        area = await places.pincode(desk, "142001")
        assert area
        home = Place(area.pincode, None, area.district, area.state, area.lat, area.lon)
        await accounts.register(desk, reached.person.id, name=name, place=home)
        return reached.person.id


async def number(engine: AsyncEngine, sql: str) -> int:
    async with open_desk(engine, TENANT, NOW) as desk:
        return int((await desk.db.execute(text(sql))).scalar_one())


async def publish(office: Office, last_sid: str) -> Answer:
    for words in ("sell 40 quintal wheat", "142001", "1", "tomorrow", "2500 per quintal"):
        await turn.take(office, said(words))
    return await turn.take(office, said("yes", sid=last_sid))


class TestOnce:
    async def test_a_repeat_gets_the_stored_answer_and_publishes_nothing_twice(self, office: Office) -> None:
        await join(office)
        first = await publish(office, "SM-last")
        again = await turn.take(office, said("yes", sid="SM-last", at=NOW + timedelta(minutes=2)))
        assert first.text and "Published" in first.text
        assert again == first
        assert await number(office.engine, "SELECT count(*) FROM listing") == 1
        assert await number(office.engine, "SELECT count(*) FROM event") == 1

    async def test_both_copies_of_a_message_that_came_twice_at_once_get_one_answer(
        self, office: Office
    ) -> None:
        await join(office)
        one = said("sell wheat", sid="SM-twice")
        answers = await asyncio.gather(*(turn.take(office, one) for _ in range(5)))
        assert len(set(answers)) == 1
        assert await number(office.engine, "SELECT count(*) FROM message WHERE direction = 'in'") == 1

    async def test_copies_that_reach_two_servers_at_once_get_one_answer(self, office: Office) -> None:
        await join(office)
        offices = [
            Office(office.engine, office.understander, office.fits_reply, office.after_commit)
            for _ in range(4)
        ]
        one = said("sell wheat", sid="SM-servers")
        answers = await asyncio.gather(*(turn.take(server, one) for server in offices))
        assert len(set(answers)) == 1
        assert await number(office.engine, "SELECT count(*) FROM inbound") == 1

    async def test_the_same_id_at_another_carrier_is_another_message(self, office: Office) -> None:
        await join(office)
        here = said("menu", sid="1")
        there = Inbound("other", "1", ASHA, "mandi", NOW, text="menu")
        await turn.take(office, here)
        await turn.take(office, there)
        assert await number(office.engine, "SELECT count(*) FROM inbound") == 2


class TestOrder:
    async def test_two_messages_in_one_second_are_answered_in_the_order_they_came(
        self, office: Office
    ) -> None:
        await join(office)
        first, second = await asyncio.gather(
            turn.take(office, said("sell wheat")), turn.take(office, said("40 quintal"))
        )
        assert "How much" in (first.text or "")
        assert "From which day" in (second.text or "")

    async def test_a_slow_person_does_not_hold_up_others(self, office: Office) -> None:
        slow = await join(office)
        others = [Address("sms", f"+9198765{n:05d}", f"+9198765{n:05d}") for n in range(100, 108)]
        async with office.desk(NOW) as desk:
            await conversations.lock(desk, slow)
            waiting = asyncio.create_task(turn.take(office, said("menu")))
            answers = await asyncio.gather(*(turn.take(office, said("hello", each)) for each in others))
            assert all(answer.text for answer in answers)
            assert not waiting.done()
        assert (await waiting).text

    @pytest.mark.parametrize(("locked", "kept"), [(True, 2), (False, 1)])
    async def test_only_the_lock_keeps_two_turns_of_one_person_from_undoing_each_other(
        self, office: Office, locked: bool, kept: int
    ) -> None:
        """The second row is the negative control: the race is real when nobody locks."""
        person = await join(office)
        async with office.desk(NOW) as desk:
            await conversations.lock(desk, person)
        both_have_read = asyncio.Barrier(2)

        async def remember(word: str) -> None:
            async with office.desk(NOW) as desk:
                if locked:
                    state, _ = await conversations.lock(desk, person)
                else:
                    state = (await desk.db.execute(text("SELECT state FROM conversation"))).scalar_one()
                    await both_have_read.wait()
                await conversations.close(
                    desk,
                    person=person,
                    heard=("test", word),
                    state={**state, word: True},
                    wake_after=None,
                    said=None,
                    outgoing=None,
                    answer=None,
                    sending=None,
                    channel="sms",
                )

        await asyncio.gather(remember("one"), remember("two"))
        async with office.desk(NOW) as desk:
            state = (await desk.db.execute(text("SELECT state FROM conversation"))).scalar_one()
        assert len(state) == kept


class TestDatabase:
    async def test_a_restart_between_two_messages_is_not_noticed(
        self, office: Office, database: Database
    ) -> None:
        await join(office)
        await turn.take(office, said("sell wheat"))
        await asyncio.to_thread(database.restart)
        answer = await turn.take(office, said("40 quintal"))
        assert "From which day" in (answer.text or "")

    async def test_with_the_database_away_nothing_is_answered_so_that_the_carrier_brings_it_again(
        self, office: Office
    ) -> None:
        nowhere = make_engine("postgresql+psycopg://mandi_app@/mandi?host=/nonexistent")
        away = Office(nowhere, office.understander, office.fits_reply, office.after_commit)
        one = said("hello")
        with pytest.raises(DatabaseAway):
            await turn.take(away, one)
        assert (await turn.take(office, one)).text
        await nowhere.dispose()


class TestFaults:
    async def test_our_own_fault_is_an_apology_and_the_conversation_stands_where_it_stood(
        self, office: Office
    ) -> None:
        person = await join(office)
        await turn.take(office, said("sell 40 quintal wheat"))
        broken = '{"frames": [{"flow": "sell", "asking": "no such question"}]}'
        async with office.desk(NOW) as desk:
            await desk.db.execute(text("UPDATE conversation SET state = cast(:s AS jsonb)"), {"s": broken})
        first = await turn.take(office, said("142001"))
        assert "went wrong on our side" in (first.text or "")
        async with office.desk(NOW) as desk:
            state, _ = await conversations.lock(desk, person)
        assert state["frames"] == [{"flow": "sell", "asking": "no such question"}]

    async def test_a_conversation_that_is_itself_broken_begins_anew_after_two_apologies(
        self, office: Office
    ) -> None:
        await join(office)
        await turn.take(office, said("menu"))
        broken = '{"frames": [{"flow": "sell", "asking": "no such question"}]}'
        async with office.desk(NOW) as desk:
            await desk.db.execute(text("UPDATE conversation SET state = cast(:s AS jsonb)"), {"s": broken})
        for _ in range(2):
            assert "went wrong" in ((await turn.take(office, said("142001"))).text or "")
        assert "Sell" in ((await turn.take(office, said("menu"))).text or "")


class TestInput:
    async def test_a_text_of_ten_thousand_letters_is_answered(self, office: Office) -> None:
        await join(office)
        assert (await turn.take(office, said("wheat " * 1_700))).text

    async def test_a_photo_is_noted_with_the_turn_and_its_fetching_is_queued(self, office: Office) -> None:
        await join(office)
        photo = (Attachment("https://api.twilio.com/x", "image/jpeg"),)
        await turn.take(office, said("", attachments=photo))
        assert await number(office.engine, "SELECT count(*) FROM media WHERE key IS NULL") == 1
        assert (
            await number(office.engine, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'") == 1
        )

    async def test_a_whatsapp_id_without_a_phone_is_a_person_like_any_other(self, office: Office) -> None:
        hidden = Address("whatsapp", "whatsapp:IN.1234567890")
        await turn.take(office, said("hello", hidden))
        assert await number(office.engine, "SELECT count(*) FROM address WHERE phone IS NULL") == 1
        assert (
            await number(
                office.engine, "SELECT count(*) FROM outbox WHERE recipient = 'whatsapp:IN.1234567890'"
            )
            == 1
        )
