"""Webhooks to a receiver on this machine: how many a second, spread and signed, sent and written down."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core import events
from marketplace_core.bench import Row
from marketplace_core.desk import Desk, open_desk
from marketplace_core.seed import TENANT
from marketplace_core.spreading import spread
from marketplace_core.vault import house_vault
from marketplace_core.webhooks import models as t
from marketplace_core.webhooks.commands import secret_cell
from marketplace_core.webhooks.rounds import deliver_round
from marketplace_core.webhooks.signing import new_secret
from marketplace_core.webhooks.wire import Wire

EVENTS, THINGS, ENDPOINTS = 1_000, 250, 2
ANSWER = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"


async def measure(engine: AsyncEngine) -> Sequence[Row]:
    got = 0

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal got
        while head := await _head(reader):
            await reader.readexactly(_length(head))
            got += 1
            writer.write(ANSWER)
        writer.close()

    server = await asyncio.start_server(receive, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await _spread_all(engine)  # what other measures have left behind
    async with open_desk(engine, TENANT, datetime.now(UTC)) as desk:
        for _ in range(ENDPOINTS):
            await _endpoint(desk, f"http://127.0.0.1:{port}/")
        moved = ((f"B{n % THINGS}", {"n": n}) for n in range(EVENTS))
        await events.record_all(desk, "booking.confirmed", moved)

    since, sent = time.perf_counter(), 0
    await _spread_all(engine)
    spread_in = time.perf_counter() - since
    since = time.perf_counter()
    async with Wire(loopback=True) as wire:
        while more := await deliver_round(engine, wire, datetime.now(UTC)):
            sent += more
    sent_in = time.perf_counter() - since
    server.close()
    assert got >= sent == EVENTS * ENDPOINTS
    return [
        Row("webhooks: events spread to 2 endpoints", (f"{EVENTS / spread_in:,.0f} events a second",)),
        Row("webhooks: signed, sent, written down", (f"{sent / sent_in:,.0f} deliveries a second",)),
    ]


async def _spread_all(engine: AsyncEngine) -> None:
    while True:
        async with open_desk(engine, TENANT, datetime.now(UTC)) as desk:
            if not await spread(desk):
                return


async def _endpoint(desk: Desk, url: str) -> None:
    """As `webhooks.add` makes it, which refuses one's own machine."""
    endpoint_id, secret_id = uuid4(), uuid4()
    await desk.db.execute(
        insert(t.endpoint).values(
            tenant_id=desk.tenant,
            id=endpoint_id,
            url=url,
            kinds=["*"],
            state="active",
            moved_at=desk.now,
            moved_by="operator",
            created_at=desk.now,
        )
    )
    sealed = house_vault().seal(secret_cell(desk, secret_id), new_secret())
    await desk.db.execute(
        insert(t.secret).values(
            tenant_id=desk.tenant,
            id=secret_id,
            endpoint_id=endpoint_id,
            key_id=sealed.key_id,
            sealed=sealed.blob,
            created_at=desk.now,
        )
    )


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.CancelledError):  # hung up, or the measure is over
        return b""


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
