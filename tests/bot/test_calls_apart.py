"""Calls apart from the conversation: recordings, what carriers report, missed calls, messages said by call."""

from datetime import timedelta
from urllib.parse import parse_qs
from uuid import uuid4
from xml.etree import ElementTree

import httpx
import pytest

from bot import missed_calls, turn
from bot.carriers.port import Letter
from bot.carriers.refusals import NEVER_LEFT, MediaFailed, Refused
from bot.carriers.twilio.calls import ByCall, say_by_call
from bot.message import Address, Inbound, Outgoing
from bot.outbox import writing as outbox
from flows.say import Reply
from marketplace_core.accounts import queries as people
from tests.bot.caller import OURS, VOICE, Caller
from tests.bot.exchange import MP3, SETTINGS, Exchange, leave_a_message
from tests.conftest import NOW


async def write(exchange: Exchange, phone: str, words: str) -> None:
    said = Inbound("twilio", f"SM{uuid4().hex}", Address("sms", phone, phone), OURS, exchange.now, text=words)
    await turn.take(exchange.office, said)


RECORDED = "RE" + "a" * 32


# ---- recordings


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


async def test_one_planned_call_is_enough_when_the_first_did_not_leave(
    exchange: Exchange, caller: Caller
) -> None:
    await caller.calls(f"{VOICE}/missed")
    await Caller(exchange.client, "+919876500002").calls(f"{VOICE}/missed")
    exchange.now += timedelta(seconds=10)
    async with exchange.office.desk(exchange.now) as desk:
        first, second = await missed_calls.claim(desk)
    await Caller(exchange.client).calls(f"{VOICE}/missed")
    refused = Refused(None, NEVER_LEFT)
    for row in (first, second):
        async with exchange.office.desk(exchange.now) as desk:
            await missed_calls.settle(desk, row, refused)
    assert await exchange.rows(
        "SELECT phone, status, tries FROM call WHERE kind = 'back' ORDER BY phone, tries DESC"
    ) == [
        ("+919876500001", "failed", 1),
        ("+919876500001", "planned", 0),
        ("+919876500002", "planned", 1),
    ]


async def test_a_call_that_breaks_the_round_holds_up_nobody_and_is_given_up(
    exchange: Exchange, caller: Caller
) -> None:
    def breaks() -> httpx.Response:
        raise RuntimeError("nobody thought of this")

    await caller.calls(f"{VOICE}/missed")
    await Caller(exchange.client, "+919876500002").calls(f"{VOICE}/missed")
    exchange.answers = [breaks]
    exchange.now += timedelta(seconds=10)
    await exchange.work()
    assert len(exchange.asked) == 2
    states = "SELECT status FROM call WHERE kind = 'back' ORDER BY status"
    assert await exchange.rows(states) == [("placing",), ("queued",)]
    exchange.now += timedelta(minutes=9)
    await exchange.work()
    assert await exchange.rows(states) == [("placing",), ("queued",)]
    exchange.now += timedelta(minutes=2)
    await exchange.work()
    assert await exchange.rows(states) == [("failed",), ("queued",)]
    assert len(exchange.asked) == 2  # it may have rung


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


@pytest.mark.parametrize("asked_meanwhile", [False, True])
async def test_a_key_answers_what_was_said_and_nothing_that_was_asked_meanwhile(
    exchange: Exchange, asked_meanwhile: bool
) -> None:
    phone = "+919876500001"
    await exchange.join(phone)
    for words in ("गेहूं बेचना है", "40 क्विंटल"):
        await write(exchange, phone, words)
    ((person, reply),) = await exchange.rows("SELECT person_id, state -> 'last' FROM conversation")
    async with exchange.office.desk(exchange.now) as desk:
        await outbox.write(
            desk,
            send_key="said",
            person=await people.person(desk, person),
            channel="voice",
            recipient=phone,
            reply=Reply.from_json(reply),
        )
    ((own_id,),) = await exchange.rows("SELECT id FROM outbox WHERE send_key = 'said'")
    await say_by_call(exchange.phones.twilio, Letter(phone, OURS, Outgoing("माल कहाँ है?"), 1, str(own_id)))
    if asked_meanwhile:
        await write(exchange, phone, "1")
    twiml = ElementTree.fromstring(parse_qs(exchange.asked[0].content.decode())["Twiml"][0])
    called = Caller(exchange.client, phone, verbs=list(twiml))
    called._form = lambda: {  # type: ignore[method-assign]
        "CallSid": called.sid, "From": OURS, "To": phone, "Direction": "outbound-api",
    }  # fmt: skip
    path = called.action()
    first = await called.presses("1")
    assert "कितना रेट" in first
    assert await called._post(path, Digits="1") == first  # brought twice
    frame = "SELECT state #> '{frames,0,slots,place}' IS NOT NULL, state #> '{frames,0,slots,price}' FROM conversation"
    assert await exchange.rows(frame) == [(True, None)]
    assert "कितना रेट" not in await called.presses("1")  # now it was heard


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
