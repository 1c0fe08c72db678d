"""The bot's own server serves the market's API, and its codes leave by SMS."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from bot import turn
from bot.app import create_app
from bot.message import Address, Inbound
from bot.settings import Settings
from bot.waiting_room import LATE, Crowd


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(  # type: ignore[call-arg]
        _env_file=None,
        database_url=database_url,
        mandi_home=tmp_path,
        twilio_auth_token="t",
        twilio_api_url="http://127.0.0.1:9",  # nobody is there: the code stays in the outbox
    )


async def signed_in(app: FastAPI, client: httpx.AsyncClient) -> dict[str, str]:
    phone = {"phone": "+919800000001"}
    assert (await client.post("/api/v1/auth/otp", json=phone)).status_code == 202
    async with app.state.house.engine.begin() as db:
        await db.execute(text("SELECT set_config('app.tenant', '1', true)"))
        told = (await db.execute(text("SELECT outgoing ->> 'text' FROM outbox"))).scalar_one()
    given = await client.post("/api/v1/auth/token", json=phone | {"code": told[:6]})
    return {"Authorization": f"Bearer {given.json()['access_token']}"}


async def test_operators_and_nobody_else_see_what_nobody_got(clean: None, settings: Settings) -> None:
    app = create_app(settings)
    transport = httpx.ASGITransport(app=app)
    door = "/api/v1/office/undelivered"
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://bot") as client,
    ):
        bearer = await signed_in(app, client)
        assert (await client.get(door, headers=bearer)).status_code == 403
        async with app.state.house.engine.begin() as db:
            await db.execute(text("SELECT set_config('app.tenant', '1', true)"))
            await db.execute(text("UPDATE person SET roles = '{operator}'"))
            await db.execute(
                text("UPDATE outbox SET state = 'failed', purpose = 'notice', error_code = 21617")
            )
        (shown,) = (await client.get(door, headers=bearer)).json()
        assert (shown["error_code"], shown["recipient"]) == (21617, "+919800000001")
        settle = f"{door}/{shown['id']}/settle"
        assert [(await client.post(settle, headers=bearer)).status_code for _ in range(2)] == [204, 404]
        assert (await client.get(door, headers=bearer)).json() == []


async def test_operators_and_nobody_else_see_what_nobody_has_heard(clean: None, settings: Settings) -> None:
    app = create_app(settings)
    transport = httpx.ASGITransport(app=app)
    door = "/api/v1/office/unheard"
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://bot") as client,
    ):
        bearer = await signed_in(app, client)
        assert (await client.get(door, headers=bearer)).status_code == 403
        async with app.state.house.engine.begin() as db:
            await db.execute(text("SELECT set_config('app.tenant', '1', true)"))
            await db.execute(text("UPDATE person SET roles = '{operator}'"))
        nobody = {"waiting": 0, "since": None, "late": False}
        assert (await client.get(door, headers=bearer)).json() == nobody
        told = []
        for waits in (timedelta(seconds=5), LATE + timedelta(seconds=5)):
            sender, sent = Address("sms", "+919800000001", "+919800000001"), datetime.now(UTC) - waits
            came = Inbound("twilio", f"SM{waits}", sender, "mandi", sent, text="hello")
            assert await Crowd().wait_outside(app.state.house.engine, 1, came) is None
            shown = (await client.get(door, headers=bearer)).json()
            told.append((shown["waiting"], shown["late"], (await client.get("/ready")).json()["outside"]))
        assert told == [(1, False, "heard"), (2, True, "late")]


async def test_an_operator_reads_a_hand_over_writes_there_and_gives_it_back(
    clean: None, settings: Settings
) -> None:
    app = create_app(settings)
    transport = httpx.ASGITransport(app=app)
    door = "/api/v1/office/handovers"
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://bot") as client,
    ):
        phone = {"phone": "+919800000001"}
        await client.post("/api/v1/auth/otp", json=phone)
        async with app.state.house.engine.begin() as db:
            await db.execute(text("SELECT set_config('app.tenant', '1', true)"))
            told = (await db.execute(text("SELECT outgoing ->> 'text' FROM outbox"))).scalar_one()
        given = await client.post("/api/v1/auth/token", json=phone | {"code": told[:6]})
        bearer = {"Authorization": f"Bearer {given.json()['access_token']}"}
        farmer = Address("sms", "+919800000002", "+919800000002")
        asks = Inbound("twilio", "SM1", farmer, "mandi", datetime.now(UTC), text="talk to a person")
        await turn.take(app.state.house.office, asks)
        assert (await client.get(door, headers=bearer)).status_code == 403
        async with app.state.house.engine.begin() as db:
            await db.execute(text("SELECT set_config('app.tenant', '1', true)"))
            await db.execute(
                text(
                    "UPDATE person SET roles = '{operator}' FROM address WHERE person.id = person_id AND phone = :p"
                ),
                {"p": phone["phone"]},
            )
        (waits,) = (await client.get(door, headers=bearer)).json()
        assert (waits["channel"], waits["taken_at"]) == ("sms", None)
        one = f"{door}/{waits['id']}"
        said = (await client.get(one, headers=bearer)).json()["said"]
        assert said[0]["words"] == "talk to a person"
        wrote = await client.post(f"{one}/answers", headers=bearer, json={"words": "This is Meena."})
        assert wrote.status_code == 204
        shown = (await client.get(one, headers=bearer)).json()
        assert shown["said"][-1]["words"] == "Our office: This is Meena."
        assert shown["taken_at"]
        assert [(await client.post(f"{one}/end", headers=bearer)).status_code for _ in range(2)] == [204, 404]
        async with app.state.house.engine.begin() as db:
            await db.execute(text("SELECT set_config('app.tenant', '1', true)"))
            sent = await db.execute(
                text("SELECT outgoing ->> 'text' FROM outbox WHERE recipient = '+919800000002'")
            )
            assert "Our office: This is Meena." in sent.scalars().all()


async def test_a_phone_signs_in_at_the_bots_door(clean: None, settings: Settings) -> None:
    app = create_app(settings)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://bot") as client,
    ):
        phone = {"phone": "+919800000001"}
        assert (await client.post("/api/v1/auth/otp", json=phone)).status_code == 202
        async with app.state.house.engine.begin() as db:
            await db.execute(text("SELECT set_config('app.tenant', '1', true)"))
            told = (await db.execute(text("SELECT outgoing ->> 'text' FROM outbox"))).scalar_one()
        given = await client.post("/api/v1/auth/token", json=phone | {"code": told[:6]})
        bearer = {"Authorization": f"Bearer {given.json()['access_token']}"}
        assert (await client.get("/api/v1/me", headers=bearer)).status_code == 200
        assert (await client.get("/api/v1/nothing")).json()["error"]["code"] == "not_found"
        assert (await client.get("/nothing")).json() == {
            "detail": "Not Found"
        }  # the carriers' side is its own
        metrics = (await client.get("/metrics")).text
    assert 'route="/api/v1/me"' in metrics
    assert "+919800000001" not in metrics
    assert (settings.mandi_home / "jwt-secret").exists()
