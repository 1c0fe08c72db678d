"""Twilio's REST for telephony: ring somebody, say something to them, fetch and delete what they left."""

import re
from uuid import UUID

import httpx

from bot.carriers.port import Letter, Sent
from bot.carriers.refusals import NOBODY_KNOWS, MediaFailed, Refused
from bot.carriers.twilio import addresses, media, twiml
from bot.carriers.twilio.api import Twilio
from bot.channels.text import cut
from marketplace_core.store import type_of

#: Inline TwiML may be this long, markup and all.
MOST_TWIML = 4000
RING_SECONDS = 30
#: Only "completed" is told unless more is asked for.
EVENTS = ("initiated", "ringing", "answered", "completed")
RECORDING = re.compile(r"RE[0-9a-zA-Z]{32}", re.ASCII)


class TwilioCalls:
    """The telephone of an account. In India Twilio rings only from numbers that are not Indian: `sender` is such a
    one (https://www.twilio.com/en-us/guidelines/in/voice)."""

    def __init__(self, twilio: Twilio, sender: str) -> None:
        self.twilio, self.sender = twilio, sender
        self.account_url = f"{twilio.api_url}/2010-04-01/Accounts/{twilio.account}"

    async def ring(self, *, to: str, tenant: int, own_id: UUID) -> Sent:
        """Once it is answered, Twilio asks our own door what to say. Raises `Refused`."""
        base = self.twilio.public_base_url
        return await self._call(
            to,
            self.sender,
            addresses.status(base, tenant),
            Url=addresses.begin(base, tenant, own_id),
            Method="POST",
        )

    async def _call(self, to: str, sender: str, status: str, **what: str) -> Sent:
        form: dict[str, str | int | tuple[str, ...]] = {
            "To": to,
            "From": sender,
            "Timeout": RING_SECONDS,
            "StatusCallback": status,
            "StatusCallbackMethod": "POST",
            "StatusCallbackEvent": EVENTS,
            **what,
        }
        answer = await self.twilio.call("POST", f"{self.account_url}/Calls.json", data=form)
        carrier_id = answer.get("sid")
        if not isinstance(carrier_id, str) or not carrier_id:
            raise Refused(None, NOBODY_KNOWS)
        return Sent(carrier_id)

    async def fetch_recording(self, carrier_id: str) -> tuple[bytes, str]:
        """Its address is made from its id: what a callback claims is never asked. Raises `MediaFailed`."""
        try:
            status, content = await media.follow(
                self.twilio.http,
                httpx.URL(f"{self._recording(carrier_id)}.mp3"),
                self.twilio.api_url,
                httpx.BasicAuth(self.twilio.account, self.twilio.token),
            )
        except httpx.RequestError as error:
            raise MediaFailed(type(error).__name__, temporary=True) from error
        if status != 200:  # right after the call it is often not there yet
            raise MediaFailed(f"HTTP {status}", temporary=status in (404, 429) or status >= 500)
        return content, type_of(content) or "application/octet-stream"

    async def delete_recording(self, carrier_id: str) -> None:
        """Raises `Refused`; what is gone already is well."""
        try:
            await self.twilio.call("DELETE", f"{self._recording(carrier_id)}.json")
        except Refused as refusal:
            if refusal.code != 20404:
                raise

    def _recording(self, carrier_id: str) -> str:
        if not RECORDING.fullmatch(carrier_id):
            raise MediaFailed("no recording's id")
        return f"{self.account_url}/Recordings/{carrier_id}"


async def say_by_call(twilio: Twilio, letter: Letter) -> Sent:
    """Rings somebody and says a waiting message; a key or a word answers it as in any call. Raises `Refused`."""
    language = twiml.language_of(letter.outgoing.text)
    base = twilio.public_base_url
    action = addresses.first_step(base, letter.tenant, language, letter.own_id)
    text, room = letter.outgoing.text, MOST_TWIML
    while len(spoken := twiml.gather([(text, language)], language=language, action=action)) > MOST_TWIML:
        room = room * 3 // 4
        text = cut(letter.outgoing.text, room)
    calls = TwilioCalls(twilio, letter.sender)
    status = addresses.status(base, letter.tenant, letter.own_id)
    return await calls._call(letter.to, letter.sender, status, Twiml=spoken)


class ByCall(Twilio):
    """The same account for the channel of calls: what is sent there is said."""

    #: Its list of messages knows nothing of calls: only the call's own status tells what became of one.
    lists = False

    async def send(self, letter: Letter) -> Sent:
        return await say_by_call(self, letter)
