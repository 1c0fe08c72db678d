"""Deleting the files of what was forgotten. The same file may be somebody else's as well: then it stays."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.desk import Desk, open_desk
from marketplace_core.privacy.models import erased_file as t
from marketplace_core.privacy.registry import PERSONAL
from marketplace_core.tenants.queries import everyone

BATCH = 200


async def delete_files(engine: AsyncEngine, remove: Callable[[str], Awaitable[None]], now: datetime) -> int:
    """`remove` deletes one key from the store, and does not mind when it is gone already. How many were deleted."""
    removed, tenants = 0, await everyone(engine)
    for tenant in tenants:
        async with open_desk(engine, tenant, now) as desk:
            listed = select(t.c.key).where(t.c.tenant_id == tenant).order_by(t.c.at).limit(BATCH)
            keys = (await desk.db.execute(listed)).scalars().all()
        for key in keys:
            if not await _used_anywhere(engine, tenants, key, now):
                await remove(key)  # outside of every transaction
                removed += 1
            async with open_desk(engine, tenant, now) as desk:
                await desk.db.execute(delete(t).where(t.c.tenant_id == tenant, t.c.key == key))
    return removed


async def _used_anywhere(engine: AsyncEngine, tenants: tuple[int, ...], key: str, now: datetime) -> bool:
    for tenant in tenants:
        async with open_desk(engine, tenant, now) as desk:
            if await _used(desk, key):
                return True
    return False


async def _used(desk: Desk, key: str) -> bool:
    for each in PERSONAL:
        if each.files:
            found = await desk.db.execute(
                text(
                    f"SELECT EXISTS (SELECT FROM {each.table} t "  # noqa: S608 - our own table names
                    f"WHERE t.tenant_id = :tenant AND :key = ANY ({each.files}))"
                ),
                {"tenant": desk.tenant, "key": key},
            )
            if found.scalar_one():
                return True
    return False
