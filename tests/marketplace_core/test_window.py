"""The window shows every open lot to everybody, nothing of anybody, and finds it by an index."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zlib import crc32

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Select, create_engine, func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import ProgrammingError

from marketplace_core.bookings import commands as bookings
from marketplace_core.commodities import COMMODITIES
from marketplace_core.db.embedded import embedded
from marketplace_core.db.engine import alembic_config, migrate
from marketplace_core.desk import Desk, sit_down
from marketplace_core.errors import BadTerms
from marketplace_core.listings import commands as listings
from marketplace_core.listings.models import listing
from marketplace_core.places.distance import km_between
from marketplace_core.places.plane import UP_SQL, box_on_plane, shown, up
from marketplace_core.tenants.models import tenant
from marketplace_core.window.models import MAPS, open_listing
from marketplace_core.window.queries import ANYTHING, Mark, Wanted, feed, nearest, newest, search
from tests.conftest import NOW
from tests.marketplace_core.people import LUDHIANA, MANDYA, MOGA, book_as_shown, buyer, farmer, straw

AROUND = {"lat": 30.9, "lon": 75.84, "km": 100.0}
SECOND = 2


async def codes(desk: Desk, *, not_seller: UUID | None = None, km: float = 100, **wanted: Any) -> list[str]:
    found = await search(desk, **(AROUND | {"km": km}), wanted=Wanted(**wanted), not_seller=not_seller)
    return [one.code for one in found]


async def fresh(desk: Desk, **wanted: Any) -> list[str]:
    return [one.code for one in (await feed(desk, **wanted)).listings]


async def next_door(desk: Desk) -> Desk:
    """A desk in another market, in the same transaction."""
    await desk.db.execute(tenant.insert().values(id=SECOND, name="Mandya Growers"))
    return await sit_down(desk.db, SECOND, NOW)


async def test_a_lot_stands_in_the_window_as_long_as_it_can_be_bought(desk: Desk) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    code = (await straw(desk, seller)).code
    assert await codes(desk) == [code]
    part = await book_as_shown(desk, buyer_id=me, code=code, kg=5_000)
    (left,) = await search(desk, **AROUND)
    assert (left.code, left.kg_left) == (code, 7_000)
    await book_as_shown(desk, buyer_id=me, code=code, kg=7_000)
    assert await codes(desk) == await fresh(desk) == []
    await bookings.cancel(desk, actor_id=me, code=part.code, why="")
    (back,) = await search(desk, **AROUND)
    assert (back.code, back.kg_left, back.opened_at) == (code, 5_000, NOW)
    await listings.cancel(desk, seller_id=seller, code=code)
    assert await codes(desk) == await fresh(desk) == []


async def test_what_ran_out_is_gone_at_once_and_back_when_renewed(desk: Desk) -> None:
    seller = await farmer(desk)
    code = (await straw(desk, seller)).code
    after = replace(desk, now=NOW + timedelta(days=30))
    assert await codes(after) == await fresh(after) == []
    await listings.expire(after)
    assert (await desk.db.execute(select(func.count()).select_from(open_listing))).scalar() == 0
    await listings.renew(after, seller_id=seller, code=code)
    assert await codes(after) == await fresh(after) == [code]


async def test_a_lot_that_is_deleted_or_only_a_draft_is_not_shown(desk: Desk) -> None:
    seller = await farmer(desk)
    code = (await straw(desk, seller)).code
    await desk.db.execute(listing.update().values(state="draft"))
    assert await codes(desk) == []
    await desk.db.execute(listing.update().values(state="active"))
    assert await codes(desk) == [code]
    await desk.db.execute(listing.delete())
    assert await codes(desk) == []


async def test_the_window_tells_nothing_of_anybody_and_no_exact_place(desk: Desk) -> None:
    exact = replace(MOGA, lat=30.816123, lon=75.166987)
    seller = await farmer(desk)
    await straw(desk, seller, place=exact)
    (found,) = await search(desk, **AROUND)
    assert (found.place.lat, found.place.lon) == (30.82, 75.17)
    assert found.km == round(km_between(30.9, 75.84, 30.82, 75.17), 1)  # the distance tells no more
    (row,) = (await desk.db.execute(select(open_listing))).all()
    told = " ".join(map(str, (*row, *asdict(found).values())))
    assert str(seller) not in told
    assert "30.816" not in told
    assert "75.166" not in told
    assert "Gurpreet" not in told
    assert set(open_listing.c.keys()) & {"seller_id", "photos", "name", "phone"} == set()


@pytest.mark.parametrize(
    "writing",
    [
        "UPDATE open_listing SET price_paise = 1",
        "DELETE FROM open_listing",
        "TRUNCATE open_listing",
        "SELECT keep_window_in_step()",
    ],
)
async def test_the_app_cannot_write_on_the_window(desk: Desk, writing: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await desk.db.execute(text(writing))


async def test_every_market_is_in_the_window_and_named(desk: Desk) -> None:
    here = (await straw(desk, await farmer(desk))).code
    there_desk = await next_door(desk)
    there = (await straw(there_desk, await farmer(there_desk), place=LUDHIANA)).code
    for seat in (there_desk, await sit_down(desk.db, 1, NOW)):
        found = await search(seat, **AROUND)
        assert [(one.code, one.market) for one in found] == [(there, "Mandya Growers"), (here, "Mandi Mitra")]
        own = await search(seat, **AROUND, own_market=True)
        assert [one.code for one in own] == [there if seat.tenant == SECOND else here]
        assert sorted(await fresh(seat)) == sorted([here, there])


async def test_a_search_takes_every_wish_into_account(desk: Desk) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    cheap = (await straw(desk, seller, price_paise=20_000, kg=500)).code
    by_tonne = (
        await straw(desk, seller, price_paise=200_010, per="t", place=LUDHIANA)
    ).code  # 20,001 a quintal
    late = (await straw(desk, seller, price_paise=50_000, available_from=date(2026, 12, 24))).code
    wheat = (await straw(desk, seller, commodity="wheat")).code
    own = (await straw(desk, me, price_paise=90_000)).code
    await desk.db.execute(listing.update().where(listing.c.code == cheap).values(grade="A"))
    await desk.db.execute(listing.update().where(listing.c.code == late).values(grade="B"))
    near, far = [by_tonne], [own, late, cheap]
    assert await codes(desk, commodity="paddy_straw") == near + far
    assert await codes(desk) == [by_tonne, own, wheat, late, cheap]
    assert await codes(desk, commodity="paddy_straw", not_seller=me) == [by_tonne, late, cheap]
    assert await codes(desk, commodity="paddy_straw", min_kg=501) == [by_tonne, own, late]
    assert await codes(desk, most_paise=20_000) == [cheap]
    assert await codes(desk, most_paise=20_001) == [by_tonne, cheap]
    assert await codes(desk, least_paise=20_001, most_paise=50_000) == [by_tonne, wheat, late]
    assert await codes(desk, grade="A") == [cheap]
    assert await codes(desk, grade="B") == await codes(desk, grade="C") == [late, cheap]
    assert late not in await codes(desk, available_by=date(2026, 12, 23))
    assert late in await codes(desk, available_by=date(2026, 12, 24))
    assert await codes(desk, commodity="gold") == []
    assert await codes(desk, km=5) == [by_tonne]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lat", 91.0),
        ("lat", float("nan")),
        ("lon", -181.0),
        ("lon", float("inf")),
        ("km", 0.0),
        ("km", float("nan")),
        ("km", float("inf")),
        ("limit", 0),
    ],
)
async def test_a_search_without_a_place_is_refused(desk: Desk, field: str, value: float) -> None:
    with pytest.raises(BadTerms) as refusal:
        await search(desk, **(AROUND | {field: value}))
    assert refusal.value.field == field


async def test_the_feed_tells_the_newest_first_page_by_page_and_skips_nothing(desk: Desk) -> None:
    seller = await farmer(desk)
    came = []
    for minutes in (0, 1, 1, 1, 2):  # three in the same moment
        moment = replace(desk, now=NOW + timedelta(minutes=minutes))
        came.append((await straw(moment, seller)).code)
    page = await feed(desk, limit=2)
    read = [one.code for one in page.listings]
    late = replace(desk, now=NOW + timedelta(minutes=3))
    newer = (await straw(late, seller)).code  # comes in while somebody reads
    while page.next:
        page = await feed(desk, limit=2, after=page.next)
        read += [one.code for one in page.listings]
    assert read == came[::-1]
    assert (await fresh(desk))[0] == newer
    assert await fresh(desk, limit=6) == [newer, *read]
    assert (await feed(desk, limit=6)).next is None


async def test_the_feed_of_a_commodity_a_state_a_district(desk: Desk) -> None:
    seller = await farmer(desk)
    moga = (await straw(desk, seller)).code
    ludhiana = (await straw(desk, seller, place=LUDHIANA)).code
    mandya = (await straw(desk, seller, place=MANDYA, commodity="jaggery")).code
    assert await fresh(desk) == [mandya, ludhiana, moga]
    assert await fresh(desk, state="Punjab") == [ludhiana, moga]
    assert await fresh(desk, state="Punjab", district="Moga") == [moga]
    assert await fresh(desk, state="Karnataka", district="Moga") == []
    assert await fresh(desk, wanted=Wanted(commodity="jaggery")) == [mandya]
    assert await fresh(desk, wanted=Wanted(commodity="jaggery"), state="Punjab") == []
    with pytest.raises(BadTerms):
        await feed(desk, district="Moga")
    with pytest.raises(BadTerms):
        await feed(desk, limit=0)


def test_every_commodity_has_a_map_of_its_own() -> None:
    assert len({crc32(name.encode()) % MAPS for name in COMMODITIES}) == len(COMMODITIES)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_place_is_shown_to_two_decimals(lat: float, lon: float) -> None:
    for degree in (lat, lon):
        assert abs(shown(degree) - degree) <= 0.005 + 1e-9
        assert round(shown(degree), 2) == shown(degree)


async def test_the_database_lays_places_flat_and_rounds_them_as_we_do(desk: Desk) -> None:
    degrees = [n / 1000 for n in range(-90_000, 90_001, 37)] + [8.005, 12.345, 30.815, 30.825, 77.125]
    statement = f"SELECT lat, {UP_SQL}, round(lat::numeric, 2)::float8 FROM unnest(:lats) lat"
    rows = (await desk.db.execute(text(statement), {"lats": degrees})).all()
    assert [row[2] for row in rows] == [shown(lat) for lat in degrees]
    assert [row[1] for row in rows] == pytest.approx([up(lat) for lat in degrees], abs=1e-9)


@given(st.floats(6, 37), st.floats(68, 97), st.floats(1, 1000), st.floats(-1, 1), st.floats(-1, 1))
def test_a_box_holds_everything_within_reach(
    lat: float, lon: float, km: float, north: float, east: float
) -> None:
    there = lat + north * km / 110, lon + east * km / 80
    if km_between(lat, lon, *there) <= km:
        west_edge, south_edge, east_edge, north_edge = box_on_plane(lat, lon, km)
        assert west_edge <= there[1] <= east_edge
        assert south_edge <= up(there[0]) <= north_edge


MANY = """
    INSERT INTO listing (tenant_id, code, seller_id, state, commodity, kg, kg_left, unit, price_paise, per,
        pincode, district, place_state, lat, lon, available_from, expires_at, created_at)
    SELECT 1, 'X' || n, :seller, CASE WHEN n % 10 = 0 THEN 'cancelled' ELSE 'active' END,
        (ARRAY['paddy_straw', 'wheat', 'onion', 'bagasse'])[1 + n % 4],
        1000, 1000, 't', 25000, 'quintal', '142001', 'District ' || n % 300, 'State ' || n % 30,
        8 + 27 * random(), 69 + 27 * random(), current_date, now() + interval '20 years',
        now() - n * interval '1 second'
    FROM generate_series(1, :many) n
