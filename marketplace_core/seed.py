"""What a market needs before its first visitor, and a small market to look at."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from marketplace_core.accounts import commands as accounts
from marketplace_core.desk import Desk, sit_down
from marketplace_core.listings import commands as listings
from marketplace_core.listings.models import listing
from marketplace_core.places import gazetteer
from marketplace_core.places import queries as places
from marketplace_core.places.place import Place
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


class Somebody(NamedTuple):
    phone: str
    name: str
    language: str
    pincode: str
    role: str


class Lot(NamedTuple):
    seller: str
    commodity: str
    kg: int
    unit: str
    rupees: int
    per: str
    in_days: int


# Numbers of a series that India keeps for films: nobody is called by accident.
PEOPLE = (
    Somebody("+919999900001", "Gurpreet Singh", "pa", "142001", "farmer"),
    Somebody("+919999900002", "Harjinder Kaur", "pa", "141001", "farmer"),
    Somebody("+919999900003", "Ramesh Kumar", "hi", "132001", "farmer"),
    Somebody("+919999900004", "Siddegowda", "kn", "571401", "farmer"),
    Somebody("+919999900005", "Lakshmamma", "kn", "573201", "farmer"),
    Somebody("+919999900006", "Sunil Patil", "mr", "422001", "farmer"),
    Somebody("+919999900007", "Savitri Devi", "hi", "136118", "farmer"),
    Somebody("+919999900008", "Asha Biofuels", "en", "141001", "buyer"),
    Somebody("+919999900009", "Kiran Agent", "en", "142001", "field_agent"),
)
LOTS = (
    Lot("+919999900001", "paddy_straw", 12_000, "t", 1_800, "t", 2),
    Lot("+919999900001", "wheat", 4_000, "quintal", 2_480, "quintal", 0),
    Lot("+919999900002", "paddy_straw", 25_000, "t", 1_950, "t", 5),
    Lot("+919999900002", "maize_stover", 6_000, "t", 1_500, "t", 3),
    Lot("+919999900003", "paddy_straw", 18_000, "t", 2_100, "t", 1),
    Lot("+919999900003", "paddy", 9_000, "quintal", 2_390, "quintal", 0),
    Lot("+919999900004", "sugarcane_trash", 15_000, "t", 1_200, "t", 7),
    Lot("+919999900004", "jaggery", 2_000, "quintal", 4_300, "quintal", 0),
    Lot("+919999900005", "potato", 5_000, "quintal", 1_600, "quintal", 1),
    Lot("+919999900005", "coffee", 800, "kg", 210, "kg", 4),
    Lot("+919999900006", "onion", 10_000, "quintal", 2_400, "quintal", 0),
    Lot("+919999900006", "grapes", 3_000, "kg", 85, "kg", 10),
    Lot("+919999900007", "rice_husk", 8_000, "t", 3_200, "t", 2),
    Lot("+919999900007", "wheat_straw", 20_000, "t", 4_500, "t", 6),
)


async def seed_reference(engine: AsyncEngine) -> None:
    """The tenant and everything shipped; fast when it is there already."""
    async with engine.begin() as db:
        await _fill_reference(db)


async def seed(engine: AsyncEngine) -> None:
    """The reference and, in an empty market, a dozen listings of a few farmers."""
    async with engine.begin() as db:
        await _fill_reference(db)
        desk = await sit_down(db, TENANT, datetime.now(UTC))
        if not (await db.execute(select(listing.c.id).limit(1))).first():
            await _open_demo_market(desk)


async def _fill_reference(db: AsyncConnection) -> None:
    await db.exec_driver_sql(PATIENTLY)
    await db.exec_driver_sql(ONE_AT_A_TIME)
    await db.execute(insert(tenant).values(id=TENANT, name="Mandi Mitra").on_conflict_do_nothing())
    await gazetteer.fill(db)
    await prices.fill(db)


async def _open_demo_market(desk: Desk) -> None:
    sellers: dict[str, tuple[UUID, Place]] = {}
    for each in PEOPLE:
        area = await places.pincode(desk, each.pincode)
        assert area is not None, each.pincode
        reached = await accounts.reach(desk, channel="sms", value=each.phone, phone=each.phone)
        await accounts.set_language(desk, reached.person.id, language=each.language, script="native")
        await accounts.register(desk, reached.person.id, name=each.name, place=area.villages[0])
        await accounts.add_role(desk, reached.person.id, each.role)
        sellers[each.phone] = reached.person.id, area.villages[0]
    for ago, lot in enumerate(reversed(LOTS)):
        seller_id, place = sellers[lot.seller]
        await listings.publish(
            replace(desk, now=desk.now - timedelta(hours=ago)),
            seller_id=seller_id,
            commodity=lot.commodity,
            kg=lot.kg,
            unit=lot.unit,
            price_paise=lot.rupees * 100,
            per=lot.per,
            place=place,
            available_from=desk.now.date() + timedelta(days=lot.in_days + 1),
        )
