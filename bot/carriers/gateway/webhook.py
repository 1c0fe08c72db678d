"""The two doors that a gateway knocks at: messages, and what became of ours."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from bot.carriers.doors import LATER
from bot.carriers.gateway.api import PREFIX
from bot.carriers.gateway.knock import Knock, KnockRefused, heard, items, proven, read, reported
from bot.carriers.gateway.profile import load
from bot.message import Answer, DatabaseAway, Inbound
from bot.numbers import NobodysNumber
from bot.settings import Settings
from marketplace_core.tenants import HOUSE

log = structlog.get_logger()

Take = Callable[[Inbound], Awaitable[Answer]]
#: tenant, carrier id, status, error code, outbox id
SawStatus = Callable[[int, str, str, int | None, str | None], Awaitable[None]]


def routes(settings: Settings, take: Take, saw_status: SawStatus) -> APIRouter:
    router = APIRouter(prefix=PREFIX)
    profile = load(settings.sms_gateway)
    secrets = [secret.get_secret_value() for secret in settings.sms_gateway_knock]

    async def answered(request: Request, work: Callable[[Knock], Awaitable[None]]) -> Response:
        """200 when it is ours now; 503 asks for it once more: each message is answered once, by its id."""
        try:
            knock = await read(request, settings.body_limit)
            if not proven(profile.proof, knock, secrets):
                raise KnockRefused(403, "The secret or signature is missing or does not fit.")
            await work(knock)
        except KnockRefused as refused:
            return PlainTextResponse(str(refused), refused.status)
        except DatabaseAway:
            return PlainTextResponse("Later, please.", 503, LATER)
        return PlainTextResponse("OK")

    async def message(request: Request) -> Response:
        async def work(knock: Knock) -> None:
            now = datetime.now(UTC)
            brought = items(profile.proof, knock, profile.heard.each)
            for item in brought:
                try:
                    await take(heard(profile.heard, item, now))
                except NobodysNumber:
                    log.warning("a message to a number of nobody")
                except KnockRefused:
                    if len(brought) == 1:
                        raise
                    log.warning("one message of several is unusable")

        return await answered(request, work)

    async def status(request: Request) -> Response:
        async def work(knock: Knock) -> None:
            tenant, outbox = knock.asked.get("tenant", ""), knock.asked.get("outbox")
            for item in items(profile.proof, knock, profile.reported.each):
                report = reported(profile.reported, item)
                if report is None:
                    log.info("status of an unknown kind")
                    continue
                of = report.tenant or (int(tenant) if tenant.isdecimal() and len(tenant) < 10 else HOUSE)
                own_id = report.own_id or outbox
                await saw_status(of, report.carrier_id or own_id or "", report.status, report.error, own_id)

        return await answered(request, work)

    router.add_api_route("/message", message, methods=[profile.heard.method])
    router.add_api_route("/status", status, methods=[profile.reported.method])
    return router
