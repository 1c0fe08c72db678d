"""Organisations come, and get their numbers."""

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_core.errors import BadTerms, NotFound
from marketplace_core.tenants import models as t
from marketplace_core.tenants.errors import NumberTaken

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('mandi tenants', 0))"


async def add(db: AsyncConnection, name: str) -> int:
    """The new tenant's id."""
    if not name.strip():
        raise BadTerms("name")
    await db.exec_driver_sql(ONE_AT_A_TIME)
    free = select(func.coalesce(func.max(t.tenant.c.id), 0) + 1).scalar_subquery()
    made = await db.execute(insert(t.tenant).values(id=free, name=name.strip()).returning(t.tenant.c.id))
    tenant: int = made.scalar_one()
    return tenant


async def give_number(db: AsyncConnection, tenant: int, *, channel: str, value: str) -> None:
    """Messages to this number are the tenant's from now on, and its own go out from it."""
    if not (await db.execute(select(t.tenant.c.id).where(t.tenant.c.id == tenant))).first():
        raise NotFound("tenant")
    given = await db.execute(
        insert_or(t.tenant_number)
        .values(tenant_id=tenant, channel=channel, value=value)
        .on_conflict_do_nothing()
        .returning(t.tenant_number.c.tenant_id)
    )
    if given.first() is None:
        raise NumberTaken
