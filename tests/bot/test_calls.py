"""Whole phone calls over signed webhooks and a real database."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import calling
from bot.calling import Book
from bot.carriers.port import Letter
from bot.carriers.refusals import MediaFailed, Refused
from bot.carriers.twilio import voice
from bot.carriers.twilio.api import Twilio
from bot.carriers.twilio.calls import ByCall, TwilioCalls, say_by_call
from bot.message import Outgoing
from bot.numbers import Numbers
from bot.office_hours import OfficeLine
from bot.settings import Settings
from bot.switchboard import RECORDING, Switchboard
from bot.turn import Office
from flows.words import words_of
from marketplace_core.accounts import commands as accounts
from marketplace_core.desk import open_desk
from marketplace_core.places import queries as places
from marketplace_core.places.place import Place
from marketplace_core.seed import TENANT
from marketplace_core.store import Folder
from nlu.understand import Understander
from tests.bot.caller import BASE, OURS, TOKEN, VOICE, Caller
from tests.conftest import NOW

SETTINGS = Settings(
    _env_file=None, public_base_url=BASE, twilio_auth_token=(SecretStr(TOKEN),), twilio_voice_number=OURS
)
RECORDED = "RE" + "a" * 32
MP3 = b"ID3" + bytes(200)


@dataclass
class Exchange:
    """Our side of the line: the doors, the clock, and Twilio's REST at the wire."""

    engine: AsyncEngine
    client: httpx.AsyncClient
    office: Office
    store: Folder
    phones: TwilioCalls
    now: datetime = NOW
    asked: list[httpx.Request] = field(default_factory=list)
    answers: list[Callable[[], httpx.Response]] = field(default_factory=list)
    messages: list[tuple[Any, ...]] = field(default_factory=list)

    def rest(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.answers:
            return self.answers.pop(0)()
        if request.method == "GET":
            return httpx.Response(200, content=MP3)
        return httpx.Response(
            201 if request.method == "POST" else 204, json={"sid": f"CA{len(self.asked):032d}"}
        )

    async def rows(self, sql: str) -> list[Any]:
        async with open_desk(self.engine, TENANT, self.now) as desk:
            return list((await desk.db.execute(text(sql))).all())

    async def work(self) -> None:
        await calling.make_round(self.phones, self.store, self.office, self.now)

    async def join(self, phone: str, language: str = "hi", script: str = "native") -> None:
        async with open_desk(self.engine, TENANT, self.now) as desk:
            reached = await accounts.reach(desk, channel="sms", value=phone, phone=phone)
            area = await places.pincode(desk, "142001")
            assert area
            home = Place(area.pincode, None, area.district, area.state, area.lat, area.lon)
            await accounts.register(desk, reached.person.id, name="Asha", place=home)
            await accounts.set_language(desk, reached.person.id, language=language, script=script)


@pytest.fixture
async def exchange(engine: AsyncEngine, clean: None, tmp_path: Path) -> AsyncIterator[Exchange]:
    understander = Understander(None, 1.0)
    app = FastAPI()
    office = Office(engine, understander, lambda *_: True, lambda _: None)

    def wire(request: httpx.Request) -> httpx.Response:
        return exchange.rest(request)

    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://inside") as client,
        Twilio(SETTINGS, httpx.MockTransport(wire)) as twilio,
    ):
        exchange = Exchange(engine, client, office, Folder(tmp_path / "media"), TwilioCalls(twilio, OURS))
        line = OfficeLine("+911123456789", 10, 18)
        board = Switchboard(office, Numbers(engine, {"voice": OURS}), line, lambda: exchange.now)

        async def saw_message(*seen: Any) -> None:
            exchange.messages.append(seen)

        book = Book(lambda: office, lambda: exchange.now, saw_message)
        app.include_router(voice.routes(SETTINGS, lambda: board, book))
        yield exchange
    await understander.close()


@pytest.fixture
def caller(exchange: Exchange) -> Caller:
    return Caller(exchange.client)


async def language_of(exchange: Exchange) -> str:
    ((language,),) = await exchange.rows("SELECT language FROM person")
    return str(language)


# ---- language


async def test_a_newcomer_hears_every_language_in_its_own_voice_and_presses_a_key(
    exchange: Exchange, caller: Caller
) -> None:
    heard = await caller.calls()
    assert caller.voices == [
        "hi-IN", "kn-IN", "pa-IN", "mr-IN", "te-IN", "ta-IN", "bn-IN", "gu-IN", "ml-IN", "en-IN",
    ]  # fmt: skip
    assert heard.startswith("हिंदी")
    assert "ಕನ್ನಡ" in heard
    assert "ಮಾರಾಟ" in await caller.presses("2") or "ಮಾರ" in caller.hears
    assert set(caller.voices) == {"kn-IN"}
    assert await language_of(exchange) == "kn"


