"""What a market needs before its first visitor: a tenant, the gazetteer, reference prices."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.accounts.models import tenant
from marketplace_core.places import gazetteer

TENANT = 1


async def seed_reference(engine: AsyncEngine) -> None:
    """The tenant and everything shipped; fast when it is there already."""
    async with engine.begin() as db:
        await db.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended('mandi seed', 0))")
        await db.execute(insert(tenant).values(id=TENANT, name="Mandi Mitra").on_conflict_do_nothing())
        await gazetteer.fill(db)


async def seed(engine: AsyncEngine) -> None:
    await seed_reference(engine)
