"""What is done for every tenant, each in a transaction of its own."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.desk import Desk, open_desk
from marketplace_core.tenants.queries import everyone


async def at_every_desk(
    engine: AsyncEngine, now: datetime, work: Callable[[Desk], Awaitable[object]]
) -> None:
    """A fault at one desk keeps no other tenant waiting; all faults are raised at the end."""
    faults = []
    for tenant in await everyone(engine):
        try:
            async with open_desk(engine, tenant, now) as desk:
                await work(desk)
        except Exception as fault:
            faults.append(fault)
    if faults:
        raise ExceptionGroup("not done for every tenant", faults)