@pytest.mark.parametrize(("said", "language"), [("कन्नड़", "kn"), ("Punjabi", "pa"), ("तमिल में बोलो", "ta")])
async def test_a_language_may_be_spoken(exchange: Exchange, caller: Caller, said: str, language: str) -> None:
    await caller.calls()
    await caller.says(said)
    assert await language_of(exchange) == language
    assert caller.verbs[-1].get("language") == {"kn": "kn-IN", "pa": "pa-guru-IN", "ta": "ta-IN"}[language]


async def test_who_says_no_language_is_asked_once_more_and_then_let_go(caller: Caller) -> None:
    first = await caller.calls()
    assert await caller.says("मौसम कैसा है") == first
    await caller.waits()
    assert caller.ended
    assert len(caller.voices) == 3


async def test_known_people_are_greeted_in_theirs_at_once(exchange: Exchange, caller: Caller) -> None:
    await exchange.join(caller.phone, "pa")
    heard = await caller.calls()
    assert "Asha" in heard and "ਸਟਾਰ" in heard
    assert caller.verbs[-1].get("language") == "pa-guru-IN"


async def test_who_reads_latin_letters_hears_their_own(exchange: Exchange, caller: Caller) -> None:
    await exchange.join(caller.phone, "hi", "latin")
    assert "दबाइए" in await caller.calls()
    assert await exchange.rows("SELECT script FROM person") == [("latin",)]


async def test_star_changes_the_language_and_says_the_question_again(
    exchange: Exchange, caller: Caller
) -> None:
    await exchange.join(caller.phone)
    await caller.calls()
    question = await caller.says("गेहूं बेचना है")
    await caller.presses("*")
    assert len(set(caller.voices)) == 10
    again = await caller.presses("0")
    assert set(caller.voices) == {"en-IN"}
    assert "How much" in again and "How much" not in question


# ---- the same conversation as everywhere


async def sell(caller: Caller, last: str = "") -> str:
    await caller.calls()
    await caller.says("गेहूं बेचना है")
    await caller.says("चालीस क्विंटल")
    await caller.says("142001")
    while "किस दिन" not in caller.hears:
        await caller.presses("1")
    await caller.presses("2")
    await caller.says("ढाई हज़ार रुपये क्विंटल")
    return await (caller.says(last) if last else caller.presses("1"))


async def test_a_sale_by_keys_and_words_is_published_and_sent_in_writing_after_the_call(
    exchange: Exchange, caller: Caller
) -> None:
    await exchange.join(caller.phone)
    await sell(caller)
    ((code, kg),) = await exchange.rows("SELECT code, kg FROM listing")
    assert kg == 4000
    assert ", ".join(code[:1]) in caller.hears
    assert await exchange.rows("SELECT 1 FROM outbox") == []
    for _ in range(2):
        assert await caller.status("completed", 3) == 204
    ((channel, recipient, purpose, outgoing),) = await exchange.rows(
        "SELECT channel, recipient, purpose, outgoing FROM outbox"
    )
    assert (channel, recipient, purpose) == ("sms", caller.phone, "notice")
    assert code in outgoing["text"]
    assert not re.search(r"^1 ", outgoing["text"], re.MULTILINE)  # what was agreed, no menu


@pytest.mark.parametrize("yes", ["हाँ", "एक", "एकदम सही"])
async def test_nothing_that_binds_is_done_on_a_spoken_yes_alone(
    exchange: Exchange, caller: Caller, yes: str
) -> None:
    await exchange.join(caller.phone)
    await sell(caller, last=yes)
    assert await exchange.rows("SELECT 1 FROM listing") == []
    assert not caller.ended
    await caller.presses("1")
    assert len(await exchange.rows("SELECT 1 FROM listing")) == 1


async def test_a_call_whose_end_nobody_told_is_written_of_all_the_same(
    exchange: Exchange, caller: Caller
) -> None:
    await exchange.join(caller.phone)
    await sell(caller)
    await exchange.work()
    assert await exchange.rows("SELECT 1 FROM outbox") == []
    exchange.now += timedelta(hours=2)
    await exchange.work()
    await exchange.work()
    assert len(await exchange.rows("SELECT 1 FROM outbox")) == 1


