"""A pretend aggregator and our own gateway carrier, wired together: a phone writes, and is answered."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from bot.carriers.gateway.api import Gateway
from bot.carriers.gateway.webhook import routes as doors
from bot.carriers.port import Letter
from bot.carriers.refusals import Refused
from bot.console.simulator import gateway
from bot.console.simulator.page import pages
from bot.console.simulator.phones import MOST_PHONES, Phones
from bot.console.simulator.webhook import Line
from bot.message import Answer, Inbound, Outgoing
from bot.settings import Settings

BASE = "http://127.0.0.1:8000"
MANJULA = "+919876500002"


@dataclass
class Town:
    """One web server with the bot's doors and the phones; the bot says nothing by itself."""

    app: FastAPI
    settings: Settings
    line: Line
    page: httpx.AsyncClient
    heard: list[Inbound] = field(default_factory=list)
    statuses: list[tuple[Any, ...]] = field(default_factory=list)

    def carrier(self, **changed: Any) -> Gateway:
        return Gateway(self.settings.model_copy(update=changed), httpx.ASGITransport(self.app))

    async def letters(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.page.get("/simulator/phones")).json()["letters"]
        return found

    async def reports(self) -> list[tuple[Any, ...]]:
        await asyncio.gather(*self.line.errands)
        return self.statuses


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    app = FastAPI()
    settings = Settings(
        _env_file=None,
        simulator=True,
        public_base_url=BASE,
        sms_carrier="gateway",
        sms_number="+919220092200",
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
        town = Town(app, settings, Line(settings, Phones(), http=client), client)

        async def take(inbound: Inbound) -> Answer:
            town.heard.append(inbound)
            return Answer()

        async def saw_status(*seen: Any) -> None:
            town.statuses.append(seen)

        app.include_router(doors(settings, take, saw_status))
        app.include_router(gateway.routes(town.line), prefix="/simulator/gateway")
        app.include_router(pages(town.line), prefix="/simulator")
        yield town


def letter(text: str = "Namaste", to: str = MANJULA) -> Letter:
    return Letter(to, "+919220092200", Outgoing(text), 1, "0198-a")


async def test_what_a_phone_writes_is_heard_from_its_number(town: Town) -> None:
    answer = await town.page.post("/simulator/phones/manjula/send", json={"text": "ನಮಸ್ಕಾರ"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["status"] == "delivered"
    (heard,) = town.heard
    assert (heard.carrier, heard.sender.phone, heard.text) == ("gateway", MANJULA, "ನಮಸ್ಕಾರ")
    assert (heard.carrier_id, heard.recipient) == (answer.json()["sid"], "+919220092200")


async def test_our_answer_stands_on_the_phone_with_its_cost_and_is_reported(town: Town) -> None:
    sent = await town.carrier().send(letter("ಬೆಲೆ ₹2,500"))
    (shown,) = await town.letters()
    assert (shown["sid"], shown["text"], shown["phone"]) == (sent.carrier_id, "ಬೆಲೆ ₹2,500", "manjula")
    assert shown["segments"] == {"count": 1, "encoding": "UCS-2", "units": 11}
    assert await town.reports() == [
        (1, sent.carrier_id, "sent", None, "0198-a"),
        (1, sent.carrier_id, "delivered", None, "0198-a"),
    ]


async def test_a_phone_that_is_off_is_reported_undelivered(town: Town) -> None:
    for n in range(MOST_PHONES):  # the desk fills up; whoever does not fit on it is switched off
        sent = await town.carrier().send(letter(to=f"+9198766000{n:02}"))
    assert (await town.reports())[-1] == (1, sent.carrier_id, "undelivered", None, "0198-a")


@pytest.mark.parametrize(
    ("changed", "to", "act"),
    [
        ({"sms_gateway_secret": SecretStr("guessed")}, MANJULA, "configuration"),
        ({"sms_dlt_entity": "1101", "sms_without_template": "send"}, MANJULA, "configuration"),
        ({}, "+15005550006", "other_channel"),
    ],
)
async def test_what_an_aggregator_refuses_it_refuses(
    town: Town, changed: dict[str, Any], to: str, act: str
) -> None:
    with pytest.raises(Refused) as refused:
        await town.carrier(**changed).send(letter(to=to))
    assert refused.value.remedy.act == act
    assert await town.letters() == []


async def test_a_text_that_claims_to_be_plain_and_is_not_is_refused(town: Town, tmp_path: Path) -> None:
    profile = (Path(gateway.__file__).parents[2] / "carriers/gateway/profiles/simulator.toml").read_text()
    (tmp_path / "wrong.toml").write_text(profile.replace('yes = "unicode"', 'yes = "text"'))
    with pytest.raises(Refused):
        await town.carrier(sms_gateway=str(tmp_path / "wrong.toml")).send(letter("ಬೆಲೆ"))
