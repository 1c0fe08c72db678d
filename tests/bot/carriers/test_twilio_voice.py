"""What Twilio is told to do in a call, and that a caller hears a sentence whatever comes."""

from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from starlette.datastructures import FormData, QueryParams

from bot.calls import Call, Standing
from bot.carriers.twilio import addresses, twiml
from bot.carriers.twilio.voice import NoCall, call_of, pressed
from bot.switchboard import LANGUAGE_KEYS
from flows.languages import LANGUAGES
from tests.bot.carriers.doors import SPOKEN_DOORS, VOICE, Bot

#: Of https://www.twilio.com/docs/voice/twiml/say/text-speech, "Google voices": which Standard voices a locale has.
GOOGLE_STANDARD = {
    "bn-IN": "ABCD", "en-IN": "ABCDEF", "gu-IN": "ABCD", "hi-IN": "ABCDEF", "kn-IN": "ABCD", "ml-IN": "ABCD",
    "mr-IN": "ABC", "pa-IN": "ABCD", "ta-IN": "ABCD", "te-IN": "ABCD",
}  # fmt: skip
#: Of https://www.twilio.com/docs/voice/twiml/gather, "language".
HEARD_BY_TWILIO = {
    "bn-IN",
    "en-IN",
    "gu-IN",
    "hi-IN",
    "kn-IN",
    "ml-IN",
    "mr-IN",
    "pa-guru-IN",
    "ta-IN",
    "te-IN",
    "ur-IN",
}
CALL = {"CallSid": "CA" + "1" * 32, "From": "+919876543210", "To": "+15005550006", "Direction": "inbound"}


def verbs(response: httpx.Response) -> list[ElementTree.Element]:
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/xml")
    return list(ElementTree.fromstring(response.text))


def document(xml: str) -> ElementTree.Element:
    return ElementTree.fromstring(xml)


# ---- voices and ears


def test_every_language_of_ours_has_a_voice_that_exists_in_it() -> None:
    assert twiml.VOICES.keys() == LANGUAGES.keys()
    for code, (locale, voice) in twiml.VOICES.items():
        assert locale.startswith(code)
        vendor, _, letter = voice.rpartition("-")
        assert vendor == f"Google.{locale}-Standard"
        assert letter in GOOGLE_STANDARD[locale]


def test_every_language_of_ours_is_heard_and_punjabi_has_another_name_there() -> None:
    assert twiml.EARS.keys() == LANGUAGES.keys()
    assert set(twiml.EARS.values()) <= HEARD_BY_TWILIO
    assert (twiml.EARS["pa"], twiml.VOICES["pa"][0]) == ("pa-guru-IN", "pa-IN")


def test_each_language_has_its_own_key() -> None:
    assert sorted(LANGUAGE_KEYS.values()) == sorted(LANGUAGES)
    assert (LANGUAGE_KEYS["1"], LANGUAGE_KEYS["2"]) == ("hi", "kn")


def test_amounts_are_said_as_words_and_codes_letter_by_letter() -> None:
    ((said, language),) = twiml.in_voices("₹2,450 a quintal. Code L7KQ2M", "en")
    assert language == "en"
    assert said == "two thousand four hundred fifty rupees a quintal. Code L, seven, K, Q, two, M,"


def test_words_in_other_letters_are_said_by_a_voice_that_has_them() -> None:
    said = list(twiml.in_voices("ಕನ್ನಡ के लिए 2 दबाइए", "hi"))
    assert [language for _, language in said] == ["kn", "hi"]
    assert said[0][0] == "ಕನ್ನಡ"


def test_marathi_is_not_said_by_a_hindi_voice() -> None:
    assert [language for _, language in twiml.in_voices("तुम्हाला काय विकायचे आहे?", "mr")] == ["mr"]


def test_no_say_is_longer_than_twilio_takes() -> None:
    response = document(twiml.goodbye([("बोलिए " * 3000, "hi")]))
    said = [verb for verb in response if verb.tag == "Say"]
    assert len(said) > 4
    assert all(len(verb.text or "") <= 4096 for verb in said)


def test_control_characters_never_reach_a_call() -> None:
    xml = twiml.goodbye([("a\x00b\x0bc\ud800d <1> & 2", "en")])
    assert "abcd" in (document(xml)[0].text or "")


# ---- listening


def gathered(**given: Any) -> ElementTree.Element:
    return document(
        twiml.gather([("?", "hi")], **{"language": "hi", "action": "https://mandi.example/x"} | given)
    )[0]


def test_keys_and_words_are_listened_for_while_we_still_speak() -> None:
    gather = gathered()
    assert gather.attrib == {
        "input": "dtmf speech",
        "language": "hi-IN",
        "action": "https://mandi.example/x",
        "method": "POST",
        "timeout": "6",
        "speechTimeout": "auto",
        "bargeIn": "true",
        "actionOnEmptyResult": "true",
    }
    assert [verb.tag for verb in gather] == ["Say"]


def test_a_model_of_its_own_is_never_asked_for() -> None:
    """With any but the default one, speechTimeout must be a number, and some languages fail the whole gather."""
    assert not {"speechModel", "enhanced"} & gathered().attrib.keys()


def test_where_one_key_is_the_answer_nobody_waits() -> None:
    assert gathered(one_key=True).get("numDigits") == "1"


