"""What is done for every tenant, each in a transaction of its own."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.desk import Desk, open_desk
from marketplace_core.tenants.queries import everyone

#: Work that never comes to an end at one tenant must not keep the others waiting.
MOST_TURNS = 200


async def at_every_desk(
    engine: AsyncEngine, now: datetime, work: Callable[[Desk], Awaitable[int | None]]
) -> None:
    """Work that says how much it did is done again, in a transaction of its own, until there is nothing left.

    A fault at one desk keeps no other tenant waiting; all faults are raised at the end.
    """
    faults = []
    for tenant in await everyone(engine):
        try:
            for _ in range(MOST_TURNS):
                async with open_desk(engine, tenant, now) as desk:
                    done = await work(desk)
                if not done:
                    break
        except Exception as fault:
            faults.append(fault)
    if faults:
        raise ExceptionGroup("not done for every tenant", faults)
