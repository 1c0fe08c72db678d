"""The office's hand on the audit chains of all tenants.

python -m marketplace_core.audit verify [--anchors FILE]    says the first broken link, ends with 1 if there is one
python -m marketplace_core.audit anchor [--anchors FILE]    writes each chain's end as a line, to be kept outside
python -m marketplace_core.audit seal                       closes what is still open

The database is DATABASE_URL, or the embedded one of a first run.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.audit.commands import seal
from marketplace_core.audit.hours import count_in_events
from marketplace_core.audit.verify import Head, head, verify
from marketplace_core.db.embedded import embedded
from marketplace_core.db.engine import make_engine
from marketplace_core.desk import Desk, open_desk
from marketplace_core.settings import market_settings


async def run(engine: AsyncEngine, command: str, anchors: Path | None) -> int:
    broken = 0
    kept = _anchored(anchors) if command == "verify" else []
    async for desk in _desks(engine):
        if command == "seal":
            await count_in_events(desk)
            while await seal(desk):
                pass
        elif command == "anchor":
            _write((await head(desk)).line(), anchors)
        else:
            verdict = await verify(desk, kept)
            print(f"tenant {desk.tenant}: {verdict.entries} entries, {verdict.broken or 'whole'}")
            broken += verdict.broken is not None
    return 1 if broken else 0


async def _desks(engine: AsyncEngine) -> AsyncIterator[Desk]:
    async with engine.connect() as db:
        tenants = (await db.execute(text("SELECT id FROM tenant ORDER BY id"))).scalars().all()
    for each in tenants:
        async with open_desk(engine, each, datetime.now(UTC)) as desk:
            yield desk


def _anchored(path: Path | None) -> list[Head]:
    return [Head.of_line(line) for line in path.read_text().splitlines() if line] if path else []


def _write(line: str, path: Path | None) -> None:
    if path is None:
        print(line)
        return
    with path.open("a") as book:
        book.write(line + "\n")


@contextmanager
def _database() -> Iterator[str]:
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    with embedded(market_settings().mandi_home / "postgres") as own:
        yield own.app_url


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m marketplace_core.audit")
    asked.add_argument("command", choices=["verify", "anchor", "seal"])
    asked.add_argument("--anchors", type=Path, help="a file of lines as `anchor` writes them")
    given = asked.parse_args()

    async def work(url: str) -> int:
        engine = make_engine(url)
        try:
            return await run(engine, given.command, given.anchors)
        finally:
            await engine.dispose()

    with _database() as url:
        sys.exit(asyncio.run(work(url)))


if __name__ == "__main__":
    main()
