"""The web server rings, the worker goes: what turns leave behind is carried away beside the door, never at it.

The bell is PostgreSQL's NOTIFY. One that is missed, because the database or the worker was away, costs a second: the
worker makes its rounds unasked too.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg
import structlog
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

log = structlog.get_logger()

CHANNEL = "mandi_rung"
PULL = text("SELECT pg_notify(:channel, tenant) FROM unnest(CAST(:tenants AS text[])) AS tenant").bindparams(
    channel=CHANNEL
)
HEAR_AGAIN_AFTER = 1.0


@dataclass
class Bell:
    """However many turns ring at once, the rope is pulled once."""

    rung: asyncio.Event = field(default_factory=asyncio.Event)
    tenants: set[int] = field(default_factory=set)

    def ring(self, tenant: int) -> None:
        self.tenants.add(tenant)
        self.rung.set()

    async def work(self, engine: AsyncEngine) -> None:
        while True:
            await self.rung.wait()
            self.rung.clear()
            tenants, self.tenants = self.tenants, set()
            try:
                async with engine.begin() as db:
                    await db.execute(PULL, {"tenants": [str(tenant) for tenant in sorted(tenants)]})
            except (SQLAlchemyError, OSError) as fault:
                log.warning("bell not rung", fault=type(fault).__name__)


async def listen(database_url: str, ring: Callable[[int], None]) -> None:
    """Rings `ring` whenever a web server has rung."""
    url = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(url, autocommit=True, connect_timeout=5) as db:
                await db.execute(f"LISTEN {CHANNEL}")
                async for news in db.notifies():
                    ring(int(news.payload))
        except (psycopg.Error, OSError) as fault:
            log.warning("bell not heard", fault=type(fault).__name__)
        await asyncio.sleep(HEAR_AGAIN_AFTER)
