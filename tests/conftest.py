"""One real PostgreSQL for the whole run, with the whole gazetteer and no market in it."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import psycopg
import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.db.embedded import Database, embedded
from marketplace_core.db.engine import make_engine, migrate
from marketplace_core.desk import Desk, sit_down
from marketplace_core.seed import TENANT, seed_reference
from nlu.server import rasa_server

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Asia/Kolkata"))

KEPT = [
    "alembic_version",
    "tenant",
    "pincode",
    "district",
    "post_office",
    "market",
    "market_price",
    "price_edition",
    "procrastinate_workers",  # one that runs beside the tests would be somebody nobody knows
]
LARGE = 128 * 1024
#: Tables that ever held a row since they were made. Truncating all ninety takes a quarter of a second each time.
USED = """
    SELECT quote_ident(relname), pg_relation_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
      AND relname <> ALL (%s)
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write into the scripts what the bot says now")


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """Not under pytest's own folder: each new session closes that to everybody, also to our server's user."""
    with TemporaryDirectory(prefix="mandi-test-") as folder:
        yield Path(folder) / "pg"


@pytest.fixture(scope="session")
def database() -> Iterator[Database]:
    with TemporaryDirectory(prefix="mandi-test-") as folder, embedded(Path(folder) / "pg") as database:
        migrate(database.owner_url)
        with administrator(database.owner_url) as admin:
            # nobody pulls the plug here; where somebody does, the test has a server of its own
            admin.execute("ALTER DATABASE mandi SET synchronous_commit TO off")

        async def fill() -> None:
            engine = make_engine(database.app_url)
            await seed_reference(engine)
            await engine.dispose()

        asyncio.run(fill())
        yield database


@pytest.fixture(scope="session")
def rasa_url() -> Iterator[str]:
    """A real Rasa with our model, trained when its data has changed; or one that runs already, at RASA_URL."""
    if running := os.environ.get("RASA_URL"):
        yield running
        return
    with rasa_server(print) as url:
        yield url


@pytest.fixture(scope="session")
def database_url(database: Database) -> str:
    return database.app_url


@pytest.fixture(scope="session")
def owner_url(database: Database) -> str:
    return database.owner_url


@pytest.fixture(scope="session")
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def clean(owner_url: str) -> Iterator[None]:
    """For tests that commit: an empty market before and after, reference tables kept."""
    sweep(owner_url)
    yield
    sweep(owner_url)


def administrator(owner_url: str) -> psycopg.Connection:
    url = make_url(owner_url).set(drivername="postgresql", username="postgres")
    return psycopg.connect(url.render_as_string(hide_password=False))


def sweep(owner_url: str) -> None:
    """As the server's own administrator, whom neither fences nor triggers that forbid it keep from deleting."""
    with administrator(owner_url) as admin:
        admin.execute("SET session_replication_role = replica")
        used = admin.execute(USED, [KEPT]).fetchall()
        for table, _ in used:
            admin.execute(f"DELETE FROM {table}")
        admin.execute("DELETE FROM tenant WHERE id <> %s", [TENANT])
        admin.commit()
        admin.autocommit = True
        for table, size in used:
            if size > LARGE:  # what lies dead there would be read again by every sweep to come
                admin.execute(f"VACUUM {table}")


@pytest.fixture
async def desk(engine: AsyncEngine) -> AsyncIterator[Desk]:
    """A desk in a transaction that is rolled back after the test."""
    async with engine.connect() as db:
        yield await sit_down(db, TENANT, NOW)
        await db.rollback()
