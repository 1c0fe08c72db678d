"""Who the tenants are. These need no seat: they are asked to find out where to sit down."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from marketplace_core.tenants import models as t


@dataclass(frozen=True)
class Tenant:
    id: int
    name: str
    numbers: tuple[str, ...]


async def of_number(db: AsyncConnection, channel: str, value: str) -> int | None:
    """Whose number this is."""
    found = await db.execute(
        select(t.tenant_number.c.tenant_id).where(
            t.tenant_number.c.channel == channel, t.tenant_number.c.value == value
        )
    )
    return found.scalar_one_or_none()


async def exists(db: AsyncConnection, tenant_id: int) -> bool:
    found = await db.execute(select(t.tenant.c.id).where(t.tenant.c.id == tenant_id))
    return found.scalar_one_or_none() is not None


async def everyone(engine: AsyncEngine) -> tuple[int, ...]:
    """All tenants, for what is done for each of them."""
    async with engine.connect() as db:
        return tuple((await db.execute(select(t.tenant.c.id).order_by(t.tenant.c.id))).scalars())


async def listed(db: AsyncConnection) -> tuple[Tenant, ...]:
    numbers = func.array_remove(func.array_agg(t.tenant_number.c.value), None)
    rows = await db.execute(
        select(t.tenant.c.id, t.tenant.c.name, numbers)
        .outerjoin(t.tenant_number, t.tenant_number.c.tenant_id == t.tenant.c.id)
        .group_by(t.tenant.c.id)
        .order_by(t.tenant.c.id)
    )
    return tuple(Tenant(own_id, name, tuple(sorted(values))) for own_id, name, values in rows)
