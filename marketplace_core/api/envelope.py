"""Around every request: its number, who seems to call, how often, how much they send, and a last net."""

import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from marketplace_core.api import faults, rates
from marketplace_core.api.office import Office
from marketplace_core.logins.tokens import Claims
from marketplace_core.store import LARGEST

log = structlog.get_logger()

GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
#: Who has one address of the new kind has all that begin like it.
LINE_BITS = 64
SENDS_SMS, AN_HOUR = ("POST", "/auth/otp"), timedelta(hours=1)
#: Where the body is a photo, or a form with one in it.
LARGER = {"/photos": LARGEST, "/me/kyc/papers": LARGEST + 4096}
#: Where the body is never in memory as a whole: the door reads it as it comes, after it has seen who calls.
STREAMED = {"/gradings/batches/files": 201 * 1024 * 1024}
ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Left(Exception):
    """Whoever called hung up before they had said everything."""


@dataclass(frozen=True)
class Visitor:
    """`claims` are what a valid token says; whether its session still stands, the door finds out. `line` is the
    address they call from, as far as it is theirs alone."""

    claims: Claims | None
    line: str
    now: datetime


class Envelope:
    def __init__(self, app: ASGIApp, office: Office) -> None:
        self.app, self.office = app, office

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given_id = headers.get("x-request-id", "")
        request_id = given_id if GIVEN_ID.fullmatch(given_id) else uuid4().hex
        begun = False

        async def stamped(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                out = MutableHeaders(scope=message)
                out["X-Request-Id"] = request_id
                for name, value in ALWAYS.items():
                    out.setdefault(name, value)
            await send(message)

        async def reply(response: Response) -> None:
            await response(scope, receive, stamped)

        try:
            visitor = self._visitor(headers, scope)
            scope["state"] = {**scope.get("state", {}), "request_id": request_id, "visitor": visitor}
            await self._count(visitor, scope)
            if most := STREAMED.get(_path(scope)):
                await self.app(scope, _bounded(receive, headers, most), stamped)
                return
            most = LARGER.get(_path(scope), self.office.settings.api_body_limit)
            body = await _whole(receive, headers, most)
            scope["state"]["body"] = body
            await self.app(scope, _again(body, receive), stamped)
        except Left:
            return
        except Exception as fault:
            if begun:
                raise
            foreseen = faults.answer(fault, request_id)
            if foreseen is None:
                log.error("request failed", request_id=request_id, exc_info=fault)
            await reply(foreseen or faults.bug(request_id))

    def _visitor(self, headers: Headers, scope: Scope) -> Visitor:
        now = self.office.clock()
        kind, _, token = headers.get("authorization", "").partition(" ")
        claims = self.office.seal.read(token.strip(), now) if kind.lower() == "bearer" else None
        client = scope.get("client")
        return Visitor(claims, line_of(client[0] if client else "unknown"), now)

    async def _count(self, visitor: Visitor, scope: Scope) -> None:
        most, engine = self.office.settings.api_requests_a_minute, self.office.engine()
        if visitor.claims:
            who, tenant = f"person {visitor.claims.person_id}", visitor.claims.tenant
        else:
            who, tenant = f"ip {visitor.line}", rates.NOBODYS
        await rates.count(engine, tenant, who, visitor.now, most=most)
        if (scope["method"], _path(scope)) == SENDS_SMS:
            most, who = self.office.settings.api_codes_an_hour, f"codes {visitor.line}"
            await rates.count(engine, rates.NOBODYS, who, visitor.now, most=most, per=AN_HOUR)


def line_of(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((ip, LINE_BITS), strict=False))


def _path(scope: Scope) -> str:
    """As the API's own routes are called, wherever it is mounted."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


async def _whole(receive: Receive, headers: Headers, most: int) -> bytes:
    """The body, before anybody parses it; an announced length is believed only when it is too long."""
    _check_announced(headers, most)
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Left
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise faults.TooLarge(most)
        more = message.get("more_body", False)
    return b"".join(parts)


def _bounded(receive: Receive, headers: Headers, most: int) -> Receive:
    """The body as it comes, and no more of it than that."""
    _check_announced(headers, most)
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise faults.TooLarge(most)
        return message

    return counted


def _check_announced(headers: Headers, most: int) -> None:
    announced = headers.get("content-length", "0")
    if announced.isdigit() and int(announced[:12]) > most:
        raise faults.TooLarge(most)


def _again(body: bytes, receive: Receive) -> Receive:
    told = False

    async def once() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once
