"""What reaches the turn and what goes back, over HTTP with real signatures."""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from bot.carriers.twilio.form import status_url
from bot.message import Address, Answer, Attachment, DatabaseAway
from bot.settings import Settings
from tests.bot.carriers.doors import BASE, DOOR, FORM, TOKENS, Bot, words
from tests.bot.twilio_wire import message, signature

MEDIA_URL = f"https://api.twilio.com/2010-04-01/Accounts/AC{'0' * 32}/Messages/MM{'2' * 32}/Media/ME"


# ---- what is heard


async def test_a_kannada_text_arrives_whole(bot: Bot) -> None:
    case = json.loads((Path(__file__).parent / "signed_requests.json").read_text())["cases"]["wa_text_kn"]
    await bot.post(case["params"])
    (heard,) = bot.heard
    assert heard.carrier == "twilio"
    assert heard.carrier_id == "SM" + "1" * 32
    assert heard.sender == Address("whatsapp", "whatsapp:+919876543210", "+919876543210")
    assert heard.recipient == "whatsapp:+14155238886"
    assert heard.text == "ರಾಗಿ ಬೆಲೆ?"
    assert (heard.tap, heard.location, heard.attachments) == (None, None, ())
    assert heard.received_at.tzinfo is not None


async def test_a_plain_number_is_an_sms(bot: Bot) -> None:
    heard = await bot.hears(From="+919876543210", To="+15005550006", Body="SELL")
    assert heard.sender == Address("sms", "+919876543210", "+919876543210")
    assert heard.text == "SELL"


async def test_a_whatsapp_id_without_a_phone_number_is_an_address_too(bot: Bot) -> None:
    hidden = "whatsapp:IN.1234567890"
    heard = await bot.hears(From=hidden, ExternalUserId=hidden, Body="hi")
    assert heard.sender == Address("whatsapp", hidden, None)
    heard = await bot.hears(From="", ExternalUserId=hidden, Body="hi")
    assert heard.sender == Address("whatsapp", hidden, None)


@pytest.mark.parametrize(
    ("fields", "tap"),
    [
        ({"Body": "Yes", "ButtonText": "Yes", "ButtonPayload": "7:yes", "ListId": "7:no"}, "7:yes"),
        ({"Body": "Wheat", "ListId": "8:wheat", "InteractiveData": '{"id": "8:onion"}'}, "8:wheat"),
        ({"InteractiveData": '{"type": "list_reply", "list_reply": {"id": "9:a", "title": "A"}}'}, "9:a"),
        ({"InteractiveData": '{"interactive": {"button_reply": {"id": "9:b"}}}'}, "9:b"),
        ({"Body": "Yes"}, None),
        ({"ButtonPayload": "", "Body": "Yes"}, None),
        ({"InteractiveData": "{not json"}, None),
        ({"InteractiveData": "[" * 20_000}, None),
        ({"InteractiveData": '{"id": 5}'}, None),
        ({"InteractiveData": '"id"'}, None),
    ],
)
async def test_a_tap_is_read_from_the_first_field_that_has_it(
    bot: Bot, fields: dict[str, str], tap: str | None
) -> None:
    heard = await bot.hears(**fields)
    assert heard.tap == tap
    assert heard.text == fields.get("Body", "")


async def test_a_pin_arrives_with_an_empty_body(bot: Bot) -> None:
    heard = await bot.hears(Latitude="12.9716", Longitude="77.5946", Address="", Label="")
    assert heard.location == (12.9716, 77.5946)
    assert heard.text == ""


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [("", ""), ("12.9", ""), ("nan", "77"), ("inf", "77"), ("91", "77"), ("12", "180.5"), ("x", "y")],
)
async def test_an_impossible_pin_is_no_place(bot: Bot, latitude: str, longitude: str) -> None:
    assert (await bot.hears(Latitude=latitude, Longitude=longitude)).location is None


@pytest.mark.parametrize("number", ["2", "0", "-1", "99999999999", "two", ""])
async def test_photos_are_taken_whatever_their_number_claims(bot: Bot, number: str) -> None:
    heard = await bot.hears(
        NumMedia=number,
        MediaUrl0=MEDIA_URL + "0" * 32,
        MediaContentType0="image/jpeg",
        MediaUrl1=MEDIA_URL + "1" * 32,
        MediaContentType1="image/png",
    )
    assert heard.attachments == (
        Attachment(MEDIA_URL + "0" * 32, "image/jpeg"),
        Attachment(MEDIA_URL + "1" * 32, "image/png"),
    )
    assert heard.text == ""


async def test_a_voice_note_has_an_empty_body_and_a_claim_without_media_is_nothing(bot: Bot) -> None:
    heard = await bot.hears(NumMedia="1", MediaUrl0=MEDIA_URL + "0" * 32, MediaContentType0="audio/ogg")
    assert heard.attachments == (Attachment(MEDIA_URL + "0" * 32, "audio/ogg"),)
    assert (await bot.hears(NumMedia="3", Body="hello")).attachments == ()


