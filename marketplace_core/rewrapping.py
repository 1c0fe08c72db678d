"""Bringing what lies in the vault under the newest master key, so that the old one can be dropped."""

from datetime import datetime

from sqlalchemy import Table, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.desk import Desk, open_desk
from marketplace_core.kyc.models import document
from marketplace_core.payouts.models import destination
from marketplace_core.tenants.queries import everyone
from marketplace_core.vault import Cell, Sealed, Vault
from marketplace_core.webhooks.models import secret

#: A table with something sealed keeps it in `sealed`, and the name of its master key in `key_id`.
SEALED: tuple[Table, ...] = (document, destination, secret)
AT_ONCE = 500


async def rewrap(desk: Desk, vault: Vault) -> int:
    """Some of what still hangs on an older key; call it until it answers 0. Of what was erased nothing hangs there."""
    done = 0
    for table in SEALED:
        t = table.c
        old = await desk.db.execute(
            select(t.id, t.key_id, t.sealed)
            .where(t.tenant_id == desk.tenant, t.key_id != vault.newest, t.sealed != b"")
            .order_by(t.id)
            .limit(AT_ONCE)
            .with_for_update()
        )
        for row in old.all():
            cell = Cell(desk.tenant, table.name, "sealed", row.id)
            fresh = vault.rewrap(cell, Sealed(row.key_id, row.sealed))
            await desk.db.execute(
                update(table)
                .where(t.tenant_id == desk.tenant, t.id == row.id)
                .values(key_id=fresh.key_id, sealed=fresh.blob)
            )
            done += 1
    return done


async def rewrap_everything(engine: AsyncEngine, now: datetime, vault: Vault) -> int:
    """For every tenant, a few hundred to a transaction; how many there were."""
    total = 0
    for tenant in await everyone(engine):
        done = -1
        while done:
            async with open_desk(engine, tenant, now) as desk:
                done = await rewrap(desk, vault)
            total += done
    return total