async def test_without_a_deal_nothing_is_written(exchange: Exchange, caller: Caller) -> None:
    await exchange.join(caller.phone)
    await caller.calls()
    await caller.status("completed", 3)
    assert await exchange.rows("SELECT 1 FROM outbox") == []


async def test_a_webhook_that_comes_twice_is_answered_the_same_and_changes_nothing(
    exchange: Exchange, caller: Caller
) -> None:
    await exchange.join(caller.phone)
    await caller.calls()
    path = caller.action()
    first = await caller._post(path, SpeechResult="गेहूं बेचना है")
    assert await caller._post(path, SpeechResult="गेहूं बेचना है") == first
    assert len(await exchange.rows("SELECT 1 FROM inbound")) == 2


async def test_a_number_said_aloud_is_its_key(exchange: Exchange, caller: Caller) -> None:
    await exchange.join(caller.phone)
    await caller.calls()
    by_word = await caller.says("दो")
    other = Caller(exchange.client, "+919876500002")
    await exchange.join(other.phone)
    await other.calls()
    assert await other.presses("2") == by_word


async def test_ears_are_told_what_to_expect(exchange: Exchange, caller: Caller) -> None:
    await exchange.join(caller.phone)
    await caller.calls()
    assert caller.verbs[-1].get("numDigits") == "1"
    await caller.says("गेहूं बेचना है")
    assert caller.verbs[-1].get("numDigits") is None
    hints = str(caller.verbs[-1].get("hints")).split(",")
    assert {"क्विंटल", "दो", "दोबारा"} <= set(hints)
    assert len(hints) <= 500


# ---- silence


async def test_silence_is_met_three_times_and_then_in_writing(exchange: Exchange, caller: Caller) -> None:
    await exchange.join(caller.phone)
    asked = await caller.calls()
    assert "बेच" in await caller.waits()
    assert not caller.ended
    assert await caller.waits() != asked
    assert not caller.ended
    await caller.waits()
    assert caller.ended
    await caller.status("completed")
    ((written,),) = await exchange.rows("SELECT outgoing ->> 'text' FROM outbox")
    assert "फ़ोन" in written


async def test_a_word_after_silence_goes_on_where_it_stood(exchange: Exchange, caller: Caller) -> None:
    await exchange.join(caller.phone)
    await caller.calls()
    await caller.waits()
    assert "कितना" in await caller.says("गेहूं बेचना है") or "कितन" in caller.hears


# ---- a person of the office


async def test_zero_connects_with_a_person_while_the_office_is_open(
    exchange: Exchange, caller: Caller
) -> None:
    await exchange.join(caller.phone)
    exchange.now = NOW + timedelta(hours=2)
    await caller.calls()
    await caller.presses("0")
    dial = caller.verbs[-1]
    assert (dial.tag, dial.text, dial.get("callerId")) == ("Dial", "+911123456789", OURS)
    assert "बेच" in await caller._post(caller.action(), DialCallStatus="completed")


async def leave_a_message(exchange: Exchange, caller: Caller) -> None:
    exchange.now = NOW.replace(hour=20)
    await exchange.join(caller.phone)
    await caller.calls()
    await caller.presses("0")


async def test_in_a_closed_office_a_message_is_recorded_only_after_key_one(
    exchange: Exchange, caller: Caller
) -> None:
    await leave_a_message(exchange, caller)
    assert "रिकॉर्ड" in caller.hears
    await caller.presses("1")
    assert caller.verbs[-1].tag == "Record"
    words = words_of("hi", "native")
    assert await exchange.rows("SELECT purpose, language, wording, channel FROM consent") == [
        ("recording", "hi", " ".join(words(part) for part in RECORDING), "voice")
    ]


@pytest.mark.parametrize("key", ["2", "", "*", "0"])
async def test_without_key_one_nothing_is_recorded(exchange: Exchange, caller: Caller, key: str) -> None:
    await leave_a_message(exchange, caller)
    await caller.presses(key)
    assert caller.ended
    assert await exchange.rows("SELECT 1 FROM consent") == []


