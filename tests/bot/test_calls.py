"""Whole phone calls over signed webhooks and a real database."""

import re
from datetime import timedelta

import pytest

from bot.switchboard import RECORDING
from flows.words import words_of
from tests.bot.caller import OURS, Caller
from tests.bot.exchange import Exchange, leave_a_message
from tests.conftest import NOW


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


#: As Hindi ears write them down.
NAMES = {
    "hi": "हिंदी",
    "kn": "कन्नड़",
    "pa": "पंजाबी",
    "mr": "मराठी",
    "te": "तेलुगु",
    "ta": "तमिल में बोलो",
    "bn": "बंगाली",
    "gu": "गुजराती",
    "ml": "मलयालम",
    "en": "इंग्लिश",
}


@pytest.mark.parametrize(("language", "said"), [*NAMES.items(), ("pa", "Punjabi")])
async def test_a_language_may_be_spoken(exchange: Exchange, caller: Caller, language: str, said: str) -> None:
    await caller.calls()
    assert caller.verbs[-1].get("language") == "hi-IN"
    await caller.says(said)
    assert await language_of(exchange) == language
    assert caller.verbs[-1].get("language") == {"pa": "pa-guru-IN"}.get(language, f"{language}-IN")


async def test_the_names_are_expected_in_the_letters_that_hear_them(caller: Caller) -> None:
    await caller.calls()
    hints = str(caller.verbs[-1].get("hints")).split(",")
    assert len(hints) == len(NAMES) and {"कन्नड़", "तेलुगु", "मलयालम"} < set(hints)


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
