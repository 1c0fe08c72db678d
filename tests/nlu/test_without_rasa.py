"""The farmer is understood while the language model is down, slow, confused, or simply not needed."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.understand import Understander
from nlu.understanding import ACT, Understanding
from tests.nlu.reading import FRIDAY
from tests.nlu.wire import meaning, saying, served, silence

CLOSED = "http://127.0.0.1:9"
PATIENCE = 0.3


@pytest.fixture
async def alone() -> AsyncIterator[Understander]:
    understander = Understander(None, PATIENCE)
    yield understander
    await understander.close()


async def understood(
    by: Understander, said: str, expecting: Any = None, language: str | None = None
) -> Understanding:
    return await by.understand(said, expecting=expecting, language=language, today=FRIDAY)


def is_the_sale(heard: Understanding) -> bool:
    return (heard.intent, heard.values) == (
        "sell",
        {"quantity": {"value": 12, "unit": "t", "kg": 12000}, "commodity": "paddy_straw"},
    )


@pytest.mark.parametrize("url", [None, CLOSED])
async def test_a_sale_is_understood_with_rasa_down(url: str | None) -> None:
    by = Understander(url, PATIENCE)
    heard = await understood(by, "12 ton parali bechna hai")
    assert is_the_sale(heard)
    assert (heard.source, heard.language, heard.script) == ("fallback", "hi", "latin")
    await by.close()


async def test_a_sale_is_understood_with_rasa_silent() -> None:
    async with served(silence) as wire:
        by = Understander(wire.url, PATIENCE)
        heard = await understood(by, "12 ton parali bechna hai")
        assert is_the_sale(heard)
        assert heard.source == "fallback"
        assert wire.asked == 1
        await by.close()


async def test_a_connection_that_rasa_has_closed_is_no_failure() -> None:
    async def closed() -> bytes:
        raise ConnectionError

    async with served(meaning("ask_price", 0.9)) as wire:
        by = Understander(wire.url, 2.0)
        await understood(by, "pyaz ka bhav kya")
        answers = iter((closed, meaning("price_forecast", 0.9)))

        async def one_after_the_other() -> bytes:
            return await next(answers)()

        wire.answer = one_after_the_other
        heard = await understood(by, "aloo ka bhav kya")
        assert (heard.intent, heard.source, wire.asked) == ("price_forecast", "rasa", 3)
        await by.close()


NONSENSE = [
    saying("", "500 Internal Server Error"),
    saying("not json"),
    saying("[]"),
    saying('{"intent": {"name": null, "confidence": 0.0}}'),
    saying('{"intent": {"name": "sell", "confidence": "much"}}'),
    saying('{"intent": {"name": "buy", "confidence": NaN}}'),
    saying('{"intent": {"name": "buy", "confidence": 17}}'),
    saying('{"status": "failure"}', "409 Conflict"),
]


@pytest.mark.parametrize("answer", NONSENSE)
async def test_a_sale_is_understood_with_rasa_talking_nonsense(answer: Any) -> None:
    async with served(answer) as wire:
        by = Understander(wire.url, PATIENCE)
        heard = await understood(by, "12 ton parali bechna hai")
        assert is_the_sale(heard)
        assert heard.source == "fallback"
        await by.close()


async def test_after_three_failures_nobody_waits_for_rasa() -> None:
    async with served(silence) as wire:
        by = Understander(wire.url, 0.1)
        for said in ("parali ka bhav", "gehu ka bhav", "dhan ka bhav", "pyaz ka bhav", "aloo ka bhav"):
            assert (await understood(by, said)).intent == "ask_price"
        assert wire.asked == 3
        assert by.rasa is not None
        assert by.rasa.resting
        await by.close()


def rest_is_over(by: Understander) -> None:
    assert by.rasa is not None
    assert by.rasa.resting
    by.rasa.rests_until = 0.0


async def test_rasa_is_asked_again_after_a_rest() -> None:
    async with served(saying("", "503 Service Unavailable")) as wire:
        by = Understander(wire.url, 2.0)
        for said in ("parali ka bhav", "gehu ka bhav", "dhan ka bhav"):
            await understood(by, said)
        wire.answer = meaning("price_forecast", 0.9)
        assert (await understood(by, "pyaz ka bhav kya")).intent == "ask_price"
        rest_is_over(by)
        assert (await understood(by, "pyaz ka bhav kya")).intent == "price_forecast"
        assert (await understood(by, "aloo ka bhav kya")).intent == "price_forecast"
        await by.close()


async def test_of_many_messages_one_tries_whether_rasa_is_back() -> None:
    async with served(saying("", "503 Service Unavailable")) as wire:
        by = Understander(wire.url, 1.0)
        for said in ("parali ka bhav", "gehu ka bhav", "dhan ka bhav"):
            await understood(by, said)
        rest_is_over(by)
        wire.answer = silence
        before = wire.asked
        await asyncio.gather(
            *(understood(by, f"{crop} ka rate batao") for crop in ("aloo", "pyaz", "gehu", "chana"))
        )
        assert wire.asked == before + 1
        await by.close()


async def test_the_same_question_is_asked_once() -> None:
    async with served(meaning("ask_price", 0.9)) as wire:
        by = Understander(wire.url, 2.0)
        first = await understood(by, "12 ton parali ka kya dam lagega")
        second = await understood(by, "15 ton PARALI ka kya dam lagega?")
        assert (first.values["quantity"]["value"], second.values["quantity"]["value"]) == (12, 15)
        assert wire.asked == 1
        await understood(by, "12 ton bhusa ka kya dam lagega")
        assert wire.asked == 2
        await by.close()


async def test_an_unsure_rasa_keeps_its_own_confidence_and_gains_by_plain_words_that_agree() -> None:
    async with served(meaning("sell", 0.31)) as wire:
        by = Understander(wire.url, 2.0)
        unsure = await understood(by, "kuchh aisa waisa jaisa")
        assert (unsure.intent, unsure.confidence, unsure.source) == ("sell", 0.31, "rasa")
        plain = await understood(by, "12 ton parali bechna hai")
        assert (plain.intent, plain.source) == ("sell", "rasa")
        assert plain.confidence > ACT
        await by.close()


async def test_kal_looks_back_when_money_is_missing() -> None:
    async with served(meaning("payment_status", 0.9)) as wire:
        by = Understander(wire.url, 2.0)
        assert (await understood(by, "kal ka paisa nahi aaya")).values["date"] == "2026-11-19"
        assert "price" not in (await understood(by, "15 din se paisa nahi aaya")).values
        wire.answer = meaning("schedule_pickup", 0.9)
        assert (await understood(by, "kal gaadi bhej do")).values["date"] == "2026-11-21"
        await by.close()


async def test_a_booking_is_behind_or_ahead_as_it_is_told() -> None:
    async with served(meaning("booking_status", 0.9)) as wire:
        by = Understander(wire.url, 2.0)
        assert (await understood(by, "budhwar ko gaadi aani thi")).values["date"] == "2026-11-18"
        assert (await understood(by, "budhwar ko gaadi aayegi kya")).values["date"] == "2026-11-25"
        await by.close()


async def test_an_offer_is_answered_by_its_price_or_by_its_number() -> None:
    async with served(meaning("accept", 0.9)) as wire:
        by = Understander(wire.url, 2.0)
        assert (await understood(by, "theek hai bhai 2300 mein de do")).values["price"]["rupees"] == 2300
        assert "price" not in (await understood(by, "deal pakki, mane manjur 6")).values
        await by.close()


async def test_an_answer_that_nobody_asked_for_is_a_sale_or_a_wish() -> None:
    async with served(meaning("inform", 0.9)) as wire:
        by = Understander(wire.url, 2.0)
        assert (await understood(by, "kolhapurhun bolto, usacha pachat 8 ton")).intent == "sell"
        assert (
            await understood(by, "jonna choppa 2 tractor loads kavali mahabubnagar daggara")
        ).intent == "buy"
        assert (await understood(by, "somvar ko bhai sahab 8 ton lekar")).intent == "inform"
        asked = await understood(by, "hamare paas gehu padi hai 8 ton", "quantity")
        assert asked.intent == "inform"
        await by.close()


@pytest.mark.parametrize(
    ("said", "expecting", "intent", "values"),
    [
        ("12", None, "inform", {"number": 12}),
        ("೧೨", "quantity", "inform", {"number": 12, "quantity": {"value": 12, "unit": None, "kg": None}}),
        ("12 ton", None, "inform", {"quantity": {"value": 12, "unit": "t", "kg": 12000}}),
        ("141001", "place", "inform", {"place": {"pincode": "141001"}}),
        ("Hosahalli", "place", "inform", {"place": {"name": "Hosahalli"}}),
        ("kal subah", None, "inform", {"date": "2026-11-21"}),
        ("parali", None, "inform", {"commodity": "paddy_straw"}),
        ("Gurpreet", "name", "inform", {"name": "Gurpreet"}),
        ("my name is Gurpreet", None, "inform", {"name": "Gurpreet"}),
        ("haan", "name", "inform", {"name": "Haan"}),
        ("haan", "yes_no", "affirm", {}),
        ("illa", "yes_no", "deny", {}),
        ("no, 15 not 12", None, "correct", {"number": 15}),
        ("no, 15 not 12", "yes_no", "correct", {"number": 15}),
        ("nahi 15 ton", "yes_no", "correct", {"quantity": {"value": 15, "unit": "t", "kg": 15000}}),
        ("ಇಲ್ಲ, 12 ಅಲ್ಲ 15", "yes_no", "correct", {"number": 15}),
        ("ಕನ್ನಡ", None, "change_language", {"language": "kn"}),
        ("STOP", "text", "stop", {}),
        ("the truck driver asked me for money", "text", "inform", {"text": "the truck driver asked me for money"}),
        ("skip", None, "deny", {"skip": True}),
    ],
)  # fmt: skip
async def test_what_needs_no_model(said: str, expecting: Any, intent: str, values: dict[str, Any]) -> None:
    async with served(meaning("weather", 0.99)) as wire:
        by = Understander(wire.url, PATIENCE)
        heard = await understood(by, said, expecting)
        assert (heard.intent, heard.values, heard.source) == (intent, values, "rule")
        assert wire.asked == 0
        await by.close()


@pytest.mark.parametrize(
    "said", ["", " ", "😀😀😀", "!!!", "…", "\x00\x01", "\u200b", "🌾🚜", "???? !!!!", "'; --", "<>{}[]()"]
)
async def test_noise_is_out_of_scope(alone: Understander, said: str) -> None:
    heard = await understood(alone, said)
    assert heard.intent == "out_of_scope"
    assert heard.confidence < ACT
    assert heard.values == {}


LONG = [
    "a" * 10_000,
    "1" * 10_000,
    "1," * 5_000,
    "12 ton " * 2_000,
    "न" * 10_000,
    "ा" * 10_000,
    "a\u0301\u0300" * 5_000,
    "क्\u200d" * 5_000,
    "½" * 10_000,
    "௱" * 10_000,
    "( " * 5_000,
    "\u202e" * 10_000,
    "no not 12 " * 1_000,
    "sava paune " * 1_000,
    "sau " * 2_500,
    "5 " + "hundred " * 1_000,
    "98765 43210 " * 800,
    "'; DROP TABLE listing; --" * 400,
    "<script>alert(1)</script>" * 400,
]


@pytest.mark.parametrize("said", LONG, ids=[text[:12].encode("unicode_escape").decode() for text in LONG])
async def test_ten_thousand_characters_are_read_in_no_time(alone: Understander, said: str) -> None:
    started = time.process_time()
    heard = await understood(alone, said)
    assert heard.intent
    assert time.process_time() - started < 2, "a text that takes seconds stops everybody's conversation"


@given(
    st.text(max_size=2_000),
    st.sampled_from([None, "yes_no", "quantity", "price", "date", "place", "name", "text"]),
)
@settings(deadline=None)
def test_no_text_breaks_it(said: str, expecting: Any) -> None:
    heard = asyncio.run(understood(Understander(None, PATIENCE), said, expecting))
    assert 0 <= heard.confidence <= 1


WORDS = st.sampled_from(
    [
        "12", "2.5", "½", "1,25,000", "ton", "quintal", "kg", "rs", "₹", "/", "-", ",", "per", "ka", "nahi",
        "no", "not", "ಅಲ್ಲ", "kal", "ನಾಳೆ", "din", "baad", "15/11", "sava", "saadhe", "dhai", "sau",
        "hazar", "lakh", "parali", "straw", "ki", "ಹುಲ್ಲು", "ludhiana", "se", "ನಿಂದ", "mera", "naam",
        "L7QK2M", "98765", "43210", "grade", "a", "k", "l", "cr", "vare", "and", "half", "ek", "do",
    ]
)  # fmt: skip


@given(
    st.lists(WORDS, max_size=14),
    st.sampled_from([None, "quantity", "price", "date", "place", "commodity", "name"]),
)
@settings(deadline=None, max_examples=300)
def test_no_mixture_of_words_breaks_it(said: list[str], expecting: Any) -> None:
    heard = asyncio.run(understood(Understander(None, PATIENCE), " ".join(said), expecting))
    assert heard.intent
    assert not set(heard.values) & set(heard.alternatives)


async def test_who_was_closed_can_ask_again() -> None:
    async with served(meaning("ask_price", 0.9)) as wire:
        by = Understander(wire.url, 2.0)
        await understood(by, "parali ka kya dam lagega")
        await by.close()
        assert (await understood(by, "bhusa ka kya dam lagega")).source == "rasa"
        await by.close()


@pytest.mark.parametrize(
    ("language", "said", "sum_wanted"),
    [
        ("en", "twenty three hundred is too low sir, make it twenty five hundred a quintal", 2500),
        ("hi", "ढाई हज़ार का भाव कम है भाई, पौने तीन हज़ार रुपये क्विंटल कर दो", 2750),
        ("gu", "પાંચ હજારમાં નહીં પોસાય, ક્વિન્ટલના સાડા પાંચ હજાર આપો", 5500),
    ],
)
async def test_a_sum_turned_down_for_another_is_haggling_whatever_the_model_thinks(
    language: str, said: str, sum_wanted: int
) -> None:
    async with served(meaning("inform", 0.8)) as wire:
        by = Understander(wire.url, PATIENCE)
        heard = await understood(by, said, language=language)
        assert heard.intent == "counter_offer"
        assert heard.values["price"]["rupees"] == sum_wanted
        await by.close()


async def test_one_sum_that_is_too_low_names_no_other() -> None:
    async with served(meaning("reject", 0.8)) as wire:
        by = Understander(wire.url, PATIENCE)
        assert (await understood(by, "2300 is too low")).intent == "reject"
        await by.close()


async def test_a_question_about_coming_prices_names_its_sum_and_one_about_past_ones_looks_back() -> None:
    async with served(meaning("price_forecast", 0.9)) as wire:
        by = Understander(wire.url, PATIENCE)
        heard = await understood(by, "will tur cross 9k next month", language="en")
        assert heard.values["price"] == {"rupees": 9000, "per": None}
        await by.close()
    async with served(meaning("ask_price", 0.9)) as wire:
        by = Understander(wire.url, PATIENCE)
        heard = await understood(by, "neemuch mandi me lahsun ka bhav parso kya tha", language="hi")
        assert heard.values["date"] == "2026-11-18"
        await by.close()


async def test_the_letter_of_a_code_says_what_can_be_meant() -> None:
    """L is a listing: nobody haggles over it or calls it off as a booking, one changes it or bids for it."""
    unsure = saying(
        '{"intent": {"name": "counter_offer", "confidence": 0.6}, "intent_ranking": ['
        '{"name": "counter_offer", "confidence": 0.6}, {"name": "edit_listing", "confidence": 0.3},'
        '{"name": "make_offer", "confidence": 0.1}]}'
    )
    async with served(unsure) as wire:
        by = Understander(wire.url, PATIENCE)
        assert (await understood(by, "L6W9TC make it 52 somehow")).intent == "edit_listing"
        assert (await understood(by, "make it 52 somehow")).intent == "counter_offer"
        assert (await understood(by, "F6W9TC make it 52 somehow")).intent == "counter_offer"
        await by.close()


async def test_where_nothing_fits_the_code_the_first_reading_stands() -> None:
    async with served(meaning("weather", 0.9)) as wire:
        by = Understander(wire.url, PATIENCE)
        assert (await understood(by, "L6W9TC rain tomorrow there")).intent == "weather"
        await by.close()