"""


@pytest.fixture(scope="module")
def crowded(owner_url: str) -> Iterator[Connection]:
    """The owner's connection to a market of some thousand lots that nobody else sees."""
    owner = create_engine(owner_url)
    with owner.connect() as db:
        db.execute(text("SELECT set_config('app.tenant', '1', true), setseed(0.5)"))
        seller = db.execute(
            text("INSERT INTO person (tenant_id, created_at) VALUES (1, now()) RETURNING id")
        ).scalar_one()
        db.execute(text(MANY), {"seller": seller, "many": 20_000})
        db.execute(text("ANALYZE listing"))
        db.execute(text("ANALYZE open_listing"))
        yield db
        db.rollback()
    owner.dispose()


NEAREST: dict[str, Any] = {
    **AROUND,
    "wanted": Wanted(commodity="paddy_straw"),
    "limit": 21,
    "own_market": False,
    "not_seller": None,
}
NEWEST: dict[str, Any] = {"wanted": ANYTHING, "state": None, "district": None, "after": None, "limit": 21}
SEAT = Desk(None, 1, NOW)  # type: ignore[arg-type]
HOT_QUERIES = {
    "near, one commodity": (nearest(SEAT, **NEAREST), "ix_open_listing_spot"),
    "near, here alone": (
        nearest(SEAT, **(NEAREST | {"own_market": True, "not_seller": UUID(int=1)})),
        "ix_open_listing_spot",
    ),
    "near, anything": (nearest(SEAT, **(NEAREST | {"wanted": ANYTHING})), "ix_open_listing_ground"),
    "newest": (newest(SEAT, **NEWEST), "ix_open_listing_newest"),
    "newest, next page": (
        newest(SEAT, **(NEWEST | {"after": Mark(NOW, UUID(int=1))})),
        "ix_open_listing_newest",
    ),
    "newest of a commodity": (
        newest(SEAT, **(NEWEST | {"wanted": Wanted(commodity="onion")})),
        "ix_open_listing_commodity_newest",
    ),
    "newest of a state": (newest(SEAT, **(NEWEST | {"state": "State 3"})), "ix_open_listing_state_newest"),
    "newest of a district": (
        newest(SEAT, **(NEWEST | {"state": "State 3", "district": "District 3"})),
        "ix_open_listing_district_newest",
    ),
}


