"""A voice note beside the words: sent behind them as sound alone, once, from an address that a carrier may fetch."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import conversations, pictures
from bot.carriers.port import all_by
from bot.carriers.twilio.api import Twilio
from bot.channels import aloud
from bot.conversations import Sending
from bot.message import Outgoing, Voice
from bot.outbox import Postbox, drain, reconcile
from bot.outbox.reconciling import STUCK_AFTER
from bot.settings import Settings
from bot.speech.mouth import Mouth
from flows.say import Option, Reply, label, msg, verbatim
from marketplace_core.accounts import commands as accounts
from marketplace_core.desk import open_desk
from marketplace_core.store import Folder
from marketplace_core.tenants import HOUSE
from tests.bot.speech.test_ears import needs_ffmpeg, silence

FARMER = "whatsapp:+919876500001"
SETTINGS = Settings(_env_file=None)


class Whistle:
    """The simplest voice that the port allows."""

    name = "whistle"

    def voice(self, language: str) -> str | None:
        return "one" if language == "hi" else None

    async def say(self, text: str, language: str) -> bytes:
        return silence(1)


class Carrier:
    def __init__(self) -> None:
        self.forms: list[dict[str, list[str]]] = []
        self.falls_silent = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"messages": []})
        self.forms.append(parse_qs(request.content.decode()))
        if self.falls_silent and "MediaUrl" in self.forms[-1]:
            raise httpx.ReadTimeout("nobody knows")
        return httpx.Response(201, json={"sid": f"SM{len(self.forms):032d}", "status": "queued"})


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
async def box(engine: AsyncEngine, clean: None, carrier: Carrier, tmp_path: Path) -> AsyncIterator[Postbox]:
    async with Twilio(SETTINGS, httpx.MockTransport(carrier)) as twilio:
        yield Postbox(engine, all_by(twilio), SETTINGS, Mouth(engine, Folder(tmp_path), (Whistle(),)))


def now() -> datetime:
    return datetime.now(UTC)


async def answer(engine: AsyncEngine, language: str = "hi") -> None:
    outgoing = Outgoing("₹2,450", voice=Voice("दो हज़ार चार सौ पचास रुपये।", language))
    async with open_desk(engine, HOUSE, now()) as desk:
        person = (await accounts.reach(desk, channel="whatsapp", value=FARMER, phone=FARMER[9:])).person.id
        await conversations.lock(desk, person)
        await conversations.close(
            desk,
            person=person,
            heard=("twilio", uuid4().hex),
            state={},
            wake_after=None,
            said=None,
            outgoing=outgoing,
            answer=None,
            sending=Sending("whatsapp", FARMER),
            channel="whatsapp",
        )


async def states(engine: AsyncEngine) -> list[str]:
    async with open_desk(engine, HOUSE, now()) as desk:
        return list((await desk.db.execute(text("SELECT state FROM outbox ORDER BY id"))).scalars())


async def send_all(box: Postbox) -> None:
    while await drain(box, HOUSE, now()):
        pass


@needs_ffmpeg
async def test_it_follows_the_words_as_sound_alone_and_can_be_fetched(
    engine: AsyncEngine, box: Postbox, carrier: Carrier
) -> None:
    await answer(engine)
    await send_all(box)
    words, voice = carrier.forms
    assert words["Body"] == ["₹2,450"] and "MediaUrl" not in words
    assert "Body" not in voice
    assert box.mouth
    app = FastAPI()
    app.include_router(pictures.routes(SETTINGS, box.mouth.store, now))
    path = urlsplit(voice["MediaUrl"][0]).path
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://here") as client:
        got, head = await client.get(path), await client.head(path)
        forged = await client.get(path[:-5] + "0.ogg")
    assert got.status_code == head.status_code == 200
    assert got.headers["content-type"] == head.headers["content-type"] == "audio/ogg"
    assert got.headers["content-length"] == head.headers["content-length"] == str(len(got.content))
    assert got.content.startswith(b"OggS")
    assert forged.status_code == 404


async def test_where_nobody_speaks_the_language_the_words_do(
    engine: AsyncEngine, box: Postbox, carrier: Carrier
) -> None:
    await answer(engine, "kn")
    await send_all(box)
    assert [form["Body"] for form in carrier.forms] == [["₹2,450"]]
    assert await states(engine) == ["sent", "replaced"]


@needs_ffmpeg
async def test_a_voice_note_that_may_have_left_is_not_sent_again(
    engine: AsyncEngine, box: Postbox, carrier: Carrier
) -> None:
    carrier.falls_silent = True
    await answer(engine)
    await send_all(box)
    assert await states(engine) == ["sent", "sending"]
    await reconcile(box, HOUSE, now() + STUCK_AFTER + timedelta(seconds=5))
    await send_all(box)
    assert len(carrier.forms) == 2
    assert await states(engine) == ["sent", "sent"]


def test_choices_are_said_with_their_numbers_in_the_letters_of_the_language() -> None:
    reply = Reply(
        (msg("Is {money:money} right?", money=245000),),
        (Option("yes", label("Yes")), Option("no", label("No"))),
    )
    said = aloud(reply, "hi")
    assert said.language == "hi"
    assert "दो हज़ार चार सौ पचास रुपये" in said.text
    assert said.text.endswith("हाँ: एक. नहीं: दो.")
    assert not any(sign.isdigit() for sign in said.text)


def test_a_long_answer_is_not_spoken_for_minutes() -> None:
    reply = Reply((verbatim("बहुत लंबा वाक्य है। " * 200),))
    assert len(aloud(reply, "hi").text) <= 900


def test_what_an_older_release_queued_has_no_voice() -> None:
    stored = asdict(Outgoing("hello"))
    assert stored["voice"] is None
