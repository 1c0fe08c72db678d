"""The web server: carriers knock here, operators look here, the simulator page lives here."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, ProcessCollector
from sqlalchemy.exc import InterfaceError, OperationalError

from bot import health, outbox, turn
from bot.carriers.twilio import webhook
from bot.console import simulator
from bot.house import House, open_house
from bot.message import Answer, DatabaseAway, Inbound
from bot.postman import Postman
from bot.settings import NotConfigured, Settings, settings


def create_app(given: Settings | None = None) -> FastAPI:
    chosen = given or settings()
    if not chosen.database_url:
        raise NotConfigured("DATABASE_URL is empty; `mandi up` brings a database of its own.")
    if not chosen.simulator and "twilio_auth_token" not in chosen.model_fields_set:
        raise NotConfigured("TWILIO_AUTH_TOKEN is not set: anybody could sign as the carrier.")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        postman = Postman()
        async with open_house(chosen, postman.ring) as house:
            app.state.house = house
            rounds = asyncio.create_task(postman.work(house.office, house.box, lambda: datetime.now(UTC)))
            postman.ring()  # what a killed server left behind
            yield
            rounds.cancel()
            with suppress(asyncio.CancelledError):
                await rounds

    app = FastAPI(title="Mandi Mitra", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)

    def house() -> House:
        opened: House = app.state.house
        return opened

    async def take(inbound: Inbound) -> Answer:
        return await turn.take(house().office, inbound)

    async def saw_status(carrier_id: str, status: str, code: int | None, outbox_id: str | None) -> None:
        try:
            await outbox.saw_status(house().engine, carrier_id, status, code, outbox_id)
        except (OperationalError, InterfaceError, OSError) as fault:
            raise DatabaseAway from fault

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    app.add_middleware(health.Stopwatch, registry=registry)
    app.include_router(health.routes(lambda: house().engine, chosen.rasa_url, registry))
    app.include_router(webhook.routes(chosen, take, saw_status))
    if chosen.simulator:
        try:
            app.include_router(simulator.routes(chosen))
        except ValueError as fault:
            raise NotConfigured(str(fault)) from fault
    return app
