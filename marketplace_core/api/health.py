"""Three doors for those who run the house: is it alive, can it serve, how is it doing."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATIENCE = 2.0
"""Seconds after which a neighbour that has not answered counts as away."""


async def _alone() -> Mapping[str, str]:
    return {}


def routes(
    engine: Callable[[], AsyncEngine],
    registry: CollectorRegistry,
    neighbours: Callable[[], Awaitable[Mapping[str, str]]] = _alone,
) -> APIRouter:
    """`neighbours` tells how those stand without whom we serve all the same."""
    router = APIRouter()

    @router.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/ready")
    async def ready() -> JSONResponse:
        """Without the database we cannot serve."""
        stored, others = await asyncio.gather(_database_answers(engine()), neighbours())
        return JSONResponse({"database": "ready" if stored else "away", **others}, 200 if stored else 503)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router


async def _database_answers(engine: AsyncEngine) -> bool:
    try:
        async with asyncio.timeout(PATIENCE), engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return False
    return True


class Stopwatch:
    """Times every request by its route, never by its address: addresses may name people."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self.app = app
        self.seconds = Histogram(
            "mandi_request_seconds",
            "Time from a request to its answer.",
            ("method", "route", "status"),
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15),
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        since = time.perf_counter()
        status = 500

        async def noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting_status)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            mounted = scope.get("root_path", "") if route != "none" else ""
            self.seconds.labels(scope["method"], mounted + route, str(status)).observe(
                time.perf_counter() - since
            )
