"""Twilio's REST, as far as we need it: send, look what was sent, fetch what was sent to us."""

import json
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import httpx

from bot.carriers.port import Letter, Listed, Opening, Sent
from bot.carriers.refusals import NEVER_LEFT, NO_TEMPLATE, NOBODY_KNOWS, Refused, Remedy
from bot.carriers.twilio import media
from bot.carriers.twilio.content import content, sids
from bot.carriers.twilio.errors import remedy
from bot.carriers.twilio.form import CARRIER, status_url
from bot.channels.text import clean
from bot.message import Outgoing
from bot.settings import Settings

TIMEOUT = httpx.Timeout(10, connect=5)
RECENT = 100


class Twilio:
    """One connection pool to the account's REST; nothing is ever sent twice by it."""

    name = CARRIER
    lists = True

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.api_url = settings.twilio_api_url
        self.public_base_url = settings.public_base_url
        self.account = settings.twilio_account_sid
        self.token = settings.twilio_auth_token[0].get_secret_value()
        self.content_sids: Mapping[str, str] = sids(settings)
        #: Where Twilio's other services are; the simulator keeps them all under one address.
        self.host = self.api_url.replace("//api.twilio.com", "//{}.twilio.com").format
        self.messages = f"{self.api_url}/2010-04-01/Accounts/{self.account}/Messages.json"
        self.http = httpx.AsyncClient(transport=transport, timeout=TIMEOUT, follow_redirects=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self.http.aclose()

    def remedy(self, code: int | None) -> Remedy:
        return remedy(code)

    async def send(self, letter: Letter) -> Sent:
        """Raises `Refused`; its kind "uncertain" means that only `recent` can tell whether it was sent."""
        said = self.opening(letter.opening) if letter.opening else self.body(letter.outgoing)
        form = {"To": letter.to, "From": letter.sender, **said}
        form["StatusCallback"] = status_url(self.public_base_url, letter.tenant, letter.own_id)
        if letter.media_url and not letter.opening:
            form["MediaUrl"] = letter.media_url
        answer = await self.call("POST", self.messages, data=form)
        carrier_id = answer.get("sid")
        if not isinstance(carrier_id, str) or not carrier_id:
            raise Refused(None, NOBODY_KNOWS)
        return Sent(carrier_id)

    def opening(self, opening: Opening) -> dict[str, str]:
        sid = self.content_sids.get(opening.template)
        if sid is None:
            raise Refused(None, NO_TEMPLATE)
        variables = {str(number): value for number, value in enumerate(opening.values, 1)}
        return {"ContentSid": sid, "ContentVariables": json.dumps(variables, ensure_ascii=False)}

    def body(self, outgoing: Outgoing) -> dict[str, str]:
        if filled := content(outgoing, self.content_sids):
            sid, variables = filled
            return {"ContentSid": sid, "ContentVariables": json.dumps(variables, ensure_ascii=False)}
        return {"Body": clean(outgoing.text)} if outgoing.text else {}  # a voice note has no words beside it

    def fits_reply(self, outgoing: Outgoing) -> bool:
        """True if the webhook's own reply can carry it: TwiML knows neither buttons nor lists, and a picture's
        address is made when it leaves."""
        return content(outgoing, self.content_sids) is None and outgoing.picture is None

    async def typing(self, carrier_id: str) -> None:
        """Lasts until the answer, 25 seconds at most, and marks the message as read."""
        url = self.host("messaging") + "/v3/Indicators/Typing.json"
        await self.call("POST", url, json={"channel": "WHATSAPP", "messageId": carrier_id})

    async def recent(self, to: str, since: datetime) -> list[Listed]:
        """Messages to this address since then, newest first, for a send that ended uncertain.

        Twilio's own filter goes by the date of sending, which a message still in its queue does not have.
        """
        answer = await self.call("GET", self.messages, params={"To": to, "PageSize": str(RECENT)})
        listed = [
            Listed(
                carrier_id=item["sid"],
                body=item.get("body") or "",
                status=item["status"],
                error_code=item.get("error_code"),
                created_at=parsedate_to_datetime(item["date_created"]),
            )
            for item in answer.get("messages", [])
        ]
        # Twilio writes whole seconds.
        return [message for message in listed if message.created_at >= since.replace(microsecond=0)]

    async def fetch_media(self, url: str, pauses: tuple[float, ...] = media.PAUSES) -> tuple[bytes, str]:
        """Raises `media.MediaFailed`."""
        return await media.fetch_media(self.http, url, self.api_url, self.account, self.token, pauses=pauses)

    async def forget_media(self, url: str) -> None:
        """Raises `media.MediaFailed`."""
        await media.forget_media(self.http, url, self.api_url, self.account, self.token)

    async def call(self, method: str, url: str, **parts: Any) -> dict[str, Any]:
        try:
            response = await self.http.request(method, url, auth=(self.account, self.token), **parts)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Refused(None, NEVER_LEFT) from error
        except httpx.RequestError as error:
            raise Refused(None, NOBODY_KNOWS) from error
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            answer = {}
        if response.is_success:
            return answer
        code = answer.get("code")
        code = code if isinstance(code, int) else None
        raise Refused(code, remedy(code, response.status_code))
