"""The web server: carriers knock here, operators look here, the simulator page lives here."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry, ProcessCollector
from starlette.middleware import Middleware

from bot import health, outbox, pictures, turn, undelivered
from bot.away import or_away
from bot.bell import Bell
from bot.calling import Book
from bot.carriers.doors import HangUp
from bot.carriers.gateway import webhook as gateway
from bot.carriers.gateway.dlt import read_registered
from bot.carriers.twilio import voice, webhook
from bot.console import handovers, simulator
from bot.drawings import WithDrawings
from bot.house import House, open_house
from bot.login_codes import send_code
from bot.message import Answer, Inbound
from bot.office_hours import office_line
from bot.settings import NotConfigured, Settings, settings
from bot.switchboard import Switchboard
from bot.typist import Typist
from marketplace_core.api.app import mount_api
from marketplace_core.api.office import make_office
from marketplace_core.desk import open_desk
from marketplace_core.payments.razorpay import webhook as razorpay
from marketplace_core.settings import MarketSettings
from marketplace_core.store import storage


def create_app(given: Settings | None = None) -> FastAPI:
    chosen = given or settings()
    if not chosen.database_url:
        raise NotConfigured("DATABASE_URL is empty; `mandi up` brings a database of its own.")
    if not chosen.simulator and "twilio_auth_token" not in chosen.model_fields_set:
        raise NotConfigured("TWILIO_AUTH_TOKEN is not set: anybody could sign as the carrier.")

    bell, typist = Bell(), Typist()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_house(chosen, bell.ring) as house:
            app.state.house = house
            ringing = asyncio.create_task(bell.work(house.engine))
            yield
            ringing.cancel()
            with suppress(asyncio.CancelledError):
                await ringing

    app = FastAPI(
        title="Mandi Mitra",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        middleware=[Middleware(HangUp)],
    )

    def house() -> House:
        opened: House = app.state.house
        return opened

    async def take(inbound: Inbound) -> Answer:
        with or_away():
            tenant = await house().numbers.tenant_of(inbound.sender.channel, inbound.recipient)
        answer = await turn.take(house().office.of(tenant), inbound)
        typist.show(house().box.carriers, inbound)
        return answer

    async def saw_status(
        tenant: int, carrier_id: str, status: str, code: int | None, outbox_id: str | None
    ) -> None:
        with or_away():
            async with open_desk(house().engine, tenant, datetime.now(UTC)) as desk:
                carriers = house().box.carriers
                acted = await outbox.saw_status(desk, carrier_id, status, code, outbox_id, carriers=carriers)
            if acted:
                bell.ring(tenant)

    def switchboard() -> Switchboard:
        return Switchboard(house().office, house().numbers, office_line(chosen), _now)

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    app.add_middleware(health.Stopwatch, registry=registry)
    app.include_router(
        health.routes(lambda: house().engine, chosen.rasa_url, registry, lambda: house().office.crowd.is_open)
    )
    app.include_router(webhook.routes(chosen, take, saw_status))
    app.include_router(voice.routes(chosen, switchboard, Book(lambda: house().office, _now, saw_status)))
    if chosen.sms_carrier == "gateway":
        app.include_router(_gateway_routes(chosen, take, saw_status))
    market = MarketSettings(mandi_home=chosen.mandi_home)
    api = make_office(lambda: house().engine, market, send_code=send_code, after_commit=bell.ring)
    mount_api(app, api, [undelivered.router, handovers.router])
    app.include_router(
        pictures.routes(chosen, WithDrawings(storage(market), lambda: house().engine, _now), _now)
    )
    secrets = [secret.get_secret_value() for secret in market.razorpay_webhook_secret]
    if secrets:
        app.include_router(
            razorpay.routes(lambda: house().engine, secrets, lambda: datetime.now(UTC), bell.ring)
        )
    if chosen.simulator:
        try:
            app.include_router(simulator.routes(chosen))
        except ValueError as fault:
            raise NotConfigured(str(fault)) from fault
    return app


def _gateway_routes(chosen: Settings, take: gateway.Take, saw_status: gateway.SawStatus) -> APIRouter:
    if not chosen.simulator and {"sms_gateway_knock", "sms_gateway_secret"} - chosen.model_fields_set:
        raise NotConfigured(
            "SMS_GATEWAY_KNOCK or SMS_GATEWAY_SECRET is not set: anybody could be the gateway."
        )
    if not chosen.sms_number:
        raise NotConfigured("SMS_NUMBER is empty: which number do people write to?")
    read_registered(chosen.sms_dlt_templates)
    return gateway.routes(chosen, take, saw_status)


def _now() -> datetime:
    return datetime.now(UTC)
