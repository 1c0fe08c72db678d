"""A pretend Twilio at the wire: takes messages, remembers what reached it, and can be in a bad mood."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import aiohttp
from aiohttp import web

from bot.bench_carriers.judge import Sent
from bot.bench_carriers.signing import signed

#: "busy" refuses every other message with 429 · "late" takes every tenth and answers too late or hangs up.
Mood = Literal["well", "busy", "late"]

LATE_EVERY, BUSY_EVERY = 10, 2
#: Longer than our client waits.
TOO_LATE = 12.0
#: A status is told of every other message: reports are best effort.
REPORTED_EVERY = 2
REPORTED_AFTER = 0.3


@dataclass(frozen=True)
class Listed:
    sid: str
    to: str
    body: str
    at: datetime


@dataclass
class PretendTwilio:
    """`sent` is what it took, in the order it came; moments are those of the running event loop."""

    token: str
    mood: Mood = "well"
    sent: list[Sent] = field(default_factory=list)
    kept: list[Listed] = field(default_factory=list)
    asked: int = 0
    refused: int = 0
    held: int = 0
    errands: set[asyncio.Task[None]] = field(default_factory=set)

    @asynccontextmanager
    async def standing(self, port: int) -> AsyncIterator[None]:
        app = web.Application()
        app.add_routes(
            [
                web.post("/2010-04-01/Accounts/{account}/Messages.json", self.take),
                web.get("/2010-04-01/Accounts/{account}/Messages.json", self.list_them),
                web.post("/v3/Indicators/Typing.json", self.show_typing),
            ]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            async with aiohttp.ClientSession() as self.http:
                yield
                for errand in self.errands:
                    errand.cancel()
        finally:
            await runner.cleanup()

    async def take(self, request: web.Request) -> web.StreamResponse:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.asked += 1
        if self.mood == "busy" and self.asked % BUSY_EVERY == 0:
            self.refused += 1
            return web.json_response(
                {"code": 20429, "message": "Too Many Requests", "status": 429}, status=429
            )
        sid = "SM" + secrets.token_hex(16)
        self._remember(sid, form)
        if self.mood == "late" and self.asked % LATE_EVERY == 0:
            self.held += 1
            if self.held % 2 and request.transport:
                request.transport.close()
            else:
                await asyncio.sleep(TOO_LATE)
        elif len(self.sent) % REPORTED_EVERY == 0:
            errand = asyncio.create_task(self._report(form["StatusCallback"], sid))
            self.errands.add(errand)
            errand.add_done_callback(self.errands.discard)
        return web.json_response({"sid": sid, "status": "queued"}, status=201)

    async def list_them(self, request: web.Request) -> web.StreamResponse:
        to = request.query.get("To")
        found: list[dict[str, Any]] = [
            {
                "sid": one.sid,
                "to": one.to,
                "body": one.body,
                "status": "sent",
                "error_code": None,
                "date_created": format_datetime(one.at),
            }
            for one in reversed(self.kept)
            if one.to == to
        ]
        return web.json_response({"messages": found[: int(request.query.get("PageSize", "50"))]})

    async def show_typing(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"success": True})

    def _remember(self, sid: str, form: dict[str, str]) -> None:
        """Of a template the text is listed, which is its first blank."""
        body = form.get("Body") or json.loads(form["ContentVariables"])["1"]
        row = parse_qs(urlsplit(form["StatusCallback"]).query)["outbox"][0]
        self.sent.append(Sent(asyncio.get_running_loop().time(), row, form["To"], body))
        self.kept.append(Listed(sid, form["To"], body, datetime.now(UTC).replace(microsecond=0)))

    async def _report(self, url: str, sid: str) -> None:
        await asyncio.sleep(REPORTED_AFTER)
        body, headers = signed(url, {"MessageSid": sid, "MessageStatus": "delivered"}, self.token)
        try:
            async with self.http.post(url, data=body, headers=headers):
                pass
        except (aiohttp.ClientError, TimeoutError):
            pass  # it is told once
