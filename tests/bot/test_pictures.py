"""A picture of ours is fetched by whom we gave its address, for an hour, without what a camera wrote into it."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import conversations
from bot.app import create_app
from bot.carriers.port import all_by
from bot.carriers.twilio.api import Twilio
from bot.conversations import Sending
from bot.message import Outgoing, Picture, Row
from bot.outbox import Postbox, drain
from bot.pictures import LASTS, address
from bot.settings import Settings
from marketplace_core.accounts import commands as accounts
from marketplace_core.desk import open_desk
from marketplace_core.store import Folder
from marketplace_core.tenants import HOUSE
from tests.marketplace_core.pictures import picture

BASE = "http://bot"
FARMER = "whatsapp:+919876500001"


@pytest.fixture
def settings(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("MEDIA_FOLDER", str(tmp_path / "media"))
    return Settings(
        _env_file=None,
        database_url=database_url,
        mandi_home=tmp_path,
        public_base_url=BASE,
        twilio_auth_token="new,old",
        twilio_api_url=f"{BASE}/simulator/twilio",
        simulator=True,
    )


@pytest.fixture
async def client(clean: None, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=BASE) as client,
    ):
        yield client


@pytest.fixture
async def key(tmp_path: Path) -> str:
    """A photo that says where it was taken."""
    out, exif = io.BytesIO(), Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (18.0, 31.0, 13.0), 3: "E", 4: (73.0, 51.0, 23.0)})
    picture(1).save(out, "JPEG", exif=exif)
    return await Folder(tmp_path / "media").store(out.getvalue(), "image/jpeg")


def now() -> datetime:
    return datetime.now(UTC)


async def test_whoever_has_the_address_gets_the_picture_and_not_where_it_was_taken(
    client: httpx.AsyncClient, settings: Settings, key: str
) -> None:
    url = address(settings, key, now())
    assert url.startswith(f"{BASE}/pictures/")
    got = await client.get(url)
    assert (got.status_code, got.headers["content-type"]) == (200, "image/jpeg")
    image = Image.open(io.BytesIO(got.content))
    assert image.size == picture(1).size
    assert not image.getexif()
    head = await client.head(url)
    assert (head.status_code, head.headers["content-type"], head.content) == (200, "image/jpeg", b"")
    assert head.headers["content-length"] == str(len(got.content))


async def test_an_address_is_good_for_an_hour(
    client: httpx.AsyncClient, settings: Settings, key: str
) -> None:
    nearly = address(settings, key, now() - LASTS + timedelta(minutes=1))
    over = address(settings, key, now() - LASTS - timedelta(seconds=1))
    assert (await client.get(nearly)).status_code == 200
    for method in ("GET", "HEAD"):
        assert (await client.request(method, over)).status_code == 410


async def test_while_the_token_is_rotated_addresses_of_the_former_one_stay_good(
    client: httpx.AsyncClient, settings: Settings, key: str
) -> None:
    def sealed_by(token: str) -> str:
        rotated = Settings(_env_file=None, public_base_url=BASE, twilio_auth_token=token)
        return address(rotated, key, now())

    assert (await client.get(sealed_by("old"))).status_code == 200
    assert (await client.get(sealed_by("foreign"))).status_code == 404


async def test_nothing_of_an_address_can_be_changed(
    client: httpx.AsyncClient, settings: Settings, key: str, tmp_path: Path
) -> None:
    other = await Folder(tmp_path / "media").store(b"\xff\xd8\xff another", "image/jpeg")
    _, _, until, seal, _, _ = address(settings, key, now()).removeprefix(BASE).split("/")
    for path in (
        f"/pictures/{int(until) + 3600}/{seal}/{key}",
        f"/pictures/{until}/{seal}/{other}",
        f"/pictures/{until}/{'0' * 64}/{key}",
        f"/pictures/{until}//{key}",
        f"/pictures/{until}/{seal}/",
        f"/pictures/{until}/{seal}é/{key}",
        f"/pictures/-1/{seal}/{key}",
        f"/pictures/١٢/{seal}/{key}",
        f"/pictures/{'9' * 400}/{seal}/{key}",
        f"/pictures/{key}",
        "/pictures/",
        "/pictures",
    ):
        assert (await client.get(path, follow_redirects=True)).status_code == 404, path


async def test_a_picture_that_is_gone_or_never_was_one_is_not_there(
    client: httpx.AsyncClient, settings: Settings, tmp_path: Path
) -> None:
    paper = await Folder(tmp_path / "media").store(b"%PDF-1.4" + bytes(100), "application/pdf")
    for key in (f"aa/{'a' * 64}.jpg", "etc/passwd", paper):
        assert (await client.get(address(settings, key, now()))).status_code == 404


async def test_it_goes_ahead_of_its_buttons_and_stands_on_the_phone(
    client: httpx.AsyncClient, settings: Settings, engine: AsyncEngine, key: str
) -> None:
    outgoing = Outgoing(
        "Sell?\n\n1 Yes",
        buttons=(Row("1:yes", "Yes"),),
        body="Sell?",
        picture=Picture(key, "The kernels that I counted."),
    )
    async with open_desk(engine, HOUSE, now()) as desk:
        person = (await accounts.reach(desk, channel="whatsapp", value=FARMER, phone=FARMER[9:])).person.id
        await conversations.lock(desk, person)
        await conversations.close(
            desk,
            person=person,
            heard=("market", str(uuid4())),
            state={},
            wake_after=None,
            said=None,
            outgoing=outgoing,
            answer=None,
            sending=Sending("whatsapp", FARMER),
            channel="whatsapp",
        )
    async with Twilio(settings, client._transport) as twilio:
        box = Postbox(engine, all_by(twilio), settings)
        letters: list[Any] = []
        for _ in range(20):
            await drain(box, HOUSE, now() + timedelta(minutes=5))
            letters = (await client.get("/simulator/phones")).json()["letters"]
            if len(letters) == 2:
                break
    first, second = letters
    assert first["text"] == "The kernels that I counted."
    assert first["buttons"] == []
    assert (await client.get(first["media"][0]["url"])).headers["content-type"] == "image/jpeg"
    assert (second["text"], second["media"]) == ("Sell?", [])
    assert [button["title"] for button in second["buttons"]] == ["Yes"]
    async with open_desk(engine, HOUSE, now()) as desk:
        logged = await desk.db.execute(text("SELECT body ->> 'text' FROM message ORDER BY id"))
        assert list(logged.scalars()) == ["The kernels that I counted.", "Sell?\n\n1 Yes"]
