"""A market as large as one likes, made up: for measuring, and for seeing how the pages hold.

    python -m marketplace_core.bench.million 1000000

fills the database of `DATABASE_OWNER_URL`, or the embedded one of a first run, up to so many open lots. Farmers live
where the post offices are, what they sell is as common as it is in the fields, prices lie where prices lie. A market
with real people in it is left alone.
"""

import asyncio
import os
import sys
import time
from contextlib import ExitStack
from itertools import accumulate
from math import isqrt
from typing import Any

from sqlalchemy import Connection, Insert, bindparam, create_engine, insert, select, text

from marketplace_core.commodities import COMMODITIES, Commodity
from marketplace_core.db.embedded import embedded
from marketplace_core.db.engine import make_engine, migrate
from marketplace_core.listings.models import listing
from marketplace_core.places.plane import SHOWN_SQL
from marketplace_core.seed import TENANT, seed_reference
from marketplace_core.settings import market_settings
from marketplace_core.window.models import open_listing

SYNTHETIC = "Synthetic"
LOTS_A_FARMER = 50
#: In a hundred lots; the rest shares what is left.
COMMON = {
    "paddy_straw": 14,
    "wheat_straw": 8,
    "paddy": 8,
    "wheat": 7,
    "sugarcane_trash": 5,
    "maize_stover": 4,
}
#: Paise a quintal, where no band is known.
SOME_PRICE = 25_000

REAL_PEOPLE = text("SELECT EXISTS (SELECT FROM person WHERE name IS DISTINCT FROM :synthetic)")
FARMERS = text(
    "INSERT INTO person (tenant_id, name, roles, created_at) "
    "SELECT :tenant, :synthetic, ARRAY['farmer'], now() FROM generate_series(1, :farmers)"
)
#: Every lot throws its dice once: where, who, what, how much, how dear, how good, how long ago.
LOTS = text("""
    WITH village AS (
        SELECT row_number() OVER (ORDER BY id) - 1 AS no, * FROM post_office WHERE lat IS NOT NULL
    ), farmer AS (
        SELECT row_number() OVER (ORDER BY id) - 1 AS no, id FROM person
    ), lot AS (
        SELECT n,
            floor(random() * (SELECT count(*) FROM village))::bigint AS village,
            floor(random() * (SELECT count(*) FROM farmer))::bigint AS farmer,
            1 + width_bucket(random(), CAST(:edges AS float8[])) AS what,
            100 * (2 + floor(random() * 298))::bigint AS kg,
            0.7 + 0.7 * random() AS dear,
            (ARRAY['A', 'B', 'B', 'C', NULL, NULL])[1 + floor(random() * 6)::int] AS grade,
            now() - random() * interval '29 days' AS opened
        FROM generate_series(CAST(:first AS int), CAST(:last AS int)) n
    )
    INSERT INTO listing (tenant_id, code, seller_id, state, commodity, kg, kg_left, unit, price_paise, per, grade,
        pincode, village, district, place_state, lat, lon, available_from, expires_at, created_at)
    SELECT :tenant, 'S' || lpad(n::text, 7, '0'), farmer.id, 'active', (CAST(:names AS text[]))[what],
        kg, kg, 'quintal', (dear * (CAST(:prices AS int[]))[what])::bigint, 'quintal', grade,
        pincode, name, district, state,
        lat + 0.04 * (random() - 0.5), lon + 0.04 * (random() - 0.5),
        opened::date, opened + interval '30 days', opened
    FROM lot JOIN village ON village.no = lot.village JOIN farmer ON farmer.no = lot.farmer
""")


def fill(owner_url: str, many: int) -> None:
    """Up to `many` open lots; what is there already stays."""
    engine = create_engine(owner_url)
    with engine.begin() as db:
        _step_over_the_fence(db, "NO FORCE")
        if db.execute(REAL_PEOPLE, {"synthetic": SYNTHETIC}).scalar():
            raise SystemExit("There are real people in this market; nothing was added.")
        there = db.execute(text("SELECT count(*) FROM listing")).scalar_one()
        db.execute(text("SELECT setseed(0.5)"))  # the same market every time
        db.execute(
            FARMERS,
            {"tenant": TENANT, "synthetic": SYNTHETIC, "farmers": 1 + (many - there) // LOTS_A_FARMER},
        )
        # Without figures every lot's farmer would be looked for from the first row on.
        db.execute(text("ANALYZE person"))
        # An index is built much faster than it is grown, and a window dressed all at once than lot by lot.
        for index in open_listing.indexes:
            index.drop(db)
        db.execute(text("ALTER TABLE listing DISABLE TRIGGER keep_window_in_step"))
        db.execute(LOTS, {"tenant": TENANT, "first": there + 1, "last": many, **_sold()})
        db.execute(text("ALTER TABLE listing ENABLE TRIGGER keep_window_in_step"))
        db.execute(_dress(), {"first": f"S{there + 1:07d}"})
        db.execute(text("SET LOCAL maintenance_work_mem TO '512MB'"))
        for index in open_listing.indexes:
            index.create(db)
        _step_over_the_fence(db, "FORCE")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("VACUUM ANALYZE open_listing, listing, person"))
    engine.dispose()


def sweep(owner_url: str) -> None:
    """The market of a measurement is empty again for the next one."""
    engine = create_engine(owner_url)
    with engine.begin() as db:
        db.execute(text("TRUNCATE open_listing, person CASCADE"))
    engine.dispose()


def _step_over_the_fence(db: Connection, force: str) -> None:
    for table in ("person", "listing"):
        db.execute(text(f"ALTER TABLE {table} {force} ROW LEVEL SECURITY"))


def _dress() -> Insert:
    """What the trigger would have done for each lot."""
    renamed: dict[str, Any] = {
        "listing_id": listing.c.id,
        "opened_at": listing.c.created_at,
        "lat": text(SHOWN_SQL.format("lat")),
        "lon": text(SHOWN_SQL.format("lon")),
    }
    columns = [column.name for column in open_listing.columns if column.computed is None]
    shown: list[Any] = [renamed.get(name, listing.c.get(name)) for name in columns]
    lots = select(*shown)
    return insert(open_listing).from_select(columns, lots.where(listing.c.code >= bindparam("first")))


def _sold() -> dict[str, list[Any]]:
    """The commodities, where each one's share of all lots ends, and what a quintal of it costs about."""
    rest = (100 - sum(COMMON.values())) / (len(COMMODITIES) - len(COMMON))
    ends = [share / 100 for share in accumulate(COMMON.get(name, rest) for name in COMMODITIES)]
    return {"names": list(COMMODITIES), "edges": ends[:-1], "prices": list(map(_price, COMMODITIES.values()))}


def _price(known: Commodity) -> int:
    return isqrt(known.low_paise * known.high_paise) if known.low_paise and known.high_paise else SOME_PRICE


async def _reference(app_url: str) -> None:
    engine = make_engine(app_url)
    await seed_reference(engine)
    await engine.dispose()


def main() -> None:
    many = int(sys.argv[1])
    since = time.monotonic()
    with ExitStack() as stack:
        owner_url = os.environ.get("DATABASE_OWNER_URL")
        if not owner_url:
            database = stack.enter_context(embedded(market_settings().mandi_home / "postgres"))
            owner_url = database.owner_url
            migrate(owner_url)
            asyncio.run(_reference(database.app_url))
        fill(owner_url, many)
    print(f"{many} open lots in {time.monotonic() - since:.0f} s")


if __name__ == "__main__":
    main()
