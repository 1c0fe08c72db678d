"""The market one sees on the first day."""

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.accounts.models import person
from marketplace_core.desk import open_desk
from marketplace_core.events import event
from marketplace_core.listings import queries as shelf
from marketplace_core.listings.models import listing
from marketplace_core.seed import LOTS, PEOPLE, TENANT, seed


async def test_the_demo_market_opens_once(engine: AsyncEngine, clean: None) -> None:
    await seed(engine)
    await seed(engine)
    async with open_desk(engine, TENANT, datetime.now(UTC)) as desk:
        people = (await desk.db.execute(select(func.count()).select_from(person))).scalar()
        lots = (await desk.db.execute(select(func.count()).select_from(listing))).scalar()
        told = (await desk.db.execute(select(func.count()).select_from(event))).scalar()
        near_ludhiana = await shelf.near(desk, commodity="paddy_straw", lat=30.9, lon=75.85, km=100)
    assert (people, lots, told) == (len(PEOPLE), len(LOTS), len(LOTS))
    assert [found.listing.kg for found in near_ludhiana] == [25_000, 12_000]
    assert all(found.listing.state == "active" for found in near_ludhiana)


async def test_a_market_in_use_gets_no_demo(engine: AsyncEngine, clean: None) -> None:
    await seed(engine)
    async with open_desk(engine, TENANT, datetime.now(UTC)) as desk:
        await desk.db.execute(listing.delete().where(listing.c.commodity != "onion"))
    await seed(engine)
    async with open_desk(engine, TENANT, datetime.now(UTC)) as desk:
        assert (await desk.db.execute(select(func.count()).select_from(listing))).scalar() == 1
