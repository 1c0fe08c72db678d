"""The picture of a price, or of what is to be paid, is drawn when it is fetched, at an address that we gave away."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import pictures
from bot.drawings import WithDrawings
from bot.settings import Settings
from marketplace_core.payments.upi import qr_png, upi_link
from marketplace_core.settings import market_settings
from marketplace_core.store import Folder

JULY = datetime(2026, 7, 25, 6, 30, tzinfo=UTC)
SETTINGS = Settings(_env_file=None, public_base_url="http://bot", twilio_auth_token="token")


@pytest.fixture
def client(engine: AsyncEngine, tmp_path: Path) -> httpx.AsyncClient:
    def clock() -> datetime:
        return JULY

    app = FastAPI()
    app.include_router(
        pictures.routes(SETTINGS, WithDrawings(Folder(tmp_path), lambda: engine, clock), clock)
    )
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


@pytest.fixture
def upi(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PAY_TO_VPA", "mandi@upi")
    market_settings.cache_clear()
    yield
    market_settings.cache_clear()


async def test_what_is_to_be_paid_is_drawn_to_scan(client: httpx.AsyncClient, upi: None) -> None:
    got = await client.get(pictures.address(SETTINGS, "pay/P3X9K2/1020000", JULY))
    assert (got.status_code, got.headers["content-type"]) == (200, "image/jpeg")
    drawn, link = (
        Image.open(io.BytesIO(got.content)).convert("1"),
        upi_link("mandi@upi", "Mandi Mitra", 1_020_000, "P3X9K2"),
    )
    expected = Image.open(io.BytesIO(qr_png(link))).convert("1").resize(drawn.size)
    assert drawn.tobytes() == expected.tobytes()


async def test_without_an_account_to_pay_to_nothing_is_drawn(client: httpx.AsyncClient) -> None:
    assert (await client.get(pictures.address(SETTINGS, "pay/P3X9K2/1020000", JULY))).status_code == 404
