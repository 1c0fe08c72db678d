"""The doors for those who run the house, and what the server refuses to be started with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import SecretStr

from bot.app import create_app
from bot.settings import NotConfigured, Settings

NOWHERE = "postgresql+psycopg://mandi_app@127.0.0.1:9/mandi?connect_timeout=1"


def settings(**values: object) -> Settings:
    simulated = {"simulator": True, "twilio_api_url": "http://127.0.0.1:8000/simulator/twilio"}
    return Settings(_env_file=None, **{**simulated, **values})


@asynccontextmanager
async def served(house: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(house)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=house.public_base_url) as client,
    ):
        yield client


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with served(settings(database_url=database_url, rasa_url="http://127.0.0.1:9")) as client:
        yield client


async def test_alive_asks_nobody() -> None:
    async with served(settings(database_url=NOWHERE)) as client:
        assert (await client.get("/health")).json() == {"status": "alive"}


async def test_without_rasa_the_house_is_ready_and_says_that_the_fallback_understands(
    client: httpx.AsyncClient,
) -> None:
    async with asyncio.timeout(60):
        while (answer := await client.get("/ready")).json()["understanding"] == "opening":  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert answer.status_code == 200
    assert answer.json() == {"database": "ready", "understanding": "fallback", "outside": "heard"}


async def test_without_its_database_the_house_is_not_ready() -> None:
    async with served(settings(database_url=NOWHERE)) as client:
        answer = await client.get("/ready")
    assert answer.status_code == 503
    assert (answer.json()["database"], answer.json()["outside"]) == ("away", "unknown")


async def test_requests_are_counted_by_route_and_never_by_address(client: httpx.AsyncClient) -> None:
    await client.get("/health")
    await client.get("/+919845012345/private")
    text = (await client.get("/metrics")).text
    assert 'mandi_request_seconds_count{method="GET",route="/health",status="200"} 1.0' in text
    assert 'mandi_request_seconds_count{method="GET",route="none",status="404"} 1.0' in text
    assert "9845012345" not in text


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
async def test_the_server_does_not_describe_itself_to_strangers(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_an_unsigned_message_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/carrier/twilio/message", data={"From": "+919845012345", "Body": "hi"})
    assert answer.status_code == 403


async def test_the_simulator_page_is_there_when_it_is_on(client: httpx.AsyncClient) -> None:
    assert (await client.get("/simulator")).status_code == 200


async def test_the_simulator_page_is_not_there_when_it_is_off(database_url: str) -> None:
    house = settings(database_url=database_url, simulator=False, twilio_auth_token=(SecretStr("known"),))
    async with served(house) as client:
        assert (await client.get("/simulator")).status_code == 404


async def test_without_a_database_the_server_does_not_start() -> None:
    with pytest.raises(NotConfigured, match="DATABASE_URL"):
        create_app(settings())


async def test_for_a_real_carrier_the_server_does_not_start_with_a_token_everybody_knows() -> None:
    with pytest.raises(NotConfigured, match="TWILIO_AUTH_TOKEN"):
        create_app(settings(database_url=NOWHERE, simulator=False))


async def test_a_simulator_that_is_not_the_carrier_is_refused() -> None:
    with pytest.raises(NotConfigured, match="TWILIO_API_URL"):
        create_app(settings(database_url=NOWHERE, twilio_api_url="https://api.twilio.com"))
