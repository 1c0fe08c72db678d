from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from bot.carriers.twilio.webhook import routes
from bot.message import Answer, Inbound
from bot.settings import Settings
from tests.bot.carriers.doors import BASE, LIMIT, TOKENS, Bot


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
        yield bot
