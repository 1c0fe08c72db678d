"""Prove the books of every tenant: a line for each claim, and 1 at the end if one does not hold.

python -m marketplace_core.ledger

The database is DATABASE_URL, or the embedded one of a first run.
"""

import asyncio
import os
import sys
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.db.embedded import embedded
from marketplace_core.db.engine import make_engine
from marketplace_core.desk import open_desk
from marketplace_core.ledger.proof import prove
from marketplace_core.settings import market_settings
from marketplace_core.tenants.queries import everyone


async def prove_all(engine: AsyncEngine) -> int:
    broken = 0
    for tenant in await everyone(engine):
        async with open_desk(engine, tenant, datetime.now(UTC)) as desk:
            for claim, rows in (await prove(desk)).items():
                broken += bool(rows)
                print(f"tenant {tenant}: {'BROKEN' if rows else 'holds '}  {claim}", *rows, sep="\n    ")
    return 1 if broken else 0


async def _with(url: str) -> int:
    engine = make_engine(url)
    try:
        return await prove_all(engine)
    finally:
        await engine.dispose()


def main() -> None:
    if url := os.environ.get("DATABASE_URL"):
        sys.exit(asyncio.run(_with(url)))
    with embedded(market_settings().mandi_home / "postgres") as own:
        sys.exit(asyncio.run(_with(own.app_url)))


if __name__ == "__main__":
    main()
