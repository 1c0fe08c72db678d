"""Where messages wait when more come than can be answered at once: stored, acknowledged, and heard soon after.

At the door of a full house they would wait on the carrier's line, and it gives up and brings everything again. The
worker calls them in (`bot/usher.py`), in order; what they hear leaves through the outbox.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from pydantic import TypeAdapter
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from bot.message import Inbound
from flows.shortcodes.mask import masked
from marketplace_core.desk import Desk

#: Turns at once in one web server. It has one thread: more would slow down each, and whoever knocks next.
AT_ONCE = 2
#: Seconds until whoever found no room is sent to wait outside.
PATIENCE = 0.03
#: A claim this old was left behind by a worker that died. Should it be alive, the turn is still made once.
LEASE = timedelta(seconds=15)

#: What was answered before has its answer, whoever waits.
SEAT = text("""
    WITH known AS (
        SELECT answer FROM inbound
        WHERE tenant_id = :tenant AND carrier = :carrier AND carrier_id = :carrier_id
    ), seated AS (
        INSERT INTO waiting (tenant_id, carrier, carrier_id, channel, sender, inbound, at)
        SELECT :tenant, :carrier, :carrier_id, :channel, :sender, :inbound, :now
        WHERE NOT EXISTS (SELECT FROM known)
        ON CONFLICT DO NOTHING
    )
    SELECT answer FROM known
""").bindparams(bindparam("inbound", type_=JSONB))

#: Of one sender never the second before the first. Its row leaves with the turn that answers it.
CALL_IN = text("""
    WITH head AS (
        SELECT id FROM waiting AS first
        WHERE tenant_id = :tenant AND (claimed_at IS NULL OR claimed_at < :left_behind)
          AND NOT EXISTS (
              SELECT FROM waiting AS earlier
              WHERE earlier.tenant_id = first.tenant_id AND earlier.channel = first.channel
                AND earlier.sender = first.sender AND earlier.id < first.id
          )
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE waiting SET claimed_at = :now FROM head
    WHERE waiting.tenant_id = :tenant AND waiting.id = head.id
    RETURNING waiting.inbound
""")

INBOUND = TypeAdapter(Inbound)


class Crowd:
    """Who is inside. `most`: None where nobody waits outside, since nobody would call them in."""

    def __init__(self, most: int | None = None, patience: float = PATIENCE) -> None:
        self.seats = None if most is None else asyncio.Semaphore(most)
        self.patience = patience

    @asynccontextmanager
    async def entered(self, came_at: float) -> AsyncIterator[bool]:
        """Whether there was room, or soon was; `came_at` by the clock of the event loop."""
        if self.seats is None:
            yield True
            return
        try:
            async with asyncio.timeout_at(came_at + self.patience):
                await self.seats.acquire()
        except TimeoutError:
            yield False
            return
        try:
            yield True
        finally:
            self.seats.release()


def may_wait(inbound: Inbound) -> bool:
    """A call is answered in the call, what the ears heard has waited already, and a PIN is stored nowhere."""
    return not (
        inbound.sender.channel == "voice"
        or inbound.note
        or inbound.waited
        or masked(inbound.text, agent=True) != inbound.text
    )


async def seat(desk: Desk, inbound: Inbound) -> str | None:
    """What this very message was answered with before, if it was."""
    answer: str | None = (
        await desk.db.execute(
            SEAT,
            {
                "tenant": desk.tenant,
                "carrier": inbound.carrier,
                "carrier_id": inbound.carrier_id,
                "channel": inbound.sender.channel,
                "sender": inbound.sender.value,
                "inbound": INBOUND.dump_python(inbound, mode="json"),
                "now": desk.now,
            },
        )
    ).scalar_one_or_none()
    return answer


async def call_in(desk: Desk) -> Inbound | None:
    claim = {"tenant": desk.tenant, "now": desk.now, "left_behind": desk.now - LEASE}
    stored = (await desk.db.execute(CALL_IN, claim)).scalar_one_or_none()
    return replace(INBOUND.validate_python(stored), waited=True) if stored else None
