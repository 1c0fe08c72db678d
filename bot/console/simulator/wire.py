"""Twilio's REST, as far as we speak it, with its checks, its codes and its shapes."""

import base64
import binascii
import re
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.datastructures import FormData

from bot.console.simulator.phones import Letter, Phone, Picture, new_sid, now, segments_of
from bot.console.simulator.templates import BadTemplate, Filled, Templates, fill, variables_of
from bot.console.simulator.webhook import API_VERSION, LONGEST_BODY, Line, arrive, inside, plugged
from bot.message import Channel
from bot.settings import Settings

MOST_KEPT = 1000
MOST_MEDIA = 10
PHONE = re.compile(r"\+[1-9]\d{6,14}")
WHATSAPP = re.compile(r"whatsapp:(?:\+[1-9]\d{6,14}|[A-Z]{2}\.\w{1,128})")
CONTENT_SID = re.compile(r"HX[0-9a-f]{32}")
DAY_OR_MOMENT = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ")


class TwilioError(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


class TwilioRoute(APIRoute):
    """Errors in Twilio's shape instead of FastAPI's."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        answer = super().get_route_handler()

        async def in_twilios_shape(request: Request) -> Response:
            try:
                return await answer(request)
            except TwilioError as error:
                return JSONResponse(error.to_json(), error.status)

        return in_twilios_shape


def refuse(code: int, message: str, status: int = 400) -> TwilioError:
    return TwilioError(status, code, message)


def let_in(settings: Settings, request: Request, account: str | None = None) -> None:
    """Basic auth with the account sid and one of the auth tokens, as at Twilio."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        user = password = ""
    known = secrets.compare_digest(user.encode(), settings.twilio_account_sid.encode())
    tokens = [token.get_secret_value().encode() for token in settings.twilio_auth_token]
    right = any(secrets.compare_digest(password.encode(), token) for token in tokens)
    if scheme.lower() != "basic" or not (known and right):
        raise refuse(20003, "Authenticate", 401)
    if account is not None and account != settings.twilio_account_sid:
        raise refuse(20404, f"The requested resource /{API_VERSION}/Accounts was not found", 404)


def check_addresses(settings: Settings, form: FormData) -> tuple[str, str]:
    to, sender = str(form.get("To", "")), str(form.get("From", ""))
    if not to:
        raise refuse(21604, "A 'To' phone number is required.")
    if not sender:
        raise refuse(21603, "A 'From' phone number is required.")
    on_whatsapp = to.startswith("whatsapp:")
    if not (WHATSAPP if on_whatsapp else PHONE).fullmatch(to):
        raise refuse(21211, "The 'To' number is not a valid phone number.")
    if on_whatsapp != sender.startswith("whatsapp:"):
        raise refuse(21910, "Invalid From and To pair. From and To should be of the same channel.")
    if on_whatsapp and sender != settings.twilio_whatsapp_sender:
        raise refuse(63007, "Twilio could not find a Channel with the specified From address.")
    if not on_whatsapp and sender != settings.twilio_sms_sender:
        raise refuse(21606, "The 'From' phone number is not a valid, SMS-capable phone number.")
    return to, sender


def check_content(form: FormData, templates: Templates, on_whatsapp: bool) -> tuple[Filled, tuple[str, ...]]:
    """Body, MediaUrl or ContentSid, by Twilio's rules about their company."""
    body, media = str(form.get("Body", "")), tuple(str(url) for url in form.getlist("MediaUrl"))
    if content_sid := str(form.get("ContentSid", "")):
        if body or media:
            raise refuse(20422, "ContentSid comes without Body and without MediaUrl.")
        if not CONTENT_SID.fullmatch(content_sid) or content_sid not in templates.by_sid:
            raise refuse(21655, "The ContentSid is invalid.")
        try:
            filled = fill(templates.by_sid[content_sid], variables_of(str(form.get("ContentVariables", ""))))
        except BadTemplate as wrong:
            raise refuse(21656, f"The ContentVariables parameter is invalid: {wrong}.") from None
        if not on_whatsapp and (filled.buttons or filled.rows):
            raise refuse(63005, "Channel did not accept given content.")
        body = filled.text
    else:
        filled = Filled(body)
    if not body and not media:
        raise refuse(21602, "Message body is required.")
    if len(body) > LONGEST_BODY:
        raise refuse(21617, f"The concatenated message body exceeds the {LONGEST_BODY} character limit.")
    if len(media) > MOST_MEDIA:
        raise refuse(21623, f"Number of media files exceeds the limit of {MOST_MEDIA}.")
    if any(not url.startswith(("http://", "https://")) for url in media):
        raise refuse(21620, "Invalid media URL(s).")
    return filled, media


def resource(settings: Settings, letter: Letter, to: str, sender: str) -> dict[str, Any]:
    """The message as Twilio's REST tells it."""
    at = format_datetime(letter.at.replace(microsecond=0))
    account = settings.twilio_account_sid
    uri = f"/{API_VERSION}/Accounts/{account}/Messages/{letter.sid}"
    return {
        "account_sid": account,
        "api_version": API_VERSION,
        "body": letter.text,
        "date_created": at,
        "date_sent": at,
        "date_updated": at,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": sender,
        "messaging_service_sid": None,
        "num_media": str(len(letter.media)),
        "num_segments": "1" if to.startswith("whatsapp:") else str(segments_of(letter.text).count),
        "price": None,
        "price_unit": "USD",
        "sid": letter.sid,
        "status": "queued",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": to,
        "uri": f"{uri}.json",
    }


def within(sent: datetime, query: dict[str, str]) -> bool:
    """Twilio writes a comparison into the parameter's name: `DateSent>=2026-11-01`."""
    bounds: dict[str, Callable[[datetime, datetime], bool]] = {
        "DateSent>": lambda a, b: a >= b,
        "DateSent<": lambda a, b: a <= b,
        "DateSent": lambda a, b: a.date() == b.date(),
    }
    return all(holds(sent, _moment(query[name])) for name, holds in bounds.items() if name in query)


def _moment(text: str) -> datetime:
    for shape in DAY_OR_MOMENT:
        try:
            return datetime.strptime(text, shape).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise refuse(20001, "Invalid DateSent.")


def receiver(line: Line, to: str) -> Phone:
    """The phone of that number; an unknown number becomes a new phone while there is room on the desk."""
    number = to.removeprefix("whatsapp:")
    channel: Channel = "whatsapp" if to.startswith("whatsapp:") else "sms"
    known = line.phones.at(to)
    added = known or (line.phones.add(channel, number) if number.startswith("+") else None)
    return added or Phone("", "nobody", "switched off", channel, number)


def rest(line: Line, templates: Templates) -> APIRouter:
    settings = line.settings
    router = APIRouter(route_class=TwilioRoute, include_in_schema=False)
    messages = f"/{API_VERSION}/Accounts/{{account}}/Messages"
    kept: OrderedDict[str, tuple[datetime, dict[str, Any]]] = OrderedDict()

    @router.post(messages + ".json", status_code=201)
    async def send(account: str, request: Request) -> dict[str, Any]:
        let_in(settings, request, account)
        form = await request.form()
        to, sender = check_addresses(settings, form)
        filled, media = check_content(form, templates, to.startswith("whatsapp:"))
        callback = str(form.get("StatusCallback", ""))
        if callback and not inside(settings, callback):
            raise refuse(21609, "The 'StatusCallback' URL is not a valid fully qualified URL.")
        phone = receiver(line, to)
        letter = Letter(
            new_sid("MM" if media else "SM"),
            phone.id,
            "from_bot",
            "text",
            now(),
            text=filled.text,
            buttons=filled.buttons,
            rows=filled.rows,
            rows_title=filled.rows_title,
            media=tuple(Picture(url) for url in media),
        )
        told = resource(settings, letter, to, sender)
        kept[letter.sid] = letter.at, told
        while len(kept) > MOST_KEPT:
            kept.popitem(last=False)
        arrive(plugged(line, request), phone, letter, callback)
        return told

    @router.get(messages + ".json")
    async def sent(account: str, request: Request) -> dict[str, Any]:
        let_in(settings, request, account)
        query = dict(request.query_params)
        found = [
            told
            for at, told in reversed(kept.values())
            if within(at, query)
            and query.get("To", told["to"]) == told["to"]
            and query.get("From", told["from"]) == told["from"]
        ]
        size = int(query["PageSize"]) if query.get("PageSize", "").isdecimal() else 50
        uri = f"/{API_VERSION}/Accounts/{account}/Messages.json"
        return {
            "messages": found[:size],
            "page": 0,
            "page_size": size,
            "start": 0,
            "end": max(0, len(found[:size]) - 1),
            "uri": uri,
            "first_page_uri": uri,
            "next_page_uri": None,
            "previous_page_uri": None,
        }

    @router.get(messages + "/{message}/Media/{media}")
    async def media_file(account: str, message: str, media: str, request: Request) -> Response:
        """As at Twilio the file lies elsewhere, at an address nobody can guess and nobody logs in to."""
        let_in(settings, request, account)
        if not line.phones.at_carrier(f"{message}/{media}"):
            raise refuse(20404, "The requested resource was not found", 404)
        return RedirectResponse(f"/simulator/media/{message}/{media}", 307)

    @router.delete(messages + "/{message}/Media/{media}", status_code=204)
    async def forget_media(account: str, message: str, media: str, request: Request) -> Response:
        let_in(settings, request, account)
        sid = f"{message}/{media.removesuffix('.json')}"
        if not line.phones.at_carrier(sid):
            raise refuse(20404, "The requested resource was not found", 404)
        line.phones.forget(sid)
        return Response(status_code=204)

    return router
