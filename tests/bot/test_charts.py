"""The picture of a price is drawn when it is fetched, at the address that we gave away and at no other."""

import io
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import pictures
from bot.charts import WithCharts
from bot.settings import Settings
from marketplace_core.store import Folder

JULY = datetime(2026, 7, 25, 6, 30, tzinfo=UTC)
SETTINGS = Settings(_env_file=None, public_base_url="http://bot", twilio_auth_token="token")


@pytest.fixture
def client(engine: AsyncEngine, tmp_path: Path) -> httpx.AsyncClient:
    def clock() -> datetime:
        return JULY

    app = FastAPI()
    app.include_router(pictures.routes(SETTINGS, WithCharts(Folder(tmp_path), lambda: engine, clock), clock))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app))


@pytest.mark.parametrize("tongue", ["en-native", "kn-native", "hi-latin"])
async def test_it_is_drawn_in_the_words_of_whoever_asked(client: httpx.AsyncClient, tongue: str) -> None:
    url = pictures.address(SETTINGS, f"forecast/onion/19.99,73.78/{tongue}", JULY)
    got = await client.get(url)
    assert (got.status_code, got.headers["content-type"]) == (200, "image/jpeg")
    assert len(got.content) < 100_000
    drawn = Image.open(io.BytesIO(got.content))
    assert drawn.size == (640, 420)
    assert len(drawn.convert("L").getcolors(256) or ()) > 10, "an empty sheet"
    assert (await client.get(url.replace("onion", "wheat"))).status_code == 404


@pytest.mark.parametrize("key", ["forecast/onion/8.0,93.5/en-native", "forecast/gold/19.99,73.78/en-native"])
async def test_where_nothing_is_reported_there_is_no_picture(client: httpx.AsyncClient, key: str) -> None:
    assert (await client.get(pictures.address(SETTINGS, key, JULY))).status_code == 404


async def test_photos_come_from_the_store_as_ever(client: httpx.AsyncClient, tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "green").save(out, "JPEG")
    key = await Folder(tmp_path).store(out.getvalue(), "image/jpeg")
    assert (await client.get(pictures.address(SETTINGS, key, JULY))).status_code == 200
