from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import SecretStr

from bot.calling import Book
from bot.carriers.twilio import voice
from bot.carriers.twilio.webhook import routes
from bot.message import Answer, Inbound
from bot.numbers import Numbers
from bot.office_hours import office_line
from bot.settings import Settings
from bot.switchboard import Switchboard
from bot.turn import Office
from marketplace_core.db.engine import make_engine
from nlu.understand import Understander
from tests.bot.carriers.doors import BASE, LIMIT, TOKENS, Bot
from tests.conftest import NOW

NO_DATABASE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    app = FastAPI()
    settings = Settings(
        _env_file=None,
        public_base_url=BASE,
        twilio_auth_token=tuple(SecretStr(token) for token in TOKENS),
        body_limit=LIMIT,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://inside") as client:
        bot = Bot(client)

        async def take(inbound: Inbound) -> Answer:
            bot.heard.append(inbound)
            if isinstance(bot.answer, Exception):
                raise bot.answer
            return bot.answer

        async def saw_status(*seen: Any) -> None:
            if isinstance(bot.answer, Exception):
                raise bot.answer
            bot.statuses.append(seen)  # type: ignore[arg-type]

        app.include_router(routes(settings, take, saw_status))
        app.include_router(_calls_without_a_database(settings))
        yield bot


def _calls_without_a_database(settings: Settings) -> APIRouter:
    """What a caller hears then is looked at in test_twilio_voice.py; whole calls are in tests/bot/test_calls.py."""
    engine = make_engine(NO_DATABASE)
    office = Office(engine, Understander(None, 1.0), lambda *_: True, lambda _: None)
    numbers = Numbers(engine, {"voice": settings.twilio_voice_number})
    board = Switchboard(office, numbers, office_line(settings), lambda: NOW)

    async def saw_message(*_: object) -> None:
        raise AssertionError("no message was sent")

    book = Book(lambda: office, lambda: NOW, saw_message)
    return voice.routes(settings, lambda: board, book)
