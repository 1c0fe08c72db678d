"""Whatever comes, one shape answers: sizes, shapes, limits, and a database that is away."""

import json
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from marketplace_core.api.app import create_api
from marketplace_core.api.faults import code_of
from marketplace_core.api.office import make_office
from marketplace_core.db.engine import make_engine
from marketplace_core.logins.errors import AskedTooOften
from marketplace_core.settings import MarketSettings
from tests.conftest import NOW
from tests.marketplace_core.api.conftest import Town, open_town


def problem(said: httpx.Response) -> tuple[int, str]:
    error = said.json()["error"]
    assert set(error) <= {"code", "message", "field", "details", "request_id"}
    assert error["request_id"] == said.headers["X-Request-Id"]
    assert "Traceback" not in said.text
    return said.status_code, error["code"]


async def test_what_is_not_there_answers_in_the_same_shape(town: Town, farmer: dict[str, str]) -> None:
    client = town.client
    assert problem(await client.get("/nothing")) == (404, "not_found")
    wrong = await client.delete("/listings", headers=farmer)
    assert problem(wrong) == (405, "method_not_allowed")
    assert wrong.headers["Allow"] == "POST"
    assert problem(await client.get("/me")) == (401, "not_signed_in")
    assert (await client.get("/me")).headers["WWW-Authenticate"] == "Bearer"
    assert problem(await client.get("/listings/LZZZZZ", headers=farmer)) == (404, "not_found")
    assert problem(await client.get("/listings/%00%00%00%00%00%00", headers=farmer)) == (422, "not_valid")
    assert problem(await client.get("/listings/mine?limit=101", headers=farmer)) == (422, "not_valid")
    for cursor in ("AAAA", "bnVsbA", "e30", "eyJhZnRlciI6IDF9", "W1tbW1tbW1tb"):
        said = await client.get(f"/listings/mine?cursor={cursor}", headers=farmer)
        assert problem(said) == (422, "bad_terms"), cursor


NO_BODIES: list[tuple[bytes, int, str]] = [
    (b"{", 400, "bad_json"),
    (b"", 422, "not_valid"),
    (b"[]", 422, "not_valid"),
    (b"null", 422, "not_valid"),
    (b"\xff\xfa\xf9", 400, "bad_request"),
    (b"[" * 60_000, 400, "bad_request"),
    (b'{"phone": ' + b"9" * 5000 + b"}", 400, "bad_request"),
    (b'{"phone": NaN}', 422, "not_valid"),
    (b'{"phone": "\\ud800"}', 422, "not_valid"),
    (b'{"phone": "+919800000001", "\\ud800": 1}', 422, "not_valid"),
    (b'{"phone": "+919800000001", "admin": true}', 422, "not_valid"),
    (b'{"phone": "' + b"x" * 70_000 + b'"}', 413, "too_large"),
]


async def test_bodies_that_are_none(town: Town) -> None:
    sent = {"Content-Type": "application/json"}
    for body, status, code in NO_BODIES:
        said = await town.client.post("/auth/otp", content=body, headers=sent)
        assert problem(said) == (status, code), body[:40]
    assert town.sms == {}


async def test_a_body_without_an_announced_length_is_stopped_on_its_way(town: Town) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 1024

    said = await town.client.post("/auth/otp", content=endless())
    assert problem(said) == (413, "too_large")
    assert sent == 65


async def test_a_hundred_requests_a_minute_for_everybody_apart(
    engine: AsyncEngine, clean: None, tmp_path: Path
) -> None:
    town = await open_town(engine, tmp_path, api_requests_a_minute=5)
    me = await town.sign_in("+919800000001")  # two requests of this address
    for _ in range(5):
        assert (await town.client.get("/me", headers=me)).status_code == 200
    town.later(seconds=20)
    refused = await town.client.get("/me", headers=me)
    assert problem(refused) == (429, "too_many_requests")
    assert refused.headers["Retry-After"] == "40"
    for _ in range(3):
        assert (await town.client.get("/openapi.json")).status_code == 200
    assert problem(await town.client.get("/openapi.json")) == (429, "too_many_requests")
    town.later(seconds=40)
    assert (await town.client.get("/me", headers=me)).status_code == 200


async def test_one_address_does_not_have_sms_sent_to_everybody(
    engine: AsyncEngine, clean: None, tmp_path: Path
) -> None:
    town = await open_town(engine, tmp_path, api_codes_an_hour=2)
    said = []
    for ending in (1, 2, 3):
        said.append(await town.client.post("/auth/otp", json={"phone": f"+91980000000{ending}"}))
    assert [each.status_code for each in said] == [202, 202, 429]
    assert problem(said[2]) == (429, "too_many_requests")
    assert len(town.sms) == 2
    town.later(hours=1)
    assert (await town.client.post("/auth/otp", json={"phone": "+919800000003"})).status_code == 202


async def test_a_path_with_a_slash_too_many_is_redirected_nowhere(town: Town) -> None:
    said = await town.client.get("/me/", headers={"Host": "elsewhere.example"})
    assert problem(said) == (404, "not_found")
    assert "location" not in said.headers


async def test_a_database_that_is_away_is_said_and_not_shown(tmp_path: Path) -> None:
    engine = make_engine(f"postgresql+psycopg://mandi_app@/mandi?host={tmp_path}")
    office = make_office(
        lambda: engine,
        MarketSettings(_env_file=None, mandi_home=tmp_path),  # type: ignore[call-arg]
        clock=lambda: NOW,
    )
    transport = httpx.ASGITransport(app=create_api(office))
    async with httpx.AsyncClient(transport=transport, base_url="http://market") as client:
        said = await client.get("/me")
    assert problem(said) == (503, "try_again")
    assert str(tmp_path) not in said.text
    await engine.dispose()


async def test_a_bug_says_nothing_of_itself(tmp_path: Path, engine: AsyncEngine, clean: None) -> None:
    api = create_api(
        make_office(
            lambda: engine,
            MarketSettings(_env_file=None, mandi_home=tmp_path),  # type: ignore[call-arg]
            clock=lambda: NOW,
        )
    )

    @api.get("/with-a-bug")
    async def with_a_bug() -> None:
        raise KeyError("secret of the house")

    transport = httpx.ASGITransport(app=api)
    with capture_logs() as lines:
        async with httpx.AsyncClient(transport=transport, base_url="http://market") as client:
            said = await client.get("/with-a-bug")
    assert [line["event"] for line in lines] == ["request failed"]
    assert problem(said) == (500, "our_fault")
    assert "secret" not in said.text


async def test_our_number_for_a_request(town: Town) -> None:
    own = await town.client.get("/nothing", headers={"X-Request-Id": "from-the-caller-1"})
    assert own.json()["error"]["request_id"] == "from-the-caller-1"
    forged = await town.client.get("/nothing", headers={"X-Request-Id": "a b<script>"})
    assert len(forged.json()["error"]["request_id"]) == 32


async def test_the_documentation_needs_nobody_else(town: Town) -> None:
    page = await town.client.get("/docs")
    assert page.status_code == 200
    for fetching in ("src=", 'href="http', "@import", "url(", "<script"):
        assert fetching not in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "/api/v1/listings/near" in page.text
    spec = (await town.client.get("/openapi.json")).json()
    assert json.dumps(spec).count("HTTPValidationError") == 0


def test_codes_are_the_names_of_situations() -> None:
    assert code_of(AskedTooOften) == "asked_too_often"
