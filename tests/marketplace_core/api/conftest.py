"""The real application over the real database, with a clock that stands still and a carrier that keeps codes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.accounts import commands as accounts
from marketplace_core.api.app import create_api
from marketplace_core.api.office import make_office
from marketplace_core.desk import Desk, open_desk
from marketplace_core.seed import TENANT
from marketplace_core.settings import MarketSettings
from tests.conftest import NOW
from tests.marketplace_core.people import LUDHIANA, MOGA

FARMER, BUYER, OPERATOR = "+919800000001", "+919800000002", "+919800000009"


@dataclass
class Town:
    """One application, its clock, and the last code each phone was sent."""

    client: httpx.AsyncClient
    engine: AsyncEngine
    now: datetime = NOW
    sms: dict[str, str] = field(default_factory=dict)

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    async def sign_in(self, phone: str) -> dict[str, str]:
        """Headers of somebody who has proven to hold this phone."""
        sent = await self.client.post("/auth/otp", json={"phone": phone})
        assert sent.status_code == 202, sent.text
        given = await self.client.post("/auth/token", json={"phone": phone, "code": self.sms[phone]})
        assert given.status_code == 200, given.text
        return {"Authorization": f"Bearer {given.json()['access_token']}"}


async def open_town(engine: AsyncEngine, home: Path, **settings: object) -> Town:
    town: Town

    async def keep(desk: Desk, *, phone: str, code: str) -> None:
        town.sms[phone] = code

    office = make_office(
        lambda: engine,
        MarketSettings(_env_file=None, mandi_home=home, **settings),  # type: ignore[call-arg, arg-type]
        send_code=keep,
        clock=lambda: town.now,
    )
    transport = httpx.ASGITransport(app=create_api(office), raise_app_exceptions=True)
    town = Town(httpx.AsyncClient(transport=transport, base_url="http://market"), engine)
    return town


@pytest.fixture
async def town(engine: AsyncEngine, clean: None, tmp_path: Path) -> AsyncIterator[Town]:
    town = await open_town(engine, tmp_path)
    yield town
    await town.client.aclose()


async def settle(town: Town, phone: str, name: str, *roles: str) -> None:
    async with open_desk(town.engine, TENANT, NOW) as desk:
        reached = await accounts.reach(desk, channel="sms", value=phone, phone=phone)
        home = MOGA if "farmer" in roles else LUDHIANA
        await accounts.register(desk, reached.person.id, name=name, place=home)
        for role in roles:
            await accounts.add_role(desk, reached.person.id, role)


@pytest.fixture
async def farmer(town: Town) -> dict[str, str]:
    await settle(town, FARMER, "Gurpreet", "farmer")
    return await town.sign_in(FARMER)


@pytest.fixture
async def buyer(town: Town) -> dict[str, str]:
    await settle(town, BUYER, "Asha", "buyer")
    return await town.sign_in(BUYER)


@pytest.fixture
async def operator(town: Town) -> dict[str, str]:
    await settle(town, OPERATOR, "Office", "operator")
    return await town.sign_in(OPERATOR)
