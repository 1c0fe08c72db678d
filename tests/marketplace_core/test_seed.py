"""The market one sees on the first day."""

from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.accounts.models import person
from marketplace_core.accounts.rules import ROLES
from marketplace_core.bookings.models import booking
from marketplace_core.demo import DEALS, LOTS, PEOPLE, WISHES
from marketplace_core.desk import Desk, open_desk
from marketplace_core.events import claim, event
from marketplace_core.ledger.models import account
from marketplace_core.listings import queries as shelf
from marketplace_core.listings.models import listing
from marketplace_core.offers.models import offer
from marketplace_core.seed import TENANT, seed
from marketplace_core.window.models import open_listing
from marketplace_core.wishes.models import wish


async def count(desk: Desk, table) -> int:
    return (await desk.db.execute(select(func.count()).select_from(table))).scalar_one()


async def test_the_demo_market_opens_once(engine: AsyncEngine, clean: None) -> None:
    await seed(engine)
    async with open_desk(engine, TENANT, datetime.now(UTC)) as desk:
        told = await count(desk, event)
    await seed(engine)
    async with open_desk(engine, TENANT, datetime.now(UTC)) as desk:
        assert await count(desk, person) == len(PEOPLE)
        assert await count(desk, listing) == await count(desk, open_listing) == len(LOTS)
        assert await count(desk, wish) == len(WISHES)
        assert await count(desk, event) == told > len(LOTS)
        roles = (await desk.db.execute(select(func.unnest(person.c.roles)).distinct())).scalars()
        assert set(roles) == set(ROLES)
        near_ludhiana = await shelf.near(desk, commodity="paddy_straw", lat=30.9, lon=75.85, km=100)
        assert [found.listing.kg_left for found in near_ludhiana] == [25_000, 12_000, 18_000]
        assert all(found.listing.state == "active" for found in near_ludhiana)


async def test_every_deal_of_the_demo_stands_where_its_table_says(engine: AsyncEngine, clean: None) -> None:
    await seed(engine)
    wanted = Counter(row["until"] for row in DEALS)
    async with open_desk(engine, TENANT, datetime.now(UTC)) as desk:
        stand = Counter((await desk.db.execute(select(booking.c.state))).scalars())
        named = Counter((await desk.db.execute(select(offer.c.state))).scalars())
        books = (
            await desk.db.execute(select(func.sum(account.c.credits_posted - account.c.debits_posted)))
        ).scalar()
        assert await claim(desk, 10) == []  # it is the past: nobody gets a message about it
    assert stand["confirmed"] == wanted["confirmed"] + wanted["secured"]
    for state in ("pending", "cancelled", "in_transit", "delivered", "disputed", "completed"):
        assert stand[state] == wanted[state] > 0
    for state, until in (("made", "offered"), ("countered", "countered"), ("refused", "refused")):
        assert named[state] == wanted[until] > 0
    assert books == 0


async def test_a_market_in_use_gets_no_demo(engine: AsyncEngine, clean: None) -> None:
    async with open_desk(engine, TENANT, datetime.now(UTC)) as desk:
        seller = (
            await desk.db.execute(
                person.insert().values(tenant_id=TENANT, created_at=desk.now).returning(person.c.id)
            )
        ).scalar_one()
        await desk.db.execute(
            listing.insert().values(
                tenant_id=TENANT,
                code="L2222A",
                seller_id=seller,
                state="active",
                commodity="onion",
                kg=1,
                kg_left=1,
                unit="kg",
                price_paise=1,
                per="kg",
                pincode="142001",
                district="Moga",
                place_state="Punjab",
                lat=30.8,
                lon=75.2,
                available_from=desk.now.date(),
                expires_at=desk.now,
                created_at=desk.now,
            )
        )
    await seed(engine)
    async with open_desk(engine, TENANT, datetime.now(UTC)) as desk:
        assert await count(desk, listing) == 1
