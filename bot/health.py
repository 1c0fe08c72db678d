"""Is the language model there, and is who waits outside called in? Asked beside the database; without either we serve:
the fallback understands, and what waits is heard when the worker is back."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import httpx
from fastapi import APIRouter
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import waiting_room
from marketplace_core.api import health
from marketplace_core.api.health import PATIENCE, Stopwatch
from marketplace_core.desk import open_desk
from marketplace_core.tenants import queries as tenants

__all__ = ["Stopwatch", "routes"]


def routes(
    engine: Callable[[], AsyncEngine],
    rasa_url: str | None,
    registry: CollectorRegistry,
    opened: Callable[[], bool],
) -> APIRouter:
    async def neighbours() -> Mapping[str, str]:
        understood, outside = await asyncio.gather(_rasa_answers(rasa_url), _outside(engine()))
        by = "rasa" if understood else "fallback"
        return {"understanding": by if opened() else "opening", "outside": outside}

    return health.routes(engine, registry, neighbours)


async def _outside(engine: AsyncEngine) -> str:
    """Whether anybody waits there too long, in any house under this roof."""
    try:
        async with asyncio.timeout(PATIENCE):
            async with engine.connect() as db:
                houses = await tenants.listed(db)
            for house in houses:
                async with open_desk(engine, house.id, datetime.now(UTC)) as desk:
                    if (await waiting_room.outside(desk)).late:
                        return "late"
    except (SQLAlchemyError, OSError):
        return "unknown"
    return "heard"


async def _rasa_answers(url: str | None) -> bool:
    if not url:
        return False
    try:
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as http:
            # Its port opens long before its model is loaded: only an answer counts.
            return (await http.post(f"{url}/model/parse", json={"text": "hello"})).is_success
    except httpx.HTTPError:
        return False
