"""What the API need not keep, once a day."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.api import keys, rates
from marketplace_core.desk import Desk, open_desk
from marketplace_core.logins import commands as logins


async def forget(desk: Desk) -> int:
    """Answers to repeat, counts of requests, sessions and codes that are over; how many rows."""
    return await keys.forget(desk) + await rates.forget(desk) + await logins.forget_old(desk)


async def forget_strangers(engine: AsyncEngine, now: datetime) -> int:
    """Counts of those who never signed in belong to no tenant."""
    async with open_desk(engine, rates.NOBODYS, now) as desk:
        return await rates.forget(desk)
