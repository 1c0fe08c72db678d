"""What the page may ask of the pretend phones, and what they refuse to do."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bot.console.simulator import routes
from bot.console.simulator.phones import LARGEST_UPLOAD
from bot.settings import Settings

BASE = "http://house"
ACCOUNT = "AC00000000000000000000000000000000"
GURPREET = "/simulator/phones/gurpreet"


@pytest.fixture
async def page() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(
        routes(Settings(_env_file=None, public_base_url=BASE, twilio_api_url=BASE + "/simulator/twilio"))
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
        yield client


async def say(page: httpx.AsyncClient, text: str) -> None:
    """The bot writes to Manjula."""
    form = {"To": "+919876500002", "From": "+15005550006", "Body": text}
    path = f"/simulator/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    (await page.post(path, data=form, auth=(ACCOUNT, "simulator"))).raise_for_status()


@pytest.mark.parametrize(
    ("phone", "written", "status"),
    [
        ("nobody", {"text": "hello"}, 404),
        ("gurpreet", {}, 422),
        ("gurpreet", {"text": ""}, 422),
        ("gurpreet", {"text": "x" * 1601}, 422),
        ("gurpreet", {"text": "hello", "voice": True}, 422),
        ("gurpreet", {"words": "hello"}, 422),
        ("gurpreet", {"voice": False}, 422),
        ("gurpreet", {"tap": {"payload": "yes", "of": "SM" + "0" * 32}}, 422),
        ("gurpreet", {"location": {"lat": 91, "lon": 0}}, 422),
        ("gurpreet", {"location": {"lat": "NaN", "lon": 0}}, 422),
        ("manjula", {"voice": True}, 422),
        ("manjula", {"location": {"lat": 1, "lon": 2}}, 422),
    ],
)
async def test_what_a_phone_cannot_do_is_refused(
    page: httpx.AsyncClient, phone: str, written: dict[str, Any], status: int
) -> None:
    answer = await page.post(f"/simulator/phones/{phone}/send", json=written)
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert (await page.get("/simulator/phones")).json()["letters"] == []


async def test_another_web_site_cannot_write_in_somebodys_name(page: httpx.AsyncClient) -> None:
    """A foreign page can post only what needs no permission: plain text, forms, or no type at all."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        for path in (GURPREET + "/send", GURPREET + "/photo", "/simulator/phones"):
            body = b'{"text": "hello", "channel": "sms"}'
            answer = await page.post(path, content=body, headers={"Content-Type": kind})
            assert answer.status_code in (415, 422)
    told = (await page.get("/simulator/phones")).json()
    assert (told["letters"], len(told["phones"])) == ([], 4)


@pytest.mark.parametrize(
    ("phone", "kind", "size", "status"),
    [
        ("gurpreet", "image/svg+xml", 10, 415),
        ("gurpreet", "text/html", 10, 415),
        ("gurpreet", "image/jpeg", LARGEST_UPLOAD + 1, 413),
        ("manjula", "image/jpeg", 10, 422),
    ],
)
async def test_what_is_no_photo_is_refused(
    page: httpx.AsyncClient, phone: str, kind: str, size: int, status: int
) -> None:
    path = f"/simulator/phones/{phone}/photo"
    answer = await page.post(path, content=b"x" * size, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert (await page.get("/simulator/phones")).json()["letters"] == []


async def test_the_desk_holds_twenty_four_phones(page: httpx.AsyncClient) -> None:
    asked = [await page.post("/simulator/phones", json={"channel": "sms"}) for _ in range(21)]
    assert [answer.status_code for answer in asked] == [201] * 20 + [409]
    numbers = [phone["number"] for phone in (await page.get("/simulator/phones")).json()["phones"]]
    assert len(set(numbers)) == 24


async def test_a_new_phone_may_have_a_number_of_ones_choice_that_no_other_has(
    page: httpx.AsyncClient,
) -> None:
    wanted = {"channel": "whatsapp", "number": "+919876599999"}
    made = await page.post("/simulator/phones", json=wanted)
    assert (made.status_code, made.json()["number"]) == (201, wanted["number"])
    assert (await page.post("/simulator/phones", json=wanted)).status_code == 409
    for number in ("", "9876599998", "+91 9876599998", "nobody"):
        refused = await page.post("/simulator/phones", json={"channel": "sms", "number": number})
        assert refused.status_code == 422


async def test_a_page_is_told_only_what_it_does_not_know_yet(page: httpx.AsyncClient) -> None:
    await say(page, "one")
    told = (await page.get("/simulator/phones")).json()
    await say(page, "two")
    cursor = {"epoch": told["epoch"], "after": told["revision"]}
    news = (await page.get("/simulator/events", params=cursor)).json()
    assert [letter["text"] for letter in news["letters"]] == ["two"]


async def test_a_page_that_listens_hears_at_once(page: httpx.AsyncClient) -> None:
    told = (await page.get("/simulator/phones")).json()
    cursor = {"epoch": told["epoch"], "after": told["revision"]}
    listening = asyncio.create_task(page.get("/simulator/events", params=cursor))
    await asyncio.sleep(0.05)
    assert not listening.done()
    await say(page, "hello")
    assert [letter["text"] for letter in (await listening).json()["letters"]] == ["hello"]


async def test_a_page_from_before_a_restart_is_told_everything(page: httpx.AsyncClient) -> None:
    await say(page, "one")
    cursor = {"epoch": "of-another-server", "after": 900}
    news = (await page.get("/simulator/events", params=cursor)).json()
    assert [letter["text"] for letter in news["letters"]] == ["one"]
    assert len(news["phones"]) == 4


@pytest.mark.parametrize("name", ["desk.js", "whatsapp.css", "ear.svg"])
async def test_the_page_and_its_parts_allow_nothing_foreign(page: httpx.AsyncClient, name: str) -> None:
    for path in ("/simulator", f"/simulator/static/{name}"):
        answer = await page.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["nothing.js", "..%2fphones.py", "%2e%2e%2fphones.py"])
async def test_only_files_of_the_page_are_served(page: httpx.AsyncClient, name: str) -> None:
    assert (await page.get(f"/simulator/static/{name}")).status_code == 404
