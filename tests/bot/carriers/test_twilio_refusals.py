"""What is refused at the door: clearly, and with nothing changed behind it."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest

from tests.bot.carriers.doors import BASE, DOOR, DOORS, FORM, LIMIT, TOKENS, Bot
from tests.bot.twilio_wire import message, signature, signed_post


@pytest.mark.parametrize("door", DOORS)
async def test_unsigned_and_forged_requests_are_refused(bot: Bot, door: str) -> None:
    body = urlencode(message(Body="hi"))
    forged = signature(BASE + door, message(Body="ho"), TOKENS[0])
    for headers in ({}, {"x-twilio-signature": ""}, {"x-twilio-signature": forged}):
        response = await bot.client.post(door, content=body, headers={**FORM, **headers})
        assert response.status_code == 403
        assert response.headers["content-type"].startswith("text/plain")
    assert bot.was_left_alone()


async def test_a_signature_over_another_host_is_refused(bot: Bot) -> None:
    response = await signed_post(bot.client, DOOR, message(Body="hi"), TOKENS[0], "http://inside")
    assert response.status_code == 403


@pytest.mark.parametrize("door", DOORS)
async def test_an_oversized_body_is_refused(bot: Bot, door: str) -> None:
    response = await bot.post(message(Body="a" * LIMIT), door)
    assert response.status_code == 413
    assert bot.was_left_alone()


async def test_the_body_is_counted_not_its_claim_and_not_read_to_the_end(bot: Bot) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 8192
            yield b"a" * 8192

    lying = {**FORM, "content-length": "10"}
    response = await bot.client.post(DOOR, content=endless(), headers=lying)
    assert response.status_code == 413
    assert sent < 2 * LIMIT


async def test_a_body_of_exactly_the_limit_is_read(bot: Bot) -> None:
    empty = len(urlencode(message()))
    assert (await bot.post(message(Body="a" * (LIMIT - empty)))).status_code == 200
    assert (await bot.post(message(Body="a" * (LIMIT - empty + 1)))).status_code == 413


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "", "application/x-www-form"])
async def test_other_kinds_of_body_are_refused(bot: Bot, content_type: str) -> None:
    headers = {"content-type": content_type, "x-twilio-signature": "x"}
    response = await bot.client.post(DOOR, content=urlencode(message(Body="hi")), headers=headers)
    assert response.status_code == 415


async def test_multipart_is_refused(bot: Bot) -> None:
    headers = {"x-twilio-signature": signature(BASE + DOOR, message(Body="hi"), TOKENS[0])}
    response = await bot.client.post(
        DOOR, data=message(Body="hi"), files={"photo": b"\xff\xd8"}, headers=headers
    )
    assert response.status_code == 415
    assert bot.was_left_alone()


async def test_too_many_fields_are_refused(bot: Bot) -> None:
    response = await bot.post({**message(Body="hi"), **{f"k{n}": "" for n in range(400)}})
    assert response.status_code == 400
    assert bot.was_left_alone()


@pytest.mark.parametrize(
    "fields",
    [
        {"From": "messenger:12345"},
        {"From": "rcs:+919876543210"},
        {"From": "whatsapp:"},
        {"From": "whatsapp: 919876543210"},
        {"From": "whatsapp:+91'; DROP TABLE"},
        {"From": "919876543210"},
        {"From": "+0000000000"},
        {"From": "VM-MANDI"},
        {"From": ""},
        {"MessageSid": ""},
        {"MessageSid": "x" * 65},
        {"MessageSid": "SM 1"},
    ],
)
async def test_a_signed_form_without_a_usable_sender_or_id_is_refused(
    bot: Bot, fields: dict[str, str]
) -> None:
    response = await bot.post(message(**{"Body": "hi", **fields}))
    assert response.status_code == 400
    assert response.headers["content-type"].startswith("text/plain")
    assert len(response.text) > 10
    assert "919876543210" not in response.text
    assert bot.was_left_alone()


async def test_an_empty_form_is_refused_everywhere_but_on_the_phone(bot: Bot) -> None:
    refused = [door for door in DOORS if (await bot.post({}, door)).status_code == 400]
    assert refused == [DOOR, "/carrier/twilio/status"]


async def test_only_post_is_answered(bot: Bot) -> None:
    assert {(await bot.client.get(door)).status_code for door in DOORS} == {405}
