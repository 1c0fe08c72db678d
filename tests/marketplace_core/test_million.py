"""A made-up market is one that could be, and stands in the window as the trigger would have put it there."""

from collections import Counter

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.bench.million import COMMON, fill, sweep
from marketplace_core.commodities import COMMODITIES
from marketplace_core.desk import open_desk
from marketplace_core.listings.models import listing
from marketplace_core.window.models import open_listing
from tests.conftest import NOW
from tests.marketplace_core.people import farmer, straw

MANY = 2_000
INDEXES = text("SELECT indexdef FROM pg_indexes WHERE tablename = 'open_listing' ORDER BY indexname")


async def test_a_filled_market_is_whole(engine: AsyncEngine, owner_url: str, clean: None) -> None:
    async with open_desk(engine, 1, NOW) as desk:
        indexes = (await desk.db.execute(INDEXES)).scalars().all()
    fill(owner_url, MANY // 2)
    fill(owner_url, MANY)
    async with open_desk(engine, 1, NOW) as desk:
        assert (await desk.db.execute(INDEXES)).scalars().all() == indexes
        in_window = select(open_listing).order_by(open_listing.c.code)
        dressed = (await desk.db.execute(in_window)).all()
        assert len(dressed) == MANY == len({row.code for row in dressed})
        sold = Counter(row.commodity for row in dressed)
        assert set(sold) <= set(COMMODITIES)
        assert set(sold.most_common(1)[0][:1]) <= set(COMMON)
        assert len({row.place_state for row in dressed}) > 15
        await desk.db.execute(listing.update().values(kg=listing.c.kg))  # the trigger has its say
        assert (await desk.db.execute(in_window)).all() == dressed
    sweep(owner_url)
    async with open_desk(engine, 1, NOW) as desk:
        assert (await desk.db.execute(select(func.count()).select_from(open_listing))).scalar() == 0


async def test_a_market_of_real_people_is_left_alone(
    engine: AsyncEngine, owner_url: str, clean: None
) -> None:
    async with open_desk(engine, 1, NOW) as desk:
        await straw(desk, await farmer(desk))
    with pytest.raises(SystemExit):
        fill(owner_url, 10)
    async with open_desk(engine, 1, NOW) as desk:
        assert (await desk.db.execute(select(func.count()).select_from(listing))).scalar() == 1
