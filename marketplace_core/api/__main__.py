"""`python -m marketplace_core.api`: the market alone, without the bot."""

import argparse
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, ProcessCollector

from marketplace_core import logs
from marketplace_core.api import health
from marketplace_core.api.app import mount_api
from marketplace_core.api.office import SendCode, make_office
from marketplace_core.db.engine import make_engine
from marketplace_core.desk import Desk
from marketplace_core.settings import MarketSettings, market_settings

log = structlog.get_logger()


async def write_code_into_log(desk: Desk, *, phone: str, code: str) -> None:
    """For development: whoever reads the log signs in as anybody."""
    log.warning("code not sent: no SMS carrier here", ends=phone[-2:], code=code)


def create_app(database_url: str, settings: MarketSettings) -> FastAPI:
    engine = make_engine(database_url)
    send_code: SendCode | None = write_code_into_log if settings.api_log_codes else None

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    app.add_middleware(health.Stopwatch, registry=registry)
    app.include_router(health.routes(lambda: engine, registry))
    mount_api(app, make_office(lambda: engine, settings, send_code=send_code))
    return app


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m marketplace_core.api", description=__doc__)
    asked.add_argument("--host", default="127.0.0.1")
    asked.add_argument("--port", type=int, default=8001)
    given = asked.parse_args()
    database_url = os.environ.get("DATABASE_URL")
    if not database_url:
        sys.exit("DATABASE_URL is empty: the address of the market's database, for the app's plain role.")
    logs.configure("INFO")
    uvicorn.run(
        create_app(database_url, market_settings()),
        host=given.host,
        port=given.port,
        log_config=None,
        access_log=False,
        server_header=False,
    )


if __name__ == "__main__":
    main()
