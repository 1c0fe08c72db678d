"""The house without Rasa, and telephones, for whoever tests calls."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.calling import Book
from bot.carriers.twilio import voice
from bot.carriers.twilio.api import Twilio
from bot.carriers.twilio.calls import TwilioCalls
from bot.numbers import Numbers
from bot.office_hours import OfficeLine
from bot.switchboard import Switchboard
from bot.turn import Office
from marketplace_core.store import Folder
from nlu.understand import Understander
from tests.bot.caller import OURS, Caller
from tests.bot.exchange import SETTINGS, Exchange


@pytest.fixture
async def office(engine: AsyncEngine, clean: None) -> AsyncIterator[Office]:
    """No Rasa here: rules and the fallback understand."""
    understander = Understander(None, 1.0)
    yield Office(engine, understander, lambda _, outgoing: not outgoing.interactive, lambda _: None)
    await understander.close()


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
