"""No tenant reads or touches another's rows: tried on every table the app can reach, as the catalogue lists them.

A table made tomorrow is tried tomorrow: its rows are made up from its columns alone. All of it happens in one
transaction of the superuser who lends himself the app's role, so that checks and foreign keys can be out of the
way; only the fence is left to say no.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import func, make_url, select
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.accounts.models import person
from marketplace_core.db import tables
from marketplace_core.desk import open_desk
from tests.conftest import NOW
from tests.marketplace_core.people import farmer

OURS, THEIRS, NOBODY = "1001", "1002", ""
SHARED = {table.name for table in tables.SHARED}
#: No tenant in them at all: the migrations' own, and what photos look like, found by an index no fence allows.
TENANTLESS = {"alembic_version", "photo_print"}
#: The job queue brings its own tables, and whoever claims jobs claims them for everybody.
QUEUE = "procrastinate_"

REACHABLE = """
    SELECT relname, oid, relkind, relispartition, EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'tenant_id' AND NOT attisdropped
    ) AS has_tenant
    FROM pg_class c
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
      AND (has_table_privilege('mandi_app', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
           OR has_any_column_privilege('mandi_app', oid, 'SELECT, INSERT, UPDATE'))
    ORDER BY relname
"""
FENCE = """
    SELECT relrowsecurity, relforcerowsecurity, array(
        SELECT (polname, polpermissive, polcmd, polroles, pg_get_expr(polqual, polrelid),
                pg_get_expr(polwithcheck, polrelid))::text
        FROM pg_policy WHERE polrelid = c.oid
    )
    FROM pg_class c WHERE oid = %s
"""
#: What the database makes of an invented value, by the category of its type; `U` goes by the type's name.
INVENTED = {
    "N": "1", "S": "x", "D": "2026-11-20", "B": "f", "A": "{}", "G": "(0,0)", "R": "empty", "T": "0", "I": "::1",
    "jsonb": "{}", "json": "{}", "bytea": "", "vector": "[0]",
}  # fmt: skip
NEEDED = """
    SELECT attname, typcategory, typname, format_type(atttypid, atttypmod) AS type,
           (SELECT enumlabel FROM pg_enum WHERE enumtypid = atttypid ORDER BY enumsortorder LIMIT 1) AS label
    FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
    WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped AND attname <> 'tenant_id'
      AND attnotnull AND NOT atthasdef AND attidentity = '' AND attgenerated = ''
"""
CHECKS = "SELECT conname FROM pg_constraint WHERE conrelid = %s AND contype = 'c' AND coninhcount = 0"

Connection = psycopg.Connection[Any]


@pytest.fixture
def superuser(owner_url: str) -> Iterator[Connection]:
    url = make_url(owner_url).set(drivername="postgresql", username="postgres")
    with psycopg.connect(url.render_as_string(hide_password=False)) as db:
        # foreign keys and triggers stay away: what refuses below is the fence and nothing else
        db.execute("SET session_replication_role = replica")
        yield db
        db.rollback()


def fenced(db: Connection) -> list[tuple[str, int]]:
    return [
        (name, oid)
        for name, oid, _, _, has_tenant in db.execute(REACHABLE).fetchall()
        if has_tenant and name not in SHARED
    ]


def invent(db: Connection, name: str, oid: int) -> sql.Composed:
    """An INSERT that needs only the tenant."""
    columns, values = [sql.Identifier("tenant_id")], [sql.Placeholder("tenant")]
    for column, category, typename, kind, label in db.execute(NEEDED, [oid]).fetchall():
        columns.append(sql.Identifier(column))
        if typename == "uuid":
            values.append(sql.SQL("uuidv7()"))
            continue
        value = label or INVENTED.get(typename, INVENTED.get(category))
        assert value is not None, f"no value was ever invented for {name}.{column}, a {kind}"
        values.append(sql.SQL("{}::" + kind).format(sql.Literal(value)))
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(name), sql.SQL(", ").join(columns), sql.SQL(", ").join(values)
    )


@contextmanager
def as_app(db: Connection, seat: str) -> Iterator[None]:
    with db.transaction(force_rollback=True):
        db.execute("SELECT set_config('app.tenant', %s, true)", [seat])
        db.execute("SET LOCAL ROLE mandi_app")
        yield


def touched(db: Connection, seat: str, statement: sql.Composable, tenant: str = THEIRS) -> int:
    """How many rows the app reached from this seat; none when it was refused."""
    with as_app(db, seat):
        try:
            with db.transaction():
                return db.execute(statement, {"tenant": tenant}).rowcount
        except psycopg.errors.InsufficientPrivilege:
            return 0


def leaks(db: Connection, name: str, oid: int) -> list[str]:
    """Every way in which somebody at our desk, or at none, reached a row of theirs."""
    for (check,) in db.execute(CHECKS, [oid]).fetchall():
        db.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(*map(sql.Identifier, (name, check))))
    insert, table = invent(db, name, oid), sql.Identifier(name)
    for tenant in (OURS, THEIRS):
        db.execute(insert, {"tenant": tenant})
    ways = {
        "reads": "SELECT FROM {} WHERE tenant_id = %(tenant)s",
        "changes": "UPDATE {} SET tenant_id = tenant_id WHERE tenant_id = %(tenant)s",
        "deletes": "DELETE FROM {} WHERE tenant_id = %(tenant)s",
        "gives away": "UPDATE {} SET tenant_id = %(tenant)s WHERE tenant_id <> %(tenant)s",
    }
    statements = {way: sql.SQL(text).format(table) for way, text in ways.items()} | {"inserts": insert}
    return [
        f"{name}: {seat or 'nobody'} {way}"
        for way, statement in statements.items()
        for seat, tenant in ((OURS, THEIRS), (NOBODY, THEIRS), (NOBODY, OURS))
        if touched(db, seat, statement, tenant)
    ]


def test_whatever_the_app_can_reach_is_fenced_or_known_to_be_shared(superuser: Connection) -> None:
    loose = [
        name
        for name, _, _, _, has_tenant in superuser.execute(REACHABLE).fetchall()
        if not has_tenant and name not in SHARED | TENANTLESS and not name.startswith(QUEUE)
    ]
    assert loose == []


def test_a_partition_is_no_door(superuser: Connection) -> None:
    reachable = superuser.execute(REACHABLE).fetchall()
    assert [name for name, _, _, partition, _ in reachable if partition] == []
    assert {"message", "event"} <= {name for name, _, kind, _, _ in reachable if kind == "p"}


def test_every_fence_is_the_same_and_holds_the_owner_too(superuser: Connection) -> None:
    (person_oid,) = superuser.execute("SELECT 'person'::regclass::oid").fetchone() or (0,)
    pattern = superuser.execute(FENCE, [person_oid]).fetchone()
    assert pattern is not None
    assert pattern[:2] == (True, True)
    assert len(pattern[2]) == 1
    assert "own_tenant,t,*,{0}" in pattern[2][0]
    other = [name for name, oid in fenced(superuser) if superuser.execute(FENCE, [oid]).fetchone() != pattern]
    assert other == []


def test_nobody_reaches_a_row_of_another_tenant_on_any_table(superuser: Connection) -> None:
    tried = fenced(superuser)
    assert len(tried) > 10
    assert [leak for name, oid in tried for leak in leaks(superuser, name, oid)] == []


def test_at_their_own_desk_everybody_reaches_their_own_rows(superuser: Connection) -> None:
    """Otherwise a table that refuses everybody would pass for one with a fence."""
    blind = []
    for name, oid in fenced(superuser):
        if superuser.execute("SELECT has_table_privilege('mandi_app', %s, 'SELECT')", [oid]).fetchone() == (
            True,
        ):
            leaks(superuser, name, oid)  # puts a row of each tenant there
            count = sql.SQL("SELECT FROM {} WHERE tenant_id = %(tenant)s").format(sql.Identifier(name))
            if not (touched(superuser, OURS, count, OURS) == touched(superuser, THEIRS, count, THEIRS) == 1):
                blind.append(name)
    assert blind == []


@pytest.mark.parametrize(
    "opened",
    ["ALTER TABLE person DISABLE ROW LEVEL SECURITY", "CREATE POLICY all_of_them ON person USING (true)"],
)
def test_without_its_fence_a_table_leaks_in_every_way(superuser: Connection, opened: str) -> None:
    (oid,) = superuser.execute("SELECT 'person'::regclass::oid").fetchone() or (0,)
    superuser.execute(opened)
    found = leaks(superuser, "person", oid)
    for way in ("reads", "changes", "deletes", "gives away", "inserts"):
        assert f"person: {OURS} {way}" in found
        assert f"person: nobody {way}" in found
    assert [name for name, each in fenced(superuser) if each == oid]


async def test_the_app_itself_sees_what_its_seat_shows(engine: AsyncEngine, clean: None) -> None:
    async with open_desk(engine, 1, NOW) as desk:
        await farmer(desk)
    people = select(func.count()).select_from(person)
    async with engine.connect() as db:
        assert (await db.execute(people)).scalar_one() == 0
    seen = {}
    for tenant in (1, 2):
        async with open_desk(engine, tenant, NOW) as desk:
            seen[tenant] = (await desk.db.execute(people)).scalar_one()
    assert seen == {1: 1, 2: 0}
    async with engine.connect() as db:  # the seat was for one transaction, whatever connection it was
        assert (await db.execute(people)).scalar_one() == 0
