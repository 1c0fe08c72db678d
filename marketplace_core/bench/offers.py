"""How many yeses a second one hot lot takes from fifty people at once, and that it never promises too much."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.accounts import commands as accounts
from marketplace_core.bench import Row, percentile
from marketplace_core.bookings.models import booking
from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import Refused
from marketplace_core.listings import commands as listings
from marketplace_core.listings.queries import by_code
from marketplace_core.offers import commands as offers
from marketplace_core.offers.rules import MOST_ON_A_LOT
from marketplace_core.places.place import Place
from marketplace_core.seed import TENANT

CLIENTS, BUYERS = 50, 120
#: A tonne each; the lot covers five of six.
EACH_KG, LOT_KG = 1_000, 500_000
PLACE = Place("142001", "Moga", "Moga", "Punjab", 30.81595, 75.16685)


async def measure(engine: AsyncEngine) -> Sequence[Row]:
    now = datetime.now(UTC)
    seller, lot, codes = await _market(engine, now)
    left, took, accepted, too_slow = iter(codes), [], 0, 0

    async def client() -> None:
        nonlocal accepted, too_slow
        for code in left:
            began = time.perf_counter()
            try:
                async with open_desk(engine, TENANT, now) as desk:
                    await offers.accept(desk, actor_id=seller, code=code)
                accepted += 1
                took.append(time.perf_counter() - began)
            except Refused:
                pass
            except OperationalError:  # it waited for the lot until the statement's time was over
                too_slow += 1

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    seconds = time.perf_counter() - began
    promised = await _promised(engine, now, lot)
    p50, p95 = (1_000 * percentile(took, share) for share in (0.5, 0.95))
    return (
        Row(
            f"accepting offers on one hot lot, {CLIENTS} clients",
            (
                f"{accepted / seconds:.0f} accepted/s",
                f"p50 {p50:.0f} ms",
                f"p95 {p95:.0f} ms",
                f"accepted {accepted} of {len(codes)}",
                f"gave up {too_slow}",
                f"oversold {max(0, promised - LOT_KG)} kg",
            ),
        ),
    )


async def _market(engine: AsyncEngine, now: datetime) -> tuple[UUID, str, list[str]]:
    async with open_desk(engine, TENANT, now) as desk:
        seller = await _somebody(desk, 0)
        lot = await listings.publish(
            desk,
            seller_id=seller,
            commodity="paddy_straw",
            kg=LOT_KG,
            unit="t",
            price_paise=25_000,
            per="quintal",
            place=PLACE,
            available_from=_tomorrow(now),
        )
    codes = []
    for nth in range(1, BUYERS + 1):
        async with open_desk(engine, TENANT, now) as desk:
            buyer = await _somebody(desk, nth)
            for _ in range(MOST_ON_A_LOT):
                made = await offers.make(
                    desk, buyer_id=buyer, code=lot.code, kg=EACH_KG, price_paise=24_000, per="quintal"
                )
                codes.append(made.code)
    return seller, lot.code, codes


async def _somebody(desk: Desk, nth: int) -> UUID:
    phone = f"+9197000{nth:05}"
    reached = await accounts.reach(desk, channel="sms", value=phone, phone=phone)
    await accounts.register(desk, reached.person.id, name=f"Bench {nth}", place=PLACE)
    return reached.person.id


def _tomorrow(now: datetime) -> date:
    return (now + timedelta(days=1)).date()


async def _promised(engine: AsyncEngine, now: datetime, code: str) -> int:
    async with open_desk(engine, TENANT, now) as desk:
        lot = await by_code(desk, code)
        assert lot is not None
        sold = (
            await desk.db.execute(
                select(func.sum(booking.c.kg)).where(
                    booking.c.tenant_id == TENANT,
                    booking.c.listing_id == lot.id,
                    booking.c.state != "cancelled",
                )
            )
        ).scalar_one()
        assert int(sold) + lot.kg_left == LOT_KG
        return int(sold)
