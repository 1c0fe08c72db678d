"""Twilio's doors alone, with a turn behind them that notes what it hears and says what it is told."""

from dataclasses import dataclass, field
from xml.etree import ElementTree

import httpx

from bot.message import Answer, Inbound
from tests.bot.twilio_wire import Fields, message, signed_post

BASE = "https://mandi.example"
TOKENS = ("new-token", "old-token")
LIMIT = 64 * 1024
DOOR = "/carrier/twilio/message"
VOICE = "/carrier/twilio/voice"
#: Where a caller hears the answer, and where only something is noted.
SPOKEN_DOORS = [
    VOICE,
    *(f"{VOICE}/{name}" for name in ("language", "step", "consent", "recorded", "connected", "missed")),
]
DOORS = [DOOR, "/carrier/twilio/status", *SPOKEN_DOORS, f"{VOICE}/status", f"{VOICE}/recording"]
FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass
class Bot:
    """The web server with nothing but Twilio's routes; `answer` is what the turn would say."""

    client: httpx.AsyncClient
    heard: list[Inbound] = field(default_factory=list)
    statuses: list[tuple[int, str, str, int | None, str | None]] = field(default_factory=list)
    answer: Answer | Exception = field(default_factory=Answer)

    async def post(self, fields: Fields, path: str = DOOR, token: str = TOKENS[0]) -> httpx.Response:
        return await signed_post(self.client, path, fields, token, BASE)

    async def hears(self, **fields: str) -> Inbound:
        response = await self.post(message(**fields))
        assert response.status_code == 200, response.text
        return self.heard[-1]

    def was_left_alone(self) -> bool:
        return not self.heard and not self.statuses


def words(response: httpx.Response) -> str | None:
    """The text of the TwiML message, None for an empty response."""
    assert response.headers["content-type"].startswith("text/xml")
    root = ElementTree.fromstring(response.text)
    assert root.tag == "Response"
    found = root.find("Message")
    return None if found is None else found.text
