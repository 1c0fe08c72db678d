"""What rings in the web server is heard in the worker, also after the line was cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.bell import Bell, listen
from tests.conftest import administrator

LISTENING = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"


async def until_somebody_listens(engine: AsyncEngine, other_than: int = 0) -> int:
    for _ in range(200):
        async with engine.connect() as db:
            pid = (await db.execute(text(LISTENING))).scalar()
        if pid and pid != other_than:
            return int(pid)
        await asyncio.sleep(0.05)
    raise AssertionError("nobody listens")


@pytest.fixture
async def heard(database_url: str) -> AsyncIterator[asyncio.Queue[int]]:
    heard: asyncio.Queue[int] = asyncio.Queue()
    listening = asyncio.create_task(listen(database_url, heard.put_nowait))
    yield heard
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening


@pytest.fixture
async def bell(engine: AsyncEngine) -> AsyncIterator[Bell]:
    bell = Bell()
    ringing = asyncio.create_task(bell.work(engine))
    yield bell
    ringing.cancel()
    with suppress(asyncio.CancelledError):
        await ringing


async def test_a_hundred_turns_at_once_ring_once_for_each_tenant(
    engine: AsyncEngine, heard: asyncio.Queue[int], bell: Bell
) -> None:
    await until_somebody_listens(engine)
    for _ in range(50):
        bell.ring(7)
        bell.ring(8)
    async with asyncio.timeout(10):
        assert [await heard.get(), await heard.get()] == [7, 8]
    await asyncio.sleep(0.2)
    assert heard.empty()


async def test_after_the_line_was_cut_it_is_heard_again(
    engine: AsyncEngine, owner_url: str, heard: asyncio.Queue[int], bell: Bell
) -> None:
    pid = await until_somebody_listens(engine)
    with administrator(owner_url) as chief:
        chief.execute("SELECT pg_terminate_backend(%s)", [pid])
    await until_somebody_listens(engine, other_than=pid)
    bell.ring(9)
    async with asyncio.timeout(10):
        assert await heard.get() == 9


async def test_a_moment_in_which_every_connection_is_taken_ends_no_bell(
    engine: AsyncEngine, database_url: str, heard: asyncio.Queue[int]
) -> None:
    await until_somebody_listens(engine)
    narrow = create_async_engine(database_url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    bell = Bell()
    ringing = asyncio.create_task(bell.work(narrow))
    async with narrow.connect():
        bell.ring(7)
        await asyncio.sleep(0.3)
    bell.ring(8)
    async with asyncio.timeout(10):
        assert await heard.get() == 8
    ringing.cancel()
    with suppress(asyncio.CancelledError):
        await ringing
    await narrow.dispose()
