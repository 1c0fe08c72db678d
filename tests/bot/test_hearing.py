"""A voice note is parked, listened to, said back, and answered like written words; nothing that binds is done on it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import attachments, turn
from bot.hearing import Hearing
from bot.message import Address, Attachment, Inbound
from bot.speech.ears import Ears
from bot.turn import Office
from bot.voice_notes import ANSWERED_WITHIN, LEASE
from flows.state import State
from marketplace_core.desk import open_desk
from marketplace_core.seed import TENANT
from marketplace_core.store import Folder
from nlu.understand import Understander
from tests.bot.speech.test_ears import Amazon, silence, written
from tests.bot.test_turn import join

ASHA = Address("whatsapp", "whatsapp:+919876500001", "+919876500001")
LISTENING = "I am listening. The answer comes in a moment."
LOST = "I could not make out your voice note."


@pytest.fixture
async def office(engine: AsyncEngine, clean: None) -> AsyncIterator[Office]:
    understander = Understander(None, 1.0)
    yield Office(engine, understander, lambda name, outgoing: True, lambda _: None, hears=True)
    await understander.close()


@pytest.fixture
def amazon() -> Amazon:
    return Amazon()


@pytest.fixture
def hearing(amazon: Amazon, tmp_path: Path) -> Hearing:
    return Hearing(Ears((amazon.ear,)), Folder(tmp_path))


def now() -> datetime:
    return datetime.now(UTC)


async def write(office: Office, words: str = "", tap: str | None = None) -> str:
    said = Inbound("twilio", f"SM{uuid4().hex}", ASHA, "mandi", now(), text=words, tap=tap)
    return str((await turn.take(office, said)).text)


async def send_note(office: Office, sid: str = "", at: datetime | None = None) -> str:
    note = Attachment("https://api.twilio.com/media/1", "audio/ogg")
    said = Inbound("twilio", sid or f"SM{uuid4().hex}", ASHA, "mandi", at or now(), attachments=(note,))
    return str((await turn.take(office, said)).text)


async def arrive(office: Office, hearing: Hearing) -> None:
    """Every voice note is copied into our store, as the job does it."""
    key = await hearing.store.store(silence(1), "audio/wav")
    for attachment in await column(office.engine, "SELECT id FROM media WHERE key IS NULL ORDER BY id"):
        async with office.desk(now()) as desk:
            await attachments.kept(desk, UUID(str(attachment)), key, "audio/wav")


async def listen(office: Office, hearing: Hearing, at: datetime | None = None) -> int:
    begun = await hearing.make_round(office, at or now())
    await asyncio.gather(*hearing.under_way)
    return begun


def hears(amazon: Amazon, words: str, language: str = "en-IN") -> None:
    amazon.takes_the_note()
    amazon.says("COMPLETED", LanguageCode=language)
    amazon.writes(written(words))
    amazon.forgets()


async def by_voice(office: Office, hearing: Hearing, amazon: Amazon, words: str) -> str:
    """What is answered to words that were spoken."""
    hears(amazon, words)
    assert await send_note(office) == LISTENING
    await arrive(office, hearing)
    assert await listen(office, hearing) == 1
    answer = (await answers(office.engine))[-1]
    await all_leaves(office.engine)
    return answer


async def column(engine: AsyncEngine, sql: str) -> list[object]:
    async with open_desk(engine, TENANT, now()) as desk:
        return list((await desk.db.execute(text(sql))).scalars())


async def all_leaves(engine: AsyncEngine) -> None:
    """The sender has been round: the next answer waits for nothing."""
    async with open_desk(engine, TENANT, now()) as desk:
        await desk.db.execute(text("UPDATE outbox SET state = 'sent'"))


async def answers(engine: AsyncEngine) -> list[str]:
    """What waits to be sent: no webhook waits for the answer to a voice note."""
    return [str(each) for each in await column(engine, "SELECT outgoing ->> 'text' FROM outbox ORDER BY id")]


async def number(engine: AsyncEngine, sql: str) -> int:
    return int(str((await column(engine, sql))[0]))


async def test_what_was_said_is_said_back_and_answered_in_one_message(
    office: Office, hearing: Hearing, amazon: Amazon
) -> None:
    await join(office, ASHA)
    answer = await by_voice(office, hearing, amazon, "sell 40 quintal wheat")
    assert answer.startswith("I heard: “sell 40 quintal wheat”")
    assert "From which day" in answer
    assert len(await answers(office.engine)) == 1
    assert await column(office.engine, "SELECT ear || ' ' || language FROM hearing") == ["transcribe en"]
    amazon.all_was_asked()


async def test_nothing_is_listened_to_before_it_is_here(office: Office, hearing: Hearing) -> None:
    await join(office, ASHA)
    await send_note(office)
    assert await listen(office, hearing) == 0
    assert await answers(office.engine) == []


async def test_the_question_stays_open_and_keeps_its_number_while_we_listen(
    office: Office, hearing: Hearing, amazon: Amazon
) -> None:
    await join(office, ASHA)
    asked = await write(office, "sell 40 quintal wheat")
    serial = "SELECT state -> 'last' ->> 'serial' FROM conversation"
    before = await column(office.engine, serial)
    assert await send_note(office) == LISTENING
    assert await column(office.engine, serial) == before
    assert (await write(office, "repeat")) == asked


async def test_a_spoken_yes_publishes_nothing_and_a_tap_does(
    office: Office, hearing: Hearing, amazon: Amazon
) -> None:
    await join(office, ASHA)
    for words in ("sell 40 quintal wheat", "142001", "1", "tomorrow", "2500 per quintal", "skip"):
        await write(office, words)
    answer = await by_voice(office, hearing, amazon, "yes")
    assert "I heard: “yes”" in answer and "please tap or write 1" in answer
    again = await by_voice(office, hearing, amazon, "yes, go ahead")
    assert "please tap or write 1" in again
    assert await number(office.engine, "SELECT count(*) FROM listing") == 0
    assert "Published" in await write(office, "1")
    assert await number(office.engine, "SELECT count(*) FROM listing") == 1


async def test_a_written_yes_still_publishes(office: Office) -> None:
    await join(office, ASHA)
    for words in ("sell 40 quintal wheat", "142001", "1", "tomorrow", "2500 per quintal", "skip"):
        await write(office, words)
    assert "Published" in await write(office, "yes")


async def test_what_was_said_to_a_question_that_has_passed_answers_no_other(
    office: Office, hearing: Hearing, amazon: Amazon
) -> None:
    await join(office, ASHA)
    await write(office, "sell 40 quintal wheat")
    hears(amazon, "yes")
    await send_note(office)
    assert "How much" not in await write(office, "142001")  # what came later is answered first
    await arrive(office, hearing)
    await listen(office, hearing)
    (answer,) = await answers(office.engine)
    assert "I heard: “yes”" in answer and "We have gone on since then. I changed nothing." in answer


async def test_a_wish_said_to_a_question_that_has_passed_is_still_a_wish(
    office: Office, hearing: Hearing, amazon: Amazon
) -> None:
    await join(office, ASHA)
    hears(amazon, "sell 40 quintal wheat")
    await send_note(office)
    await write(office, "help")
    await arrive(office, hearing)
    await listen(office, hearing)
    (answer,) = await answers(office.engine)
    assert "I changed nothing" not in answer
    assert await column(office.engine, "SELECT state #>> '{frames,-1,flow}' FROM conversation") == ["sell"]


async def test_nobody_is_signed_off_by_ear(office: Office, hearing: Hearing, amazon: Amazon) -> None:
    await join(office, ASHA)
    assert "write STOP" in await by_voice(office, hearing, amazon, "stop")
    assert await number(office.engine, "SELECT count(*) FROM address WHERE opted_out_at IS NOT NULL") == 0


async def test_what_cannot_be_fetched_is_told(office: Office, hearing: Hearing) -> None:
    await join(office, ASHA)
    await send_note(office)
    (attachment,) = await column(office.engine, "SELECT id FROM media")
    async with office.desk(now()) as desk:
        await attachments.lost(desk, UUID(str(attachment)), "HTTP 404")
    assert await listen(office, hearing) == 1
    (answer,) = await answers(office.engine)
    assert answer.startswith(LOST)
    assert await column(office.engine, "SELECT because FROM hearing") == ["HTTP 404"]


async def test_what_does_not_come_is_told_at_its_deadline_and_only_once(
    office: Office, hearing: Hearing
) -> None:
    await join(office, ASHA)
    begun = now() - ANSWERED_WITHIN - timedelta(seconds=1)
    await send_note(office, at=begun)
    assert await listen(office, hearing, begun + ANSWERED_WITHIN / 2) == 0
    others = Hearing(hearing.ears, hearing.store)
    await asyncio.gather(listen(office, hearing), listen(office, others))
    assert [each.startswith(LOST) for each in await answers(office.engine)] == [True]
    assert await listen(office, hearing, now() + LEASE * 2) == 0


async def test_no_sound_and_no_word_are_told_alike(office: Office, hearing: Hearing, amazon: Amazon) -> None:
    await join(office, ASHA)
    hears(amazon, " ")
    await send_note(office)
    await arrive(office, hearing)
    await listen(office, hearing)
    await all_leaves(office.engine)
    await send_note(office)
    key = await hearing.store.store(b"hello, I am no sound", "audio/ogg")
    async with office.desk(now()) as desk:
        await desk.db.execute(text("UPDATE media SET key = :key WHERE key IS NULL"), {"key": key})
    await listen(office, hearing)
    assert [each.startswith(LOST) for each in await answers(office.engine)] == [True, True]


async def test_a_note_left_behind_by_a_dead_worker_is_taken_up_again(
    office: Office, hearing: Hearing, amazon: Amazon
) -> None:
    await join(office, ASHA)
    await send_note(office)
    async with office.desk(now()) as desk:
        await desk.db.execute(text("UPDATE hearing SET claimed_at = :now"), {"now": now()})
    await arrive(office, hearing)
    assert await listen(office, hearing) == 0
    assert await listen(office, hearing, now() + LEASE + timedelta(seconds=1)) == 1


async def test_an_answer_given_before_the_worker_died_is_not_given_twice(
    office: Office, hearing: Hearing, amazon: Amazon
) -> None:
    await join(office, ASHA)
    await by_voice(office, hearing, amazon, "sell 40 quintal wheat")
    async with office.desk(now()) as desk:
        await desk.db.execute(text("UPDATE hearing SET done_at = NULL, claimed_at = NULL"))
    hears(amazon, "something else this time")
    assert await listen(office, hearing) == 1
    assert len(await answers(office.engine)) == 1


async def test_two_notes_of_one_person_are_answered_in_their_order(
    office: Office, hearing: Hearing, amazon: Amazon
) -> None:
    await join(office, ASHA)
    await send_note(office)
    await send_note(office)
    await arrive(office, hearing)
    hears(amazon, "sell wheat")
    assert await listen(office, hearing) == 1
    hears(amazon, "40 quintal")
    assert await listen(office, hearing) == 1
    assert ["“sell wheat”" in each for each in await answers(office.engine)] == [True, False]


async def test_without_ears_it_says_so_and_parks_nothing(office: Office) -> None:
    await join(office, ASHA)
    assert "cannot listen" in await send_note(replace(office, hears=False))
    assert await number(office.engine, "SELECT count(*) FROM hearing") == 0


async def test_who_wanted_no_messages_is_not_listened_to(office: Office) -> None:
    await join(office, ASHA)
    await write(office, "STOP")
    assert "START" in await send_note(office)
    assert await number(office.engine, "SELECT count(*) FROM hearing") == 0


async def test_who_says_stop_while_we_listen_hears_no_more(
    office: Office, hearing: Hearing, amazon: Amazon
) -> None:
    await join(office, ASHA)
    hears(amazon, "sell 40 quintal wheat")
    await send_note(office)
    await write(office, "STOP")
    await arrive(office, hearing)
    assert await listen(office, hearing) == 1
    assert await answers(office.engine) == []
    assert await number(office.engine, "SELECT count(*) FROM hearing WHERE done_at IS NULL") == 0


async def test_words_beside_a_voice_note_are_the_message(office: Office) -> None:
    await join(office, ASHA)
    note = Attachment("https://api.twilio.com/media/1", "audio/ogg")
    said = Inbound(
        "twilio", "SM-both", ASHA, "mandi", now(), text="sell 40 quintal wheat", attachments=(note,)
    )
    assert "From which day" in str((await turn.take(office, said)).text)
    assert await number(office.engine, "SELECT count(*) FROM hearing") == 0


async def test_who_speaks_is_spoken_to_until_they_write(
    office: Office, hearing: Hearing, amazon: Amazon
) -> None:
    office = replace(office, speaks=lambda language: language == "en")
    await join(office, ASHA)
    await by_voice(office, hearing, amazon, "sell 40 quintal wheat")
    words, voice = await column(office.engine, "SELECT outgoing FROM outbox ORDER BY id")
    assert isinstance(words, dict) and isinstance(voice, dict)
    assert words["text"].startswith("I heard") and words["voice"] is None
    assert voice["text"] == "" and voice["voice"]["language"] == "en"
    assert voice["voice"]["text"].startswith("I heard: “sell forty quintal wheat”")
    assert not any(sign.isdigit() for sign in voice["voice"]["text"])
    assert await number(office.engine, "SELECT count(*) FROM message WHERE direction = 'out'") == 2
    await write(office, "142001")  # digits are no sign of either
    assert (
        await number(office.engine, "SELECT count(*) FROM outbox WHERE outgoing ->> 'voice' IS NOT NULL") == 2
    )
    await write(office, "help")
    assert (
        await number(office.engine, "SELECT count(*) FROM outbox WHERE outgoing ->> 'voice' IS NOT NULL") == 2
    )


async def test_under_me_voice_answers_are_chosen_for_good(office: Office) -> None:
    office = replace(office, speaks=lambda language: language == "en")
    voices = "SELECT count(*) FROM outbox WHERE outgoing ->> 'voice' IS NOT NULL"
    await join(office, ASHA)
    for words in ("menu", "Me", "Voice answers", "Always"):
        await write(office, words)
    assert await number(office.engine, voices) == 1
    for words in ("menu", "Me", "Voice answers", "Never"):
        await write(office, words)
    assert await number(office.engine, voices) == 4
    assert not State(speaks=True, voice_answers="never").spoken_to
