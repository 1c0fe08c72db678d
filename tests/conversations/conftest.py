"""A whole market for each script: real database, real language understanding, the carrier's shipped stand-in."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.carriers.port import all_by
from bot.carriers.twilio.api import Twilio
from bot.console import simulator
from bot.outbox import Postbox
from bot.settings import Settings
from bot.turn import Office
from marketplace_core.settings import market_settings
from nlu.understand import Understander
from tests.conftest import NOW
from tests.conversations import ended, news
from tests.conversations.script import Stage


@pytest.fixture(scope="session")
async def understander(rasa_url: str) -> AsyncIterator[Understander]:
    understander = Understander(rasa_url, 60.0)
    yield understander
    await understander.close()


@pytest.fixture
def paid_by_upi(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A market with a UPI id and an account, whose pictures lie aside."""
    monkeypatch.setenv("PAY_TO_VPA", "mandi@upi")
    monkeypatch.setenv("PAY_TO_ACCOUNT", "Mandi Mitra, 50100012345678, HDFC0000123")
    monkeypatch.setenv("MEDIA_FOLDER", str(tmp_path))
    market_settings.cache_clear()
    yield
    market_settings.cache_clear()


@pytest.fixture
async def stage(
    engine: AsyncEngine, clean: None, understander: Understander, paid_by_upi: None
) -> AsyncIterator[Stage]:
    settings = Settings(
        simulator=True, twilio_api_url="http://simulator:8000/simulator/twilio", _env_file=None
    )
    app = FastAPI()
    app.include_router(simulator.routes(settings))
    async with Twilio(settings, httpx.ASGITransport(app=app)) as twilio:
        office = Office(engine, understander, all_by(twilio).fits_reply, after_commit=lambda _: None)
        with ended.noted() as ends:
            yield Stage(office, Postbox(engine, all_by(twilio), settings), NOW, ends=ends)
        async with office.desk(NOW) as desk:
            await news.forget(desk)
