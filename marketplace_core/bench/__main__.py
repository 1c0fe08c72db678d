"""`make bench-market`: every measure of the market, one after the other, in a database of its own.

python -m marketplace_core.bench [search offers …]
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from marketplace_core.bench import Measure, ledger, offers, routes, search, webhooks
from marketplace_core.db.embedded import embedded
from marketplace_core.db.engine import make_engine, migrate
from marketplace_core.seed import seed_reference

MEASURES: dict[str, Measure] = {
    "search": search.measure,
    "offers": offers.measure,
    "ledger": ledger.measure,
    "routes": routes.measure,
    "webhooks": webhooks.measure,
}


async def measure(app_url: str, names: list[str]) -> None:
    engine = make_engine(app_url, pool_size=50)
    await seed_reference(engine)
    for name in names:
        for row in await MEASURES[name](engine):
            print("  ".join((f"{row.what:<48}", *row.figures)), flush=True)
    await engine.dispose()


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="mandi-bench-") as folder,
        embedded(Path(folder) / "pg") as database,
    ):
        migrate(database.owner_url)
        asyncio.run(measure(database.app_url, sys.argv[1:] or list(MEASURES)))


if __name__ == "__main__":
    main()
