"""Our side of the line for tests of calls: the doors, the clock, and Twilio's REST at the wire."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import calling
from bot.carriers.twilio.calls import TwilioCalls
from bot.settings import Settings
from bot.turn import Office
from marketplace_core.accounts import commands as accounts
from marketplace_core.desk import open_desk
from marketplace_core.places import queries as places
from marketplace_core.places.place import Place
from marketplace_core.seed import TENANT
from marketplace_core.store import Folder
from tests.bot.caller import BASE, OURS, TOKEN, Caller
from tests.conftest import NOW

SETTINGS = Settings(
    _env_file=None, public_base_url=BASE, twilio_auth_token=(SecretStr(TOKEN),), twilio_voice_number=OURS
)
MP3 = b"ID3" + bytes(200)


@dataclass
class Exchange:
    """Our side of the line: the doors, the clock, and Twilio's REST at the wire."""

    engine: AsyncEngine
    client: httpx.AsyncClient
    office: Office
    store: Folder
    phones: TwilioCalls
    now: datetime = NOW
    asked: list[httpx.Request] = field(default_factory=list)
    answers: list[Callable[[], httpx.Response]] = field(default_factory=list)
    messages: list[tuple[Any, ...]] = field(default_factory=list)

    def rest(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.answers:
            return self.answers.pop(0)()
        if request.method == "GET":
            return httpx.Response(200, content=MP3)
        return httpx.Response(
            201 if request.method == "POST" else 204, json={"sid": f"CA{len(self.asked):032d}"}
        )

    async def rows(self, sql: str) -> list[Any]:
        async with open_desk(self.engine, TENANT, self.now) as desk:
            return list((await desk.db.execute(text(sql))).all())

    async def work(self) -> None:
        await calling.make_round(self.phones, self.store, self.office, self.now)

    async def join(self, phone: str, language: str = "hi", script: str = "native") -> None:
        async with open_desk(self.engine, TENANT, self.now) as desk:
            reached = await accounts.reach(desk, channel="sms", value=phone, phone=phone)
            area = await places.pincode(desk, "142001")
            assert area
            home = Place(area.pincode, None, area.district, area.state, area.lat, area.lon)
            await accounts.register(desk, reached.person.id, name="Asha", place=home)
            await accounts.set_language(desk, reached.person.id, language=language, script=script)


async def leave_a_message(exchange: Exchange, caller: Caller) -> None:
    exchange.now = NOW.replace(hour=20)
    await exchange.join(caller.phone)
    await caller.calls()
    await caller.presses("0")
