"""Calls in who waits: a few at a time, each sender's messages in the order in which they came."""

import asyncio
from datetime import UTC, datetime

import structlog

from bot import turn, waiting_room
from bot.message import Inbound
from bot.turn import Office

log = structlog.get_logger()

#: Side by side in one worker: they share its core, but wait for the database and the language model in turn.
USHERS = 4
#: So many by one usher; then the house's other tenants are asked.
A_ROUND = 10


async def make_round(office: Office, _now: datetime) -> int:
    """How many were called in; 0 when nobody waits."""
    first = await _next(office)
    if first is None:
        return 0
    async with asyncio.TaskGroup() as group:
        ushers = [group.create_task(_usher(office, each)) for each in (first, *(None,) * (USHERS - 1))]
    return sum(usher.result() for usher in ushers)


async def _usher(office: Office, waiting: Inbound | None) -> int:
    for many in range(A_ROUND):
        waiting = waiting or await _next(office)
        if waiting is None:
            return many
        try:
            await turn.take(office, waiting)
        except Exception as fault:  # called in again when the claim is over
            log.error("not called in", fault=type(fault).__name__, exc_info=fault)
        waiting = None
    return A_ROUND


async def _next(office: Office) -> Inbound | None:
    async with office.desk(datetime.now(UTC)) as desk:
        return await waiting_room.call_in(desk)
