"""Calls in who waits: a few at a time, each sender's messages in the order in which they came."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from bot import turn, waiting_room
from bot.message import Inbound
from bot.turn import Office

log = structlog.get_logger()

#: Side by side in one worker: they share its core, but wait for the database and the language model in turn.
USHERS = 6
#: So many are called in together, each of another sender. They wait longer if the worker dies.
TOGETHER = 12
#: So many times; then the house's other tenants are asked.
A_ROUND = 12


async def make_round(office: Office, _now: datetime) -> int:
    """How many were called in; 0 when nobody waits."""
    door = _Door(office)
    await door.call_in()
    async with asyncio.TaskGroup() as group:
        for _ in range(min(USHERS, len(door.called))):
            group.create_task(_usher(door))
    return door.many


@dataclass
class _Door:
    office: Office
    called: deque[Inbound] = field(default_factory=deque)
    times: int = 0
    many: int = 0

    async def call_in(self) -> None:
        if self.times < A_ROUND:
            self.times += 1
            async with self.office.desk(datetime.now(UTC)) as desk:
                called = await waiting_room.call_in(desk, TOGETHER)
            self.called.extend(called)
            self.many += len(called)

    async def next(self) -> Inbound | None:
        if not self.called:
            await self.call_in()
        return self.called.popleft() if self.called else None


async def _usher(door: _Door) -> None:
    while waiting := await door.next():
        try:
            await turn.take(door.office, waiting)
        except Exception as fault:  # called in again when the claim is over
            log.error("not called in", fault=type(fault).__name__, exc_info=fault)