def test_hints_stay_within_what_twilio_takes() -> None:
    many = gathered(hints=["a, b", *(f"word {n}" for n in range(700)), "x" * 300]).get("hints") or ""
    hints = many.split(",")
    assert hints[0] == "a b"
    assert len(hints) == 500
    long = gathered(hints=["x" * 300, "", "x" * 300]).get("hints")
    assert long == "x" * 100


def test_a_recording_ends_and_its_file_is_told_of_apart() -> None:
    say, record = document(twiml.record([("Speak.", "en")], action="https://a", callback="https://b"))
    assert (say.tag, record.tag) == ("Say", "Record")
    assert (record.get("action"), record.get("recordingStatusCallback")) == ("https://a", "https://b")
    assert record.get("maxLength") == "120"
    assert "transcribe" not in record.attrib  # understands US English only


# ---- what comes in


def test_the_caller_is_from_when_they_call_and_to_when_we_do() -> None:
    ring = {**CALL, "From": "+15005550006", "To": "+919876543210", "Direction": "outbound-api"}
    for form, ours in ((CALL, False), (ring, True)):
        call = call_of(FormData(form), QueryParams())
        assert call == Call("twilio", CALL["CallSid"], "+919876543210", "+15005550006", ours)


@pytest.mark.parametrize(
    "number", ["", "anonymous", "+266696687", "client:asha", "+1", "sip:x@y", "+91" + "9" * 20]
)
def test_a_hidden_number_is_nobody(number: str) -> None:
    with pytest.raises(NoCall):
        call_of(FormData({**CALL, "From": number}), QueryParams())


@pytest.mark.parametrize(
    ("fields", "keys", "words"),
    [
        ({"Digits": "2"}, "2", ""),
        ({"Digits": "2450#"}, "2450", ""),
        ({"Digits": "*"}, "*", ""),
        ({"Digits": ""}, "", ""),
        ({"Digits": "#"}, "", ""),
        ({"Digits": "1", "SpeechResult": "दो"}, "1", ""),
        ({"SpeechResult": " गेहूं बेचना है "}, "", "गेहूं बेचना है"),
        ({"SpeechResult": "गेहूं", "Confidence": "not a number"}, "", "गेहूं"),
        ({"Digits": "१"}, "", ""),
        ({"Digits": "9" * 500}, "9" * 20, ""),
        ({}, "", ""),
    ],
)
def test_keys_go_before_words(fields: dict[str, str], keys: str, words: str) -> None:
    heard = pressed(FormData(fields))
    assert (heard.keys, heard.words) == (keys, words)


def test_where_a_call_stands_travels_in_its_address() -> None:
    at = Standing(tenant=3, step=7, language="kn", silences=1, choices=4)
    url = httpx.URL(addresses.step("https://mandi.example", "step", at))
    assert url.path == f"{VOICE}/step"
    assert addresses.standing(QueryParams(url.query.decode())) == at


@pytest.mark.parametrize("query", ["", "step=x&lang=zz&tenant=-1&silences=1e3", "step=99999999999", "step=²"])
def test_a_strange_query_is_the_beginning_of_a_call(query: str) -> None:
    assert addresses.standing(QueryParams(query)) == Standing()


# ---- whatever comes, the caller hears a sentence


@pytest.mark.parametrize("door", SPOKEN_DOORS)
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"CallSid": "CA1"},
        {"From": "+919876543210"},
        {**CALL, "CallSid": "x y"},
        {**CALL, "From": "anonymous"},
    ],
)
async def test_a_form_without_a_call_or_a_caller_is_answered_politely(
    bot: Bot, door: str, fields: dict[str, str]
) -> None:
    said = verbs(await bot.post(fields, door))
    assert said[-1].tag == ("Reject" if door.endswith("/missed") else "Hangup")


async def test_who_hides_the_number_hears_why_in_three_languages(bot: Bot) -> None:
    *said, end = verbs(await bot.post({**CALL, "From": "+266696687"}, VOICE))
    assert [verb.get("language") for verb in said] == ["hi-IN", "kn-IN", "en-IN"]
    assert end.tag == "Hangup"


async def test_with_the_database_away_the_caller_is_asked_to_say_it_again_and_then_later(bot: Bot) -> None:
    at = Standing(step=3, language="pa")
    path = addresses.step("", "step", at)
    (gather,) = verbs(await bot.post({**CALL, "Digits": "1"}, path))
    assert gather.tag == "Gather"
    assert gather[0].get("language") == "pa-IN"
    again = httpx.URL(str(gather.get("action")))
    assert again.params["step"] == "3"  # the same step: if it was stored after all, its answer is repeated
    *said, end = verbs(await bot.post({**CALL, "Digits": "1"}, again.raw_path.decode()))
    assert [verb.get("language") for verb in said] == ["pa-IN"]
    assert end.tag == "Hangup"


async def test_with_the_database_away_a_call_begins_with_an_apology(bot: Bot) -> None:
    *said, end = verbs(await bot.post(CALL, VOICE))
    assert len(said) == 3 and end.tag == "Hangup"


async def test_with_the_database_away_the_carrier_is_asked_to_tell_again(bot: Bot) -> None:
    told = await bot.post({**CALL, "CallStatus": "completed"}, f"{VOICE}/status")
    assert (told.status_code, told.headers["retry-after"]) == (503, "5")