@pytest.mark.parametrize(
    ("content_type", "message_type", "kind"),
    [
        ("image/webp", "", "sticker"),
        ("image/webp", "sticker", "sticker"),
        ("IMAGE/WEBP", "", "sticker"),
        ("image/webp", "image", "photo"),
        ("image/webp", "document", "photo"),
        ("image/jpeg", "image", "photo"),
        ("audio/ogg", "audio", "voice"),
        ("audio/ogg; codecs=opus", "", "voice"),
        ("video/mp4", "video", "film"),
        ("application/pdf", "document", "paper"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document", "paper"),
        ("text/vcard", "contacts", "paper"),
        ("", "", "paper"),
    ],
)
async def test_what_came_is_told_apart(bot: Bot, content_type: str, message_type: str, kind: str) -> None:
    about = {
        "MediaUrl0": MEDIA_URL + "0" * 32,
        "MediaContentType0": content_type,
        "MessageType": message_type,
    }
    (attachment,) = (await bot.hears(NumMedia="1", **about)).attachments
    assert attachment.kind == kind


async def test_nine_photos_at_once_stay_in_their_order(bot: Bot) -> None:
    urls = [MEDIA_URL + str(n) * 32 for n in range(9)]
    fields = {f"MediaUrl{n}": url for n, url in enumerate(urls)}
    heard = await bot.hears(
        NumMedia="9", **fields, **{f"MediaContentType{n}": "image/jpeg" for n in range(9)}
    )
    assert [each.url for each in heard.attachments] == urls


@pytest.mark.parametrize(
    ("from_", "also", "address"),
    [
        ("+919876543210", "", Address("whatsapp", "whatsapp:+919876543210", "+919876543210")),
        ("IN.1234567890", "", Address("whatsapp", "whatsapp:IN.1234567890", None)),
        ("", "IN.1234567890", Address("whatsapp", "whatsapp:IN.1234567890", None)),
        (
            "whatsapp:+919876543210",
            "whatsapp:IN.1234567890",
            Address("whatsapp", "whatsapp:+919876543210", "+919876543210"),
        ),
    ],
)
async def test_on_whatsapp_every_form_of_an_address_is_one_of_whatsapps(
    bot: Bot, from_: str, also: str, address: Address
) -> None:
    assert (await bot.hears(From=from_, ExternalUserId=also, Body="hi")).sender == address


async def test_what_is_quoted_or_forwarded_is_known(bot: Bot) -> None:
    plain = await bot.hears(Body="yes")
    assert (plain.replies_to, plain.forwarded) == (None, False)
    quoting = await bot.hears(
        Body="yes",
        OriginalRepliedMessageSid="MM" + "6" * 32,
        OriginalRepliedMessageSender="whatsapp:+14155238886",
    )
    assert quoting.replies_to == "MM" + "6" * 32
    assert (await bot.hears(Body="yes", OriginalRepliedMessageSid="' OR 1=1")).replies_to is None
    for name in ("Forwarded", "FrequentlyForwarded"):
        assert (await bot.hears(Body="onion 90 rupees in Delhi!", **{name: "true"})).forwarded
        assert not (await bot.hears(Body="onion", **{name: "false"})).forwarded


async def test_of_an_advert_only_what_the_person_wrote_is_heard(bot: Bot) -> None:
    heard = await bot.hears(
        Body="hello",
        ReferralBody="Sell your straw!",
        ReferralHeadline="Straw",
        ReferralSourceType="ad",
        ReferralNumMedia="1",
        ReferralMediaUrl="https://scontent.example/advert.jpg",
        ReferralMediaContentType="image/jpeg",
    )
    assert (heard.text, heard.attachments) == ("hello", ())


async def test_unknown_repeated_and_blank_fields_change_nothing(bot: Bot) -> None:
    response = await bot.post([*message(Body="hi").items(), ("New", "1"), ("New", "2"), ("Blank", "")])
    assert response.status_code == 200
    assert bot.heard[0].text == "hi"


async def test_control_characters_reach_neither_the_turn_nor_the_database(bot: Bot) -> None:
    heard = await bot.hears(Body="12\x00 ton\x0b\r\nಹುಲ್ಲು\x1b\x9b", **{"odd\x00key": "\x00"})
    assert heard.text == "12 ton\nಹುಲ್ಲು"


async def test_joiners_stay_for_indic_letters_and_emoji_need_them(bot: Bot) -> None:
    assert (await bot.hears(Body="ರ\u200dಕ ಕ್\u200cಷ 👨\u200d🌾")).text == "ರ\u200dಕ ಕ್\u200cಷ 👨\u200d🌾"


async def test_emoji_alone_and_ten_thousand_letters_are_heard(bot: Bot) -> None:
    assert (await bot.hears(Body="🌾🌾🌾")).text == "🌾🌾🌾"
    assert (await bot.hears(Body="a" * 10_000)).text == "a" * 10_000


async def test_broken_utf8_is_heard_as_replacement_marks(bot: Bot) -> None:
    fields = message(Body="\ufffd")
    response = await bot.client.post(
        DOOR,
        content=urlencode({**fields, "Body": "x"}).replace("Body=x", "Body=%FF"),
        headers={**FORM, "x-twilio-signature": signature(BASE + DOOR, fields, TOKENS[0])},
    )
    assert response.status_code == 200
    assert bot.heard[0].text == "\ufffd"


# ---- what is answered


async def test_the_answer_goes_into_the_reply(bot: Bot) -> None:
    bot.answer = Answer('ಎಷ್ಟು ಟನ್? <1> & "2" 🌾\n1 ಹೌದು')
    assert words(await bot.post(message(Body="hi"))) == bot.answer.text


async def test_without_an_answer_the_reply_is_empty(bot: Bot) -> None:
    assert words(await bot.post(message(Body="hi"))) is None


async def test_an_answer_with_control_characters_is_still_xml(bot: Bot) -> None:
    bot.answer = Answer("a\x00b\x0bc\ud800d\ufffe")
    assert words(await bot.post(message(Body="hi"))) == "abcd"


@pytest.mark.parametrize(
    ("written", "kind", "said"),
    [("STOP", "STOP", "stop"), ("cancel", "STOP", "stop"), ("YES", "START", "start"), ("INFO", "HELP", "help"),
     ("STOP", "", None), ("STOP", "NEW", None)],
)  # fmt: skip
async def test_what_the_carrier_has_answered_itself_is_known(
    bot: Bot, written: str, kind: str, said: str | None
) -> None:
    assert (await bot.hears(Body=written, OptOutType=kind)).carrier_said == said


async def test_both_tokens_open_the_door_while_one_replaces_the_other(bot: Bot) -> None:
    for token in TOKENS:
        assert (await bot.post(message(Body="hi"), token=token)).status_code == 200
    assert (await bot.post(message(Body="hi"), token="another")).status_code == 403
    assert len(bot.heard) == 2


async def test_the_query_is_part_of_the_signature(bot: Bot) -> None:
    assert (await bot.post(message(Body="hi"), path=f"{DOOR}?v=a%20b")).status_code == 200
    fields = message(Body="hi")
    headers = {**FORM, "x-twilio-signature": signature(BASE + DOOR, fields, TOKENS[0])}
    changed = await bot.client.post(f"{DOOR}?v=2", content=urlencode(fields), headers=headers)
    assert changed.status_code == 403


# ---- when the database is away


async def test_the_carrier_is_told_to_come_again_when_the_database_is_away(bot: Bot) -> None:
    bot.answer = DatabaseAway()
    response = await bot.post(message(Body="hello"))
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    said = words(response) or ""
    assert "not saved" in said and "ಕ್ಷಮಿಸಿ" in said and "माफ़" in said


async def test_on_the_carriers_last_attempt_the_farmer_hears_of_the_fault_in_their_language(bot: Bot) -> None:
    bot.answer = DatabaseAway()
    failed = {"ErrorCode": "11200", "ErrorUrl": BASE + DOOR}
    response = await bot.post(message(Body="ಬೆಲೆ ಎಷ್ಟು", **failed))
    assert response.status_code == 200
    said = words(response) or ""
    assert "ಕ್ಷಮಿಸಿ" in said and "माफ़" not in said and "Sorry" not in said


async def test_a_last_attempt_that_finds_the_database_again_is_an_ordinary_message(bot: Bot) -> None:
    bot.answer = Answer("₹2,500")
    assert words(await bot.post(message(Body="price", ErrorCode="11200"))) == "₹2,500"


async def test_a_status_comes_again_too_when_the_database_is_away(bot: Bot) -> None:
    bot.answer = DatabaseAway()
    response = await bot.post({"MessageSid": "SM1", "MessageStatus": "sent"}, "/carrier/twilio/status")
    assert response.status_code == 503


# ---- what became of our messages


@pytest.mark.parametrize("status", ["queued", "sent", "delivered", "read", "undelivered", "quantum"])
async def test_every_status_is_passed_on_known_or_not(bot: Bot, status: str) -> None:
    fields = {"MessageSid": "SM" + "8" * 32, "MessageStatus": status, "To": "whatsapp:+919876543210"}
    response = await bot.post(fields, "/carrier/twilio/status")
    assert (response.status_code, response.content) == (204, b"")
    assert bot.statuses == [(1, "SM" + "8" * 32, status, None, None)]


async def test_a_failure_brings_its_code_and_the_id_we_gave(bot: Bot) -> None:
    settings = Settings(_env_file=None, public_base_url=BASE)
    path = status_url(settings.public_base_url, 2, "17/a b").removeprefix(BASE)
    fields = {"MessageSid": "MM" + "8" * 32, "MessageStatus": "failed", "ErrorCode": "63016"}
    assert (await bot.post(fields, path)).status_code == 204
    assert bot.statuses == [(2, "MM" + "8" * 32, "failed", 63016, "17/a b")]


@pytest.mark.parametrize("code", ["", "abc", "-1", "9" * 5000, "1.5", "²"])
async def test_an_unusable_error_code_is_none(bot: Bot, code: str) -> None:
    fields = {"MessageSid": "SM1", "SmsStatus": "failed", "ErrorCode": code}
    assert (await bot.post(fields, "/carrier/twilio/status")).status_code == 204
    assert bot.statuses == [(1, "SM1", "failed", None, None)]
