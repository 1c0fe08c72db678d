"""Is the language model there? Asked beside the database; without it the fallback understands, and we serve."""

from collections.abc import Callable, Mapping

import httpx
from fastapi import APIRouter
from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.api import health
from marketplace_core.api.health import PATIENCE, Stopwatch

__all__ = ["Stopwatch", "routes"]


def routes(engine: Callable[[], AsyncEngine], rasa_url: str | None, registry: CollectorRegistry) -> APIRouter:
    async def neighbours() -> Mapping[str, str]:
        return {"understanding": "rasa" if await _rasa_answers(rasa_url) else "fallback"}

    return health.routes(engine, registry, neighbours)


async def _rasa_answers(url: str | None) -> bool:
    if not url:
        return False
    try:
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as http:
            # Its port opens long before its model is loaded: only an answer counts.
            return (await http.post(f"{url}/model/parse", json={"text": "hello"})).is_success
    except httpx.HTTPError:
        return False
