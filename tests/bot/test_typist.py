"""Somebody who sent a photo sees that it is being looked at; nobody ever waits for that."""

import json

import httpx
import pytest

from bot.carriers.port import Carriers, all_by
from bot.carriers.twilio.api import Twilio
from bot.message import Address, Attachment, Inbound
from bot.settings import Settings
from bot.typist import Typist
from tests.conftest import NOW

PHOTO = (Attachment("https://media.invalid/1", "image/jpeg"),)
ASHA = Address("whatsapp", "whatsapp:+919876500001", "+919876500001")


def sent(sender: Address = ASHA, attachments: tuple[Attachment, ...] = PHOTO) -> Inbound:
    return Inbound("twilio", "SM" + "1" * 32, sender, "mandi", NOW, attachments=attachments)


async def shown(inbound: Inbound, status: int = 200) -> list[httpx.Request]:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(status, json={})

    async with Twilio(Settings(_env_file=None), httpx.MockTransport(answer)) as twilio:
        carriers: Carriers = all_by(twilio)
        typist = Typist(pause=0)
        typist.show(carriers, inbound)
        assert seen == [], "it begins when the turn is over"
        for errand in tuple(typist.at_work):
            await errand
        assert not typist.at_work
    return seen


async def test_a_photo_is_seen_to_be_looked_at() -> None:
    (request,) = await shown(sent())
    assert str(request.url) == "https://messaging.twilio.com/v3/Indicators/Typing.json"
    assert json.loads(request.content) == {"channel": "WHATSAPP", "messageId": "SM" + "1" * 32}


@pytest.mark.parametrize("inbound", [sent(attachments=()), sent(Address("sms", "+919876500001", None))])
async def test_words_are_answered_before_anybody_could_wonder_and_an_sms_shows_nothing(
    inbound: Inbound,
) -> None:
    assert await shown(inbound) == []


async def test_a_refusal_is_nobodys_business() -> None:
    assert len(await shown(sent(), status=404)) == 1