@pytest.mark.parametrize("name", HOT_QUERIES)
def test_every_hot_query_goes_by_its_index(crowded: Connection, name: str) -> None:
    query, index = HOT_QUERIES[name]
    plan = explain(crowded, query)
    assert index in plan, plan
    assert "Seq Scan on open_listing" not in plan, plan


@pytest.mark.parametrize("name", HOT_QUERIES)
def test_in_a_crowd_the_index_hands_out_rows_in_order_and_nothing_is_sorted(
    crowded: Connection, name: str
) -> None:
    """A small crowd may be gathered and sorted; forbidding that stands in for a large one."""
    query, index = HOT_QUERIES[name]
    with crowded.begin_nested() as savepoint:
        crowded.execute(text("SET LOCAL enable_bitmapscan TO off"))
        plan = explain(crowded, query)
        savepoint.rollback()
    assert f"{index} on open_listing" in plan, plan
    assert "Sort" not in plan, plan


def test_without_its_index_the_search_reads_the_whole_window(crowded: Connection) -> None:
    with crowded.begin_nested() as savepoint:
        crowded.execute(text("DROP INDEX ix_open_listing_spot"))
        plan = explain(crowded, HOT_QUERIES["near, one commodity"][0])
        savepoint.rollback()
    assert "Seq Scan on open_listing" in plan, plan
    assert "Sort" in plan, plan


