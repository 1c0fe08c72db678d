"""What a market needs before its first visitor, and a small market to look at."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from marketplace_core.demo.market import open_market
from marketplace_core.desk import sit_down
from marketplace_core.listings.models import listing
from marketplace_core.places import gazetteer
from marketplace_core.pricing import load as prices
from marketplace_core.tenants import HOUSE
from marketplace_core.tenants.models import tenant

TENANT = HOUSE
# Seeding may take longer than any turn may, and two who seed wait for each other.
PATIENTLY = """
    SELECT set_config(name, '0', true)
    FROM unnest(ARRAY['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout']) name
"""
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('mandi seed', 0))"


async def seed_reference(engine: AsyncEngine) -> None:
    """The tenant and everything shipped; fast when it is there already."""
    async with engine.begin() as db:
        await _fill_reference(db)


async def seed(engine: AsyncEngine) -> None:
    """The reference and, in an empty market, the demo market."""
    async with engine.begin() as db:
        await _fill_reference(db)
        desk = await sit_down(db, TENANT, datetime.now(UTC))
        if not (await db.execute(select(listing.c.id).limit(1))).first():
            await open_market(desk)


async def _fill_reference(db: AsyncConnection) -> None:
    await db.exec_driver_sql(PATIENTLY)
    await db.exec_driver_sql(ONE_AT_A_TIME)
    await db.execute(insert(tenant).values(id=TENANT, name="Mandi Mitra").on_conflict_do_nothing())
    await gazetteer.fill(db)
    await prices.fill(db)