async def test_a_recording_is_copied_deleted_there_and_kept_for_thirty_days(
    exchange: Exchange, caller: Caller
) -> None:
    await leave_a_message(exchange, caller)
    await caller.presses("1")
    for _ in range(2):
        assert await caller.recorded(RECORDED) == 204
    await caller._post(caller.action(), RecordingUrl="https://evil.example/x", Digits="hangup")
    assert caller.ended
    await exchange.work()
    await exchange.work()
    where = f"https://api.twilio.com/2010-04-01/Accounts/{SETTINGS.twilio_account_sid}/Recordings/{RECORDED}"
    assert [(one.method, str(one.url)) for one in exchange.asked] == [
        ("GET", f"{where}.mp3"),
        ("DELETE", f"{where}.json"),
    ]
    ((key, seconds, gone),) = await exchange.rows(
        "SELECT key, seconds, left_carrier_at IS NOT NULL FROM recording"
    )
    assert await exchange.store.load(key) == MP3
    assert (seconds, gone) == (7, True)


async def test_what_is_not_there_yet_or_cannot_be_deleted_is_tried_again_later(
    exchange: Exchange, caller: Caller
) -> None:
    await leave_a_message(exchange, caller)
    await caller.presses("1")
    await caller.recorded(RECORDED)
    exchange.answers = [
        lambda: httpx.Response(404),
        lambda: httpx.Response(200, content=MP3),
        lambda: httpx.Response(500),
    ]
    await exchange.work()
    await exchange.work()
    assert len(exchange.asked) == 1  # not at once
    for _ in range(3):
        exchange.now += timedelta(hours=1)
        await exchange.work()
    assert [one.method for one in exchange.asked] == ["GET", "GET", "DELETE", "DELETE"]


async def test_a_recording_without_consent_is_only_deleted(exchange: Exchange, caller: Caller) -> None:
    await leave_a_message(exchange, caller)
    await caller.presses("1")
    await exchange.rows("UPDATE consent SET given_at = given_at - interval '2 hours' RETURNING 1")
    await caller.recorded(RECORDED)
    await exchange.work()
    assert [one.method for one in exchange.asked] == ["DELETE"]
    assert await exchange.rows("SELECT key, lost_because FROM recording") == [(None, "no consent")]


async def test_no_other_id_is_ever_fetched(exchange: Exchange) -> None:
    with pytest.raises(MediaFailed):
        await exchange.phones.fetch_recording("../Messages")
    assert exchange.asked == []


# ---- what the carrier says of a call


async def test_callbacks_in_any_order_and_twice_only_ever_move_on(exchange: Exchange, caller: Caller) -> None:
    await caller.calls()
    for status, sequence in (
        ("in-progress", 2),
        ("ringing", 1),
        ("completed", 3),
        ("in-progress", 4),
        ("busy", 3),
    ):
        assert await caller.status(status, sequence) == 204
    assert await exchange.rows("SELECT status, sequence, seconds FROM call") == [("completed", 3, 61)]


async def test_a_callback_without_a_number_still_ends_the_call(exchange: Exchange, caller: Caller) -> None:
    await caller.calls()
    await caller.status("completed")
    await caller.status("ringing")
    assert await exchange.rows("SELECT status, ended_at IS NOT NULL FROM call") == [("completed", True)]


# ---- missed calls


