"""Where business is done: one transaction, one tenant, one moment.

Every command and query takes a `Desk` first. Commands change the market inside the caller's transaction and
never commit. The time comes from the desk, so that a frozen clock reaches every corner.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

#: Row-level security shows a transaction the rows of this tenant and no others; without it, none.
TAKE_SEAT = text("SELECT set_config('app.tenant', :tenant, true)")


@dataclass(frozen=True)
class Desk:
    db: AsyncConnection
    tenant: int
    now: datetime


async def sit_down(db: AsyncConnection, tenant: int, now: datetime) -> Desk:
    """A desk in a transaction that has begun already."""
    await db.execute(TAKE_SEAT, {"tenant": str(tenant)})
    return Desk(db, tenant, now)


@asynccontextmanager
async def open_desk(engine: AsyncEngine, tenant: int, now: datetime) -> AsyncIterator[Desk]:
    """A desk in a transaction of its own, committed when all went well."""
    async with engine.execution_options(tenant=tenant).begin() as db:
        yield Desk(db, tenant, now)
