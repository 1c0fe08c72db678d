"""An SMS gateway over HTTP: one request a message, in the words of its profile."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx
import structlog

from bot.carriers.gateway.dlt import Registered, read_registered
from bot.carriers.gateway.numbers import as_they_write
from bot.carriers.gateway.profile import Profile, found, load, put
from bot.carriers.port import Letter, Listed, Sent
from bot.carriers.refusals import (
    NEVER_LEFT,
    NOBODY_KNOWS,
    RATE_LIMITED,
    UNLISTED,
    MediaFailed,
    Refused,
    Remedy,
)
from bot.channels.sms import is_gsm
from bot.channels.text import clean
from bot.message import Outgoing
from bot.settings import Settings

log = structlog.get_logger()

CARRIER = "gateway"
PREFIX = "/carrier/gateway"
TIMEOUT = httpx.Timeout(10, connect=5)
LOGIN_REFUSED = Remedy("permanent", "configuration", "user or secret wrong")
NO_TEMPLATE = Remedy("permanent", "compliance", "the text fits no registered DLT template")


def report_url(public_base_url: str, tenant: int, own_id: str) -> str:
    return f"{public_base_url}{PREFIX}/status?tenant={tenant}&outbox={quote(own_id, safe='')}"


class Gateway:
    """It keeps no list of what it sent: an uncertain message waits for its delivery report."""

    name = CARRIER
    lists = False

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.profile: Profile = load(settings.sms_gateway)
        self.settings = settings
        self.registered: Registered = read_registered(settings.sms_dlt_templates)
        self.http = httpx.AsyncClient(transport=transport, timeout=TIMEOUT, follow_redirects=False)

    def fits_reply(self, outgoing: Outgoing) -> bool:
        """Its webhook carries nothing back."""
        return False

    async def send(self, letter: Letter) -> Sent:
        template = self._template(letter)
        how = self.profile.send
        document = self._document(letter, template)
        parts: dict[str, Any] = {"headers": {key: self._filled(value) for key, value in how.headers.items()}}
        parts |= {{"json": "json", "form": "data", "query": "params"}[how.encoding]: document}
        if how.basic:
            parts["auth"] = (self.settings.sms_gateway_user, self._secret())
        return Sent(found(await self._call(parts), self.profile.accepted.id) or letter.own_id)

    def _template(self, letter: Letter) -> str | None:
        """Without a principal entity we are not on the register: whoever lets us through asks for no template."""
        if not (self.profile.send.fields.dlt_template and self.settings.sms_dlt_entity):
            return None
        template = self.registered.id_of(letter.outgoing.text)
        if template is None:
            log.warning("a text without a DLT template", outbox=letter.own_id)
            if self.settings.sms_without_template == "refuse":
                raise Refused(None, NO_TEMPLATE)
        return template

    def _document(self, letter: Letter, template: str | None) -> dict[str, Any]:
        how, names, text = self.profile.send, self.profile.send.fields, clean(letter.outgoing.text)
        document: dict[str, Any] = {}
        for way, constant in how.constants.items():
            put(document, way, self._filled(constant) if isinstance(constant, str) else constant)
        header = self.settings.sms_dlt_header
        ours = {
            names.to: as_they_write(letter.to, how.phone),
            names.text: text,
            names.sender: header or as_they_write(letter.sender, how.phone),
            names.own_id: f"{letter.tenant}.{letter.own_id}",
            names.callback: report_url(self.settings.public_base_url, letter.tenant, letter.own_id),
            names.dlt_entity: self.settings.sms_dlt_entity,
            names.dlt_header: header,
            names.dlt_template: template or "",
        }
        for named, value in ours.items():
            if named and value:
                put(document, named, value)
        if how.unicode:
            put(document, how.unicode.field, how.unicode.no if is_gsm(text) else how.unicode.yes)
        return document

    def _secret(self) -> str:
        return self.settings.sms_gateway_secret.get_secret_value()

    def _filled(self, text: str) -> str:
        known = {
            "{user}": self.settings.sms_gateway_user,
            "{secret}": self._secret(),
            "{base}": self.settings.public_base_url,
        }
        for blank, value in known.items():
            text = text.replace(blank, value)
        return text

    async def _call(self, parts: Mapping[str, Any]) -> Any:
        how = self.profile.send
        try:
            response = await self.http.request(how.method, self._filled(how.url), **parts)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Refused(None, NEVER_LEFT) from error
        except httpx.RequestError as error:
            raise Refused(None, NOBODY_KNOWS) from error
        try:
            answer = response.json()
        except ValueError:
            answer = None
        self._complaint(response.status_code, found(answer, self.profile.accepted.error))
        accepted = self.profile.accepted
        if accepted.id and not found(answer, accepted.id):
            raise Refused(None, NOBODY_KNOWS)
        return answer

    def _complaint(self, status: int, code: str) -> None:
        accepted = self.profile.accepted
        number = int(code) if code.isdecimal() and len(code) < 10 else None
        if known := accepted.means.get(code):
            raise Refused(number, Remedy(*known))
        if status == httpx.codes.TOO_MANY_REQUESTS:
            raise Refused(number, RATE_LIMITED)
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise Refused(number, LOGIN_REFUSED)
        if status >= 500:
            raise Refused(number, NOBODY_KNOWS)
        if not 200 <= status < 300 or code not in accepted.fine:
            raise Refused(number, UNLISTED)

    def remedy(self, code: int | None) -> Remedy:
        known = self.profile.accepted.means.get(str(code))
        return Remedy(*known) if known else UNLISTED

    async def typing(self, carrier_id: str) -> None:
        return

    async def recent(self, to: str, since: datetime) -> list[Listed]:
        return []

    async def fetch_media(self, url: str) -> tuple[bytes, str]:
        raise MediaFailed("nothing is attached to an SMS")

    async def forget_media(self, url: str) -> None:
        return

    async def close(self) -> None:
        await self.http.aclose()
