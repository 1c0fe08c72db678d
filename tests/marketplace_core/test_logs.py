"""What happened is kept by the month, also what happened before months were made."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from alembic import command
from psycopg import sql
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.db.embedded import ROLES
from marketplace_core.db.engine import alembic_config
from marketplace_core.desk import Desk, open_desk
from marketplace_core.events import claim, mark_noticed, record
from marketplace_core.seed import TENANT
from tests.conftest import NOW

AS_IT_WAS = "SELECT tenant_id, id, kind, subject, about, at, noticed_at FROM event"
WHERE = text("SELECT tableoid::regclass::text FROM event")


async def partition_of(desk: Desk) -> str:
    await record(desk, "listing.published", "L1", {})
    return str((await desk.db.execute(WHERE)).scalar_one())


async def test_an_event_lies_with_its_month(desk: Desk) -> None:
    today = Desk(desk.db, desk.tenant, datetime.now(NOW.tzinfo))
    assert await partition_of(today) == f"event_{today.now.astimezone():%Y_%m}"


async def test_an_event_of_no_month_is_kept_told_and_counted_as_an_alarm(
    engine: AsyncEngine, clean: None
) -> None:
    async with open_desk(engine, TENANT, NOW.replace(year=2020)) as desk:
        assert await partition_of(desk) == "event_other"
    async with open_desk(engine, TENANT, NOW) as desk:
        (ours,) = await claim(desk, 10)
        await mark_noticed(desk, [ours.id])
        assert await claim(desk, 10) == []
    async with engine.connect() as db:  # whoever counts needs no seat and sees no row
        assert (await db.execute(text("SELECT count_log_strays()"))).scalar_one() == 1


async def test_months_are_made_ahead_once_and_are_no_doors(engine: AsyncEngine) -> None:
    far = NOW.date().replace(year=2031)
    async with engine.begin() as db:
        for _ in range(2):
            await db.execute(text("SELECT make_log_months(:day, 2)"), {"day": far})
    async with engine.connect() as db:
        names = ["message_2031_11", "message_2031_12", "event_2031_11", "event_2031_12"]
        asked = text(
            "SELECT c, has_table_privilege(c, 'SELECT, INSERT') FROM unnest(cast(:names AS text[])) c"
        )
        assert {tuple(row) for row in await db.execute(asked, {"names": names})} == {
            (n, False) for n in names
        }


@pytest.fixture
def before_months(owner_url: str) -> Iterator[str]:
    """A database of its own in the same server, as it was before events were kept by the month."""
    admin_url = make_url(owner_url).set(drivername="postgresql", username="postgres")
    admin = admin_url.render_as_string(hide_password=False)
    own = admin_url.set(database="mandi_before").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as db:
        db.execute("CREATE DATABASE mandi_before")
    try:
        with psycopg.connect(own, autocommit=True) as db:
            db.execute(ROLES.read_bytes())
        url = make_url(owner_url).set(database="mandi_before").render_as_string(hide_password=False)
        command.upgrade(alembic_config(url), "0003")
        yield url
    finally:
        with psycopg.connect(admin, autocommit=True) as db:
            db.execute(sql.SQL("DROP DATABASE mandi_before WITH (FORCE)"))


def test_events_of_before_are_there_afterwards(before_months: str) -> None:
    plain = make_url(before_months).set(drivername="postgresql").render_as_string(hide_password=False)
    old = NOW - timedelta(days=3)
    with psycopg.connect(plain) as db:
        db.execute(
            "INSERT INTO event (tenant_id, kind, subject, about, at, noticed_at) "
            "VALUES (1, 'offer.made', 'L1', '{\"kg\": 5}', %s, %s), (2, 'offer.made', 'L2', '{}', %s, NULL)",
            [old, old, old],
        )
        before: list[Any] = db.execute(f"{AS_IT_WAS} ORDER BY id").fetchall()
    command.upgrade(alembic_config(before_months), "head")
    with psycopg.connect(plain) as db:
        seen = []
        for tenant in ("1", "2"):
            db.execute("SELECT set_config('app.tenant', %s, true)", [tenant])
            seen += db.execute(AS_IT_WAS).fetchall()
        assert seen == before
        assert db.execute("SELECT count_log_strays()").fetchone() == (0,)
