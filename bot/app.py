"""The web server: carriers knock here, operators look here, the simulator page lives here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, ProcessCollector

from bot import health
from bot.console import simulator
from bot.settings import Settings, settings
from marketplace_core.db.engine import make_engine


class NotConfigured(Exception):
    """The server cannot run safely with these settings."""


def create_app(given: Settings | None = None) -> FastAPI:
    house = given or settings()
    if not house.database_url:
        raise NotConfigured("DATABASE_URL is empty; `mandi up` brings a database of its own.")
    if not house.simulator and "twilio_auth_token" not in house.model_fields_set:
        raise NotConfigured("TWILIO_AUTH_TOKEN is not set: anybody could sign as the carrier.")

    engine = make_engine(house.database_url)
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)

    @asynccontextmanager
    async def open_house(_: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await engine.dispose()

    app = FastAPI(title="Mandi Mitra", docs_url=None, redoc_url=None, openapi_url=None, lifespan=open_house)
    app.add_middleware(health.Stopwatch, registry=registry)
    app.include_router(health.routes(engine, house.rasa_url, registry))
    if house.simulator:
        app.include_router(simulator.routes(house))
    return app
