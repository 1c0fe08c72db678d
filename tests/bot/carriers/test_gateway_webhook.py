"""The gateway knocks: only who can prove it is let in, and each message is heard once."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from bot.carriers.gateway.profile import SHIPPED
from bot.carriers.gateway.webhook import routes
from bot.message import Address, Answer, DatabaseAway, Inbound
from bot.numbers import NobodysNumber
from bot.settings import Settings

MESSAGE, STATUS = "/carrier/gateway/message", "/carrier/gateway/status"
WRITTEN = {"messageId": "m-1", "from": "919876500001", "to": "919220092200", "text": " gehu bechna hai "}


@dataclass
class Bot:
    client: httpx.AsyncClient
    heard: list[Inbound] = field(default_factory=list)
    statuses: list[tuple[Any, ...]] = field(default_factory=list)
    fault: Exception | None = None

    async def take(self, inbound: Inbound) -> Answer:
        if self.fault:
            raise self.fault
        self.heard.append(inbound)
        return Answer("the outbox carries it")

    async def saw_status(self, *seen: Any) -> None:
        if self.fault:
            raise self.fault
        self.statuses.append(seen)

    async def signed(self, path: str, told: Any, secret: str = "new") -> httpx.Response:
        body = json.dumps(told).encode()
        return await self.raw(path, body, hmac.digest(secret.encode(), body, "sha256").hex())

    async def raw(self, path: str, body: bytes, signature: str) -> httpx.Response:
        headers = {"content-type": "application/json", "x-gateway-signature": f"sha256={signature}"}
        return await self.client.post(path, content=body, headers=headers)


async def opened(profile: str) -> AsyncIterator[Bot]:
    app = FastAPI()
    settings = Settings(
        _env_file=None,
        sms_carrier="gateway",
        sms_gateway=profile,
        sms_gateway_knock=(SecretStr("new"), SecretStr("old")),
        body_limit=2000,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://inside") as client:
        bot = Bot(client)
        app.include_router(routes(settings, bot.take, bot.saw_status))
        yield bot


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    async for bot in opened("simulator"):
        yield bot


@pytest.fixture
async def plain(tmp_path: Path) -> AsyncIterator[Bot]:
    """A gateway that calls an address with a secret in it and gives its messages no id."""
    written = (SHIPPED / "simulator.toml").read_text()
    for old, new in {
        'kind = "hmac-sha256"\nheader = "X-Gateway-Signature"\nprefix = "sha256="': 'kind = "secret"\nfield = "key"',
        'id = "messageId"\nat = "receivedAt"': 'method = "GET"\nat = "when"',
    }.items():
        assert old in written
        written = written.replace(old, new)
    (tmp_path / "plain.toml").write_text(written)
    async for bot in opened(str(tmp_path / "plain.toml")):
        yield bot


async def test_a_message_is_heard_in_our_words(bot: Bot) -> None:
    answer = await bot.signed(MESSAGE, WRITTEN)
    assert (answer.status_code, answer.text) == (200, "OK")
    (heard,) = bot.heard
    assert (heard.carrier, heard.carrier_id) == ("gateway", "m-1")
    assert heard.sender == Address("sms", "+919876500001", "+919876500001")
    assert (heard.recipient, heard.text) == ("+919220092200", "gehu bechna hai")


async def test_the_former_secret_holds_while_it_is_rotated(bot: Bot) -> None:
    assert (await bot.signed(MESSAGE, WRITTEN, "old")).status_code == 200


@pytest.mark.parametrize("path", [MESSAGE, STATUS])
async def test_who_proves_nothing_is_not_heard(bot: Bot, path: str) -> None:
    body = json.dumps(WRITTEN).encode()
    right = hmac.digest(b"new", body, "sha256").hex()
    forged = [
        await bot.signed(path, WRITTEN, "guessed"),
        await bot.raw(path, body, ""),
        await bot.raw(path, body, right[:-1]),
        await bot.raw(path, body, "ключ".encode().hex()),
        await bot.raw(path, body.replace(b"m-1", b"m-2"), right),
        await bot.client.post(path, content=body),
        await bot.raw(path, b"", hashlib.sha256(b"").hexdigest()),
    ]
    assert [answer.status_code for answer in forged] == [403] * len(forged)
    assert (await bot.client.get(path)).status_code == 405
    assert not bot.heard and not bot.statuses


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"[" * 1000, 400), (b"{", 400), (b'{"from": "MANDIM"}', 400), (b'"ji"', 400), (b'{"from": {}}', 400),
     (b"x" * 2001, 413)],
)  # fmt: skip
async def test_what_cannot_be_read_is_refused_and_nothing_breaks(bot: Bot, body: bytes, status: int) -> None:
    answer = await bot.raw(MESSAGE, body, hmac.digest(b"new", body, "sha256").hex())
    assert answer.status_code == status
    assert not bot.heard


async def test_while_the_database_is_away_it_is_asked_to_come_again(bot: Bot) -> None:
    bot.fault = DatabaseAway()
    for path in (MESSAGE, STATUS):
        answer = await bot.signed(path, WRITTEN | {"status": "DELIVERED"})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_a_number_of_nobody_is_no_reason_to_come_again(bot: Bot) -> None:
    bot.fault = NobodysNumber()
    assert (await bot.signed(MESSAGE, WRITTEN)).status_code == 200


async def test_a_report_finds_its_message_by_our_own_id_and_tenant(bot: Bot) -> None:
    told = {"messageId": "GW1", "status": "UNDELIVERED", "reference": "7.0198-a", "errorCode": "30"}
    assert (await bot.signed(STATUS + "?tenant=9&outbox=else", told)).status_code == 200
    assert bot.statuses == [(7, "GW1", "undelivered", 30, "0198-a")]


async def test_without_a_reference_the_address_says_whose_it_is(bot: Bot) -> None:
    await bot.signed(
        STATUS + "?tenant=9&outbox=0198-b", {"messageId": "GW1", "status": "DELIVERED", "errorCode": "x"}
    )
    assert bot.statuses == [(9, "GW1", "delivered", None, "0198-b")]


async def test_a_status_nobody_mapped_is_taken_and_says_nothing(bot: Bot) -> None:
    assert (await bot.signed(STATUS, {"messageId": "GW1", "status": "PONDERING"})).status_code == 200
    assert bot.statuses == []


async def test_a_signature_does_not_cover_the_address(bot: Bot) -> None:
    without_text = {key: value for key, value in WRITTEN.items() if key != "text"}
    await bot.signed(MESSAGE + "?text=haan", without_text)
    assert bot.heard[0].text == ""


class TestAPlainGateway:
    async def knock(self, bot: Bot, **asked: str) -> int:
        told = {"from": "09876500001", "to": "56767", "text": "1", "key": "new"} | asked
        return (await bot.client.get(MESSAGE, params=told)).status_code

    async def test_a_secret_in_the_address_lets_it_in(self, plain: Bot) -> None:
        assert await self.knock(plain) == 200
        assert plain.heard[0].recipient == "56767"
        assert await self.knock(plain, key="guessed") == 403
        assert await self.knock(plain, key="") == 403

    async def test_the_same_words_of_one_moment_are_one_message(self, plain: Bot) -> None:
        for when in ("10:00:01", "10:00:01", "10:00:09"):
            assert await self.knock(plain, when=when) == 200
        assert await self.knock(plain, when="10:00:01", text="2") == 200
        first, again, later, other = (heard.carrier_id for heard in plain.heard)
        assert first == again
        assert len({first, later, other}) == 3

    async def test_without_a_clock_of_its_own_they_are_one_within_our_minute(self, plain: Bot) -> None:
        await self.knock(plain)
        await self.knock(plain, **{"from": "09876500002"})
        mine, theirs = plain.heard
        assert mine.carrier_id != theirs.carrier_id
        assert len(mine.carrier_id) == 64