async def test_a_missed_call_is_not_taken_and_rung_back_once(exchange: Exchange, caller: Caller) -> None:
    for _ in range(3):
        await Caller(exchange.client).calls(f"{VOICE}/missed")
    await caller.calls(f"{VOICE}/missed")
    assert [(verb.tag, verb.get("reason")) for verb in caller.verbs] == [("Reject", "busy")]
    await exchange.work()
    assert exchange.asked == []  # the line must be free again
    exchange.now += timedelta(seconds=10)
    await exchange.work()
    await exchange.work()
    (request,) = exchange.asked
    form = parse_qs(request.content.decode())
    assert form["To"] == [caller.phone] and form["From"] == [OURS]
    assert form["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]
    url = httpx.URL(form["Url"][0])
    assert url.path == VOICE
    ((own_id,),) = await exchange.rows("SELECT cast(id AS text) FROM call WHERE kind = 'back'")
    assert dict(url.params) == {"tenant": "1", "call": own_id}


async def test_who_keeps_ringing_is_called_back_twice_an_hour_and_no_more(exchange: Exchange) -> None:
    for _ in range(5):
        await Caller(exchange.client).calls(f"{VOICE}/missed")
        exchange.now += timedelta(seconds=10)
        await exchange.work()
    assert len(exchange.asked) == 2
    await Caller(exchange.client, "+919876500002").calls(f"{VOICE}/missed")
    exchange.now += timedelta(seconds=10)
    await exchange.work()
    assert len(exchange.asked) == 3  # somebody else is not held up by it


async def test_who_said_stop_is_never_rung(exchange: Exchange, caller: Caller) -> None:
    await exchange.join(caller.phone)
    await exchange.rows("UPDATE address SET opted_out_at = now() RETURNING 1")
    await caller.calls(f"{VOICE}/missed")
    exchange.now += timedelta(hours=1)
    await exchange.work()
    assert exchange.asked == []


async def test_a_missed_call_at_night_is_answered_in_the_morning(exchange: Exchange, caller: Caller) -> None:
    exchange.now = NOW.replace(hour=23)
    await caller.calls(f"{VOICE}/missed")
    exchange.now += timedelta(hours=8, minutes=50)
    await exchange.work()
    assert exchange.asked == []
    exchange.now += timedelta(minutes=11)  # 08:01
    await exchange.work()
    assert len(exchange.asked) == 1


async def test_a_call_that_did_not_leave_is_placed_again_and_an_uncertain_one_never(
    exchange: Exchange,
) -> None:
    def timed_out() -> httpx.Response:
        raise httpx.ReadTimeout("it may be ringing")

    exchange.answers = [lambda: httpx.Response(429, json={"code": 20429}), timed_out]
    await Caller(exchange.client).calls(f"{VOICE}/missed")
    for _ in range(6):
        exchange.now += timedelta(minutes=10)
        await exchange.work()
    assert len(exchange.asked) == 2
    assert await exchange.rows("SELECT status FROM call WHERE kind = 'back'") == [("failed",)]


async def test_who_is_rung_back_goes_on_as_in_any_call(exchange: Exchange) -> None:
    await exchange.join("+919876500001")
    await Caller(exchange.client).calls(f"{VOICE}/missed")
    exchange.now += timedelta(seconds=10)
    await exchange.work()
    form = parse_qs(exchange.asked[0].content.decode())
    person = Caller(exchange.client, phone="+919876500001", sid=f"CA{1:032d}")
    person._form = lambda: {  # type: ignore[method-assign]
        "CallSid": person.sid, "From": OURS, "To": person.phone, "Direction": "outbound-api",
    }  # fmt: skip
    assert "Asha" in await person.calls(httpx.URL(form["Url"][0]).raw_path.decode())
    assert "कितन" in await person.says("गेहूं बेचना है")
    assert await exchange.rows("SELECT carrier_id, person_id IS NOT NULL FROM call WHERE kind = 'back'") == [
        (person.sid, True)
    ]


# ---- a message said by call


async def test_a_waiting_message_is_said_by_call_and_may_be_answered(exchange: Exchange) -> None:
    letter = Letter("+919876500001", OURS, Outgoing("आपका भुगतान ₹2,450 आ गया।"), 1, "0197-row")
    await say_by_call(exchange.phones.twilio, letter)
    form = parse_qs(exchange.asked[0].content.decode())
    assert form.keys() >= {"To", "From", "Twiml", "StatusCallback"} and "Url" not in form
    assert "दो हज़ार चार सौ पचास" in form["Twiml"][0]
    assert 'action="https://mandi.example/' in form["Twiml"][0]  # nothing is relative to inline TwiML
    caller = Caller(exchange.client)
    path = httpx.URL(form["StatusCallback"][0]).raw_path.decode()
    assert await caller.status("no-answer", 3, path) == 204
    assert exchange.messages == [(1, caller.sid, "undelivered", None, "0197-row")]


async def test_the_channel_of_calls_says_what_others_write(exchange: Exchange) -> None:
    async with ByCall(SETTINGS, httpx.MockTransport(exchange.rest)) as carrier:
        await carrier.send(Letter("+919876500001", OURS, Outgoing("Namaste"), 1, "row"))
    assert exchange.asked[0].url.path.endswith("/Calls.json")


async def test_inline_twiml_is_never_longer_than_twilio_takes(exchange: Exchange) -> None:
    letter = Letter("+919876500001", OURS, Outgoing("₹2,450 & कुछ <शब्द> " * 400), 1, "row")
    await say_by_call(exchange.phones.twilio, letter)
    assert 2000 < len(parse_qs(exchange.asked[0].content.decode())["Twiml"][0]) <= 4000


async def test_a_refused_call_is_refused_like_a_message(exchange: Exchange) -> None:
    exchange.answers = [lambda: httpx.Response(400, json={"code": 21211})]
    with pytest.raises(Refused) as refused:
        await say_by_call(exchange.phones.twilio, Letter("+91", OURS, Outgoing("hello"), 1, "row"))
    assert refused.value.code == 21211