def explain(db: Connection, query: Select[Any]) -> str:
    compiled = query.compile(dialect=postgresql.psycopg.dialect())
    return "\n".join(db.exec_driver_sql(f"EXPLAIN {compiled.string}", compiled.params).scalars())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lat=st.floats(7, 37),
    lon=st.floats(68, 97),
    km=st.floats(5, 400),
    commodity=st.sampled_from([None, "paddy_straw", "onion"]),
    limit=st.integers(1, 40),
)
def test_nothing_in_reach_is_missed_and_the_nearest_come_first(
    crowded: Connection, lat: float, lon: float, km: float, commodity: str | None, limit: int
) -> None:
    """Against every lot measured one by one on the sphere."""
    asked = {"lat": lat, "lon": lon, "km": km, "wanted": Wanted(commodity=commodity), "limit": limit}
    rows = crowded.execute(nearest(SEAT, **(NEAREST | asked))).all()
    found = sorted(km_between(lat, lon, row.lat, row.lon) for row in rows)
    everything = crowded.execute(select(open_listing.c.lat, open_listing.c.lon, open_listing.c.commodity))
    true = sorted(
        away
        for row in everything
        if commodity in (None, row.commodity) and (away := km_between(lat, lon, row.lat, row.lon)) <= km
    )
    assert len(found) == min(limit, len(true))
    if len(true) <= limit:
        assert found == pytest.approx(true)
    # the plane stretches by what the latitude changes over the distance
    assert all(f <= t * (1 + 0.8 * t / 6371) + 1e-6 for f, t in zip(found, true[:limit], strict=True))


def test_a_market_from_before_the_window_is_in_it_after_the_migration(server_folder: Path) -> None:
    lots = """
        INSERT INTO tenant VALUES (1, 'One');
        INSERT INTO person (tenant_id, id, created_at) VALUES (1, uuidv7(), now());
        INSERT INTO listing (tenant_id, code, seller_id, state, commodity, kg, kg_left, unit, price_paise, per,
            pincode, district, place_state, lat, lon, available_from, expires_at, created_at)
        SELECT 1, code, id, state, 'wheat', 9, left_over, 'kg', 2500, 'kg',
            '142001', 'Moga', 'Punjab', 30.81595, 75.16685, current_date, now(), now()
        FROM person, (VALUES ('LOPEN2', 'active', 9), ('LGONE2', 'cancelled', 9), ('LEMPTY', 'active', 0))
            AS lot (code, state, left_over)
    """
    with embedded(server_folder) as old:
        command.upgrade(alembic_config(old.owner_url), "0003")
        with create_engine(old.app_url).begin() as db:
            db.exec_driver_sql(lots)
        migrate(old.owner_url)
        with create_engine(old.app_url).connect() as db:
            shown_now = db.execute(select(open_listing.c.code, open_listing.c.lat, open_listing.c.lon)).all()
            fenced_again = db.execute(text("SELECT count(*) FROM listing")).scalar()
    assert [tuple(row) for row in shown_now] == [("LOPEN2", 30.82, 75.17)]
    assert fenced_again == 0
