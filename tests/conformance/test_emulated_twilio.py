"""Our web server and worker beside a Twilio that keeps a state, signs, and is not ours (npm emulate 0.10.0).

It knows no templates, no WhatsApp fields, no media bytes, takes an empty message and retries nothing.
"""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.carriers.port import Letter
from bot.carriers.refusals import Refused
from bot.carriers.twilio.api import Twilio
from bot.message import Outgoing
from bot.settings import Settings
from marketplace_core.desk import open_desk
from marketplace_core.tenants import HOUSE
from tests.conformance.node import PARTS, needs_node
from tests.processes import answering, free_port, opened, running, works

pytestmark = needs_node

ACCOUNT = "AC00000000000000000000000000000000"
TOKEN = "twilio_test_auth_token"
WHATSAPP, SMS = "whatsapp:+14155238886", "+15005550006"
FARMER = "+919845077777"


@dataclass(frozen=True)
class Peer:
    """The emulated Twilio, as its console and its developers see it, and our web server and worker behind it."""

    url: str
    house: str

    def simulate(self, what: str, **about: str) -> dict[str, Any]:
        """Returns when our webhook has answered."""
        done = httpx.post(
            f"{self.url}/_twilio/simulate/{what}", data=about, auth=(ACCOUNT, TOKEN), timeout=60
        )
        done.raise_for_status()
        told: dict[str, Any] = done.json()
        return told

    def sent_to(self, number: str) -> list[dict[str, Any]]:
        """What we gave it for this number, newest first."""
        url = f"{self.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        listed = httpx.get(url, params={"To": number}, auth=(ACCOUNT, TOKEN), timeout=20).json()
        return [each for each in listed["messages"] if each["direction"] == "outbound-api"]

    def ask_for_code(self, phone: str) -> None:
        """Of our own house: what then goes out by SMS is plain words."""
        httpx.post(f"{self.house}/api/v1/auth/otp", json={"phone": phone}, timeout=60).raise_for_status()

    def settings(self, **more: Any) -> Settings:
        given = {
            "public_base_url": self.house,
            "twilio_api_url": self.url,
            "twilio_account_sid": ACCOUNT,
            "twilio_auth_token": (SecretStr(TOKEN),),
        }
        return Settings(_env_file=None, **given | more)


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Peer]:
    folders = [tmp_path_factory.mktemp(name) for name in ("emulate", "web", "worker")]
    ports = [free_port(), free_port()]
    url, house = (f"http://127.0.0.1:{port}" for port in ports)
    door = f"{house}/carrier/twilio/message"
    numbers = [{"phone_number": each, "sms_url": door} for each in (WHATSAPP, SMS)]
    seed = folders[0] / "seed.json"
    seed.write_text(json.dumps({"twilio": {"account": {"auth_token": TOKEN}, "phone_numbers": numbers}}))
    emulate = ["node", str(PARTS / "emulate/dist/index.js"), "start", "--service", "twilio"]
    mandi = [sys.executable, "-m", "bot.cli"]
    environment = {
        "DATABASE_URL": database_url,
        "RASA_URL": "http://127.0.0.1:9",
        "RASA_TIMEOUT": "0.1",
        "PUBLIC_BASE_URL": house,
        "TWILIO_API_URL": url,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_WHATSAPP_SENDER": WHATSAPP,
        "TWILIO_SMS_SENDER": SMS,
        "TWILIO_CONTENT_SIDS": "{}",
        "SIMULATOR": "false",
        "MANDI_HOME": str(folders[1]),
        "MEDIA_FOLDER": str(folders[1] / "media"),
    }
    with (
        running([*emulate, "--port", str(ports[0]), "--seed", str(seed)], answering(url), folders[0]),
        running([*mandi, "web", "--port", str(ports[1])], opened(house), folders[1], environment),
        running([*mandi, "worker"], works, folders[2], environment),
    ):
        yield Peer(url, house)


async def rows(engine: AsyncEngine, sql: str) -> list[Any]:
    async with open_desk(engine, HOUSE, datetime.now(UTC)) as desk:
        return [*(await desk.db.execute(text(sql)))]


