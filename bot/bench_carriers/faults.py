"""What breaks, one thing a run: in the second third of it, so that there is a before and an after."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.bench_carriers.carrier import Mood, PretendTwilio
from bot.processes import Child, start

#: As `mandi up` pauses before it starts again what has died.
UNTIL_RESTARTED = 0.5


@dataclass(frozen=True)
class Standing:
    web: Child
    worker: Child
    rasa: Child
    carrier: PretendTwilio
    restart_database: Callable[[], None]


#: Given what stands, and how many seconds the fault may last.
Fault = Callable[[Standing, float], Awaitable[None]]


async def nothing(_standing: Standing, _seconds: float) -> None:
    """To compare with."""


async def server_killed(standing: Standing, _seconds: float) -> None:
    await _kill(standing.web)


async def worker_killed(standing: Standing, _seconds: float) -> None:
    await _kill(standing.worker)


async def database_restarted(standing: Standing, _seconds: float) -> None:
    await asyncio.to_thread(standing.restart_database)


async def rasa_stopped(standing: Standing, seconds: float) -> None:
    """It takes connections and never answers, which is worse than being away."""
    process = standing.rasa.process
    assert process
    os.killpg(process.pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        os.killpg(process.pid, signal.SIGCONT)


async def carrier_busy(standing: Standing, seconds: float) -> None:
    async with _mood(standing.carrier, "busy"):
        await asyncio.sleep(seconds)


async def carrier_late(standing: Standing, seconds: float) -> None:
    async with _mood(standing.carrier, "late"):
        await asyncio.sleep(seconds)


FAULTS: Mapping[str, Fault] = {
    "none": nothing,
    "server-killed": server_killed,
    "worker-killed": worker_killed,
    "database-restarted": database_restarted,
    "rasa-stopped": rasa_stopped,
    "carrier-429": carrier_busy,
    "carrier-late": carrier_late,
}


@asynccontextmanager
async def _mood(carrier: PretendTwilio, mood: Mood) -> AsyncIterator[None]:
    carrier.mood = mood
    try:
        yield
    finally:
        carrier.mood = "well"


async def _kill(child: Child) -> None:
    """As by `kill -9`: it can finish nothing."""
    assert child.process
    child.process.kill()
    child.process.wait()
    await asyncio.sleep(UNTIL_RESTARTED)
    start(child)
