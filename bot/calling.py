"""Calls apart from the conversation: what carriers report of them, and the worker's round of what they leave to do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from bot import calls, missed_calls, recordings
from bot.away import or_away
from bot.calls import Call, CallStatus
from bot.missed_calls import Telephone
from bot.recordings import Cabinet, Left, Shelf
from bot.turn import Office

log = structlog.get_logger()

#: What became of a message that was spoken in a call, in the words of the outbox.
SPOKEN = {"completed": "delivered", "busy": "undelivered", "no-answer": "undelivered", "failed": "failed",
          "canceled": "failed"}  # fmt: skip


SawStatus = Callable[[int, str, str, int | None, str | None], Awaitable[None]]


class Phones(Telephone, Cabinet, Protocol):
    """Who places our calls keeps the recordings too."""


@dataclass(frozen=True)
class Book:
    """What carriers tell of calls; each raises `DatabaseAway`."""

    office: Callable[[], Office]
    clock: Callable[[], datetime]
    #: What became of a message: tenant, carrier id, status, error code, outbox id.
    saw_message: SawStatus

    async def missed(self, tenant: int, call: Call) -> None:
        with or_away():
            async with self.office().of(tenant).desk(self.clock()) as desk:
                await missed_calls.rang(desk, call)

    async def saw_call(self, tenant: int, seen: CallStatus, outbox_id: str | None) -> None:
        with or_away():
            async with self.office().of(tenant).desk(self.clock()) as desk:
                await calls.saw_status(desk, seen)
                written = await calls.write_after(desk)
        if outbox_id and seen.status in SPOKEN:
            await self.saw_message(tenant, seen.carrier_id, SPOKEN[seen.status], seen.error_code, outbox_id)
        if written:
            self.office().after_commit(tenant)

    async def saw_recording(self, tenant: int, left: Left) -> None:
        with or_away():
            async with self.office().of(tenant).desk(self.clock()) as desk:
                await recordings.note(desk, left)


async def make_round(phones: Phones, shelf: Shelf, office: Office, now: datetime) -> None:
    """Rings back, copies and deletes recordings, writes what a lost callback left unwritten."""
    async with office.desk(now) as desk:
        planned = await missed_calls.claim(desk)
        lying = await recordings.claim(desk)
        await calls.write_after(desk)
    for row in planned:
        try:
            placed = await missed_calls.place(phones, office.tenant, row)
            async with office.desk(now) as desk:
                await missed_calls.settle(desk, row, placed)
        except Exception as fault:  # the others wait for their call too
            log.error("call not settled", fault=type(fault).__name__, exc_info=fault)
    for row in lying:
        key, why = await recordings.copy(phones, shelf, row)
        async with office.desk(now) as desk:
            await recordings.keep(desk, row, key, why)
        if (key or why) and await recordings.remove(phones, row):
            async with office.desk(now) as desk:
                await recordings.left_carrier(desk, row)