def soon(what: str, found: Any) -> Any:
    end = time.monotonic() + 60
    while not (value := found()):
        assert time.monotonic() < end, what
        time.sleep(0.2)
    return value


@pytest.mark.parametrize(("to", "from_"), [(SMS, FARMER), (WHATSAPP, f"whatsapp:{FARMER}")])
async def test_what_it_delivers_is_heard_once_and_answered(
    peer: Peer, engine: AsyncEngine, clean: None, to: str, from_: str
) -> None:
    delivered = peer.simulate("inbound-message", To=to, From=from_, Body="ನಮಸ್ಕಾರ & hello")
    assert await rows(engine, "SELECT carrier, carrier_id FROM inbound") == [("twilio", delivered["sid"])]
    said = await rows(engine, "SELECT direction, body->>'text' FROM message ORDER BY direction")
    assert said[0] == ("in", "ನಮಸ್ಕಾರ & hello")
    ((answer,),) = await rows(engine, "SELECT answer FROM inbound")
    assert "ಮಂಡಿ ಮಿತ್ರ" in answer
    assert said[1:] == [("out", answer)]
    assert delivery_results(peer)[0] == "ok"


def delivery_results(peer: Peer) -> list[str]:
    """Of the webhooks it called, newest first, as its own console shows them."""
    page = httpx.get(peer.url, params={"tab": "webhooks"}, timeout=20).text
    assert "Webhook Deliveries" in page
    cells = page.split("<tr>")[2:]
    return [row.split("<td>")[4].partition("</td>")[0] for row in cells if row.count("<td>") >= 6]


async def test_an_sms_of_ours_goes_out_and_its_signed_reports_only_move_up(
    peer: Peer, engine: AsyncEngine, clean: None
) -> None:
    peer.ask_for_code(FARMER)
    (message,) = soon("the code goes out", lambda: peer.sent_to(FARMER))
    assert "is your Mandi Mitra code" in message["body"]
    assert message["from"] == SMS
    outbox = "SELECT carrier_id, state, status FROM outbox"
    for status, stands in (("sent", "sent"), ("delivered", "delivered"), ("sent", "delivered")):
        peer.simulate("message-status", MessageSid=message["sid"], Status=status)
        assert await rows(engine, outbox) == [(message["sid"], "sent", stands)]
    assert len(peer.sent_to(FARMER)) == 1
    assert set(delivery_results(peer)[:3]) == {"ok"}


async def test_what_we_sent_is_found_again_and_only_there(peer: Peer) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    words = Outgoing("ಬೆಲೆ ₹2,500 & more + 1")
    async with Twilio(peer.settings()) as twilio:
        other, to = "+919845088888", "+919845099999"
        await twilio.send(Letter(other, SMS, Outgoing("to somebody else"), HOUSE, "18"))
        sent = [await twilio.send(Letter(to, SMS, words, HOUSE, own_id)) for own_id in ("17", "19")]
        listed = await twilio.recent(to, since)
        assert [each.carrier_id for each in listed] == [each.carrier_id for each in reversed(sent)]
        assert {each.body for each in listed} == {words.text}
        assert await twilio.recent(to, datetime.now(UTC) + timedelta(minutes=1)) == []


async def test_a_wrong_token_and_a_foreign_sender_are_refused_for_good(peer: Peer) -> None:
    wrong = peer.settings(twilio_auth_token=(SecretStr("another"),))
    for settings, sender in ((wrong, SMS), (peer.settings(), "+15005550001")):
        async with Twilio(settings) as twilio:
            with pytest.raises(Refused) as refused:
                await twilio.send(Letter(FARMER, sender, Outgoing("hi"), HOUSE, "17"))
        assert (refused.value.kind, refused.value.remedy.act) == ("permanent", "configuration")


async def test_a_carrier_that_is_not_there_was_told_nothing(peer: Peer) -> None:
    async with Twilio(peer.settings(twilio_api_url="http://127.0.0.1:9")) as twilio:
        with pytest.raises(Refused) as refused:
            await twilio.send(Letter(FARMER, SMS, Outgoing("hi"), HOUSE, "17"))
    assert refused.value.kind == "temporary"
