"""Adding organisations from the command line, with their numbers as the carrier writes them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.carriers.twilio.form import BadForm, sender
from marketplace_core.tenants import commands, queries
from marketplace_core.tenants.queries import Tenant


class NotANumber(Exception):
    pass


async def add(engine: AsyncEngine, name: str, numbers: Sequence[str]) -> int:
    async with engine.begin() as db:
        tenant = await commands.add(db, name)
        for number in numbers:
            try:
                address = sender(number)
            except BadForm:
                raise NotANumber(number) from None
            await commands.give_number(db, tenant, channel=address.channel, value=address.value)
    return tenant


async def listed(engine: AsyncEngine) -> tuple[Tenant, ...]:
    async with engine.connect() as db:
        return await queries.listed(db)
