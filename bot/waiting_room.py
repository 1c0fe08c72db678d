"""Where messages wait when more come than can be answered at once: stored, acknowledged, and heard soon after.

At the door of a full house they would wait on the carrier's line, and it gives up and brings everything again. The
worker calls them in (`bot/usher.py`), in order; what they hear leaves through the outbox.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from pydantic import TypeAdapter
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ferry import Ferry
from bot.message import Inbound
from flows.shortcodes.mask import masked
from marketplace_core.desk import Desk, open_desk

#: Turns at once in one web server. It has one thread: more would slow down each, and whoever knocks next.
AT_ONCE = 2
#: Seconds until whoever found no room is sent to wait outside.
PATIENCE = 0.03
#: A claim this old was left behind by a worker that died. Should it be alive, the turn is still made once.
LEASE = timedelta(seconds=15)

#: What was answered before has its answer, whoever waits.
SEAT = text("""
    WITH come AS (
        SELECT inbound, nth, inbound ->> 'carrier' AS carrier, inbound ->> 'carrier_id' AS carrier_id
        FROM jsonb_array_elements(:inbounds) WITH ORDINALITY AS come (inbound, nth)
    ), known AS (
        SELECT nth, answer FROM come JOIN inbound USING (carrier, carrier_id) WHERE tenant_id = :tenant
    ), seated AS (
        INSERT INTO waiting (tenant_id, carrier, carrier_id, channel, sender, inbound, at)
        SELECT :tenant, carrier, carrier_id, inbound #>> '{sender,channel}', inbound #>> '{sender,value}', inbound,
            CAST(inbound ->> 'received_at' AS timestamptz)
        FROM come WHERE nth NOT IN (SELECT nth FROM known) ORDER BY nth
        ON CONFLICT DO NOTHING
    )
    SELECT answer FROM come LEFT JOIN known USING (nth) ORDER BY nth
""").bindparams(bindparam("inbounds", type_=JSONB))

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
        ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED
    )
    UPDATE waiting SET claimed_at = :now FROM head
    WHERE waiting.tenant_id = :tenant AND waiting.id = head.id
    RETURNING waiting.inbound
""")

#: Who waits longer than this is heard by nobody: the worker is down, or cannot keep up.
LATE = timedelta(minutes=1)
WAITS = text("SELECT count(*), min(at) FROM waiting WHERE tenant_id = :tenant")

INBOUND = TypeAdapter(Inbound)


@dataclass(frozen=True)
class Outside:
    """How many messages wait, and since when the first does."""

    waiting: int
    since: datetime | None
    late: bool


class Crowd:
    """Who is inside. `most`: None where nobody waits outside, since nobody would call them in.

    Until `opening` is done nobody is let in, and whoever may not wait outside waits for it at the door: a server that
    comes back after a fault takes messages some seconds before it understands them.
    """

    def __init__(
        self,
        most: int | None = None,
        patience: float = PATIENCE,
        opening: asyncio.Future[None] | None = None,
    ) -> None:
        self.seats = None if most is None else asyncio.Semaphore(most)
        self.patience = patience
        self.opening = opening
        self._outside: Ferry[Inbound, str | None] | None = None

    @property
    def is_open(self) -> bool:
        return self.opening is None or self.opening.done()

    async def opened(self) -> None:
        if self.opening:
            await asyncio.shield(self.opening)

    async def wait_outside(self, engine: AsyncEngine, tenant: int, inbound: Inbound) -> str | None:
        """What this very message was answered with before, if it was. Who comes with many is stored with them."""
        self._outside = self._outside or Ferry(partial(_seat, engine))
        return await self._outside.carry(tenant, inbound)

    @asynccontextmanager
    async def entered(self, came_at: float) -> AsyncIterator[bool]:
        """Whether there was room, or soon was; `came_at` by the clock of the event loop."""
        if self.seats is None:
            yield True
            return
        if not self.is_open:
            yield False
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


async def _seat(engine: AsyncEngine, tenant: int, inbounds: Sequence[Inbound]) -> Sequence[str | None]:
    stored = [INBOUND.dump_python(each, mode="json") for each in inbounds]
    async with open_desk(engine, tenant, inbounds[-1].received_at) as desk:
        return (await desk.db.execute(SEAT, {"tenant": tenant, "inbounds": stored})).scalars().all()


async def outside(desk: Desk) -> Outside:
    many, since = (await desk.db.execute(WAITS, {"tenant": desk.tenant})).one()
    return Outside(many, since, since is not None and since < desk.now - LATE)


async def call_in(desk: Desk, most: int = 1) -> Sequence[Inbound]:
    """Of different senders, and for the time of `LEASE` nobody else's."""
    claim = {"tenant": desk.tenant, "now": desk.now, "left_behind": desk.now - LEASE, "most": most}
    called = (await desk.db.execute(CALL_IN, claim)).scalars()
    return [replace(INBOUND.validate_python(stored), waited=True) for stored in called]
