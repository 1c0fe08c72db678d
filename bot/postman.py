"""Carries away what turns leave behind: answers to send, news to tell, conversations to wake."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from bot import conversations, outbox, turn
from bot.outbox import Postbox
from bot.outbox.clock import going_on_from
from bot.outbox.hours import Hours, hours_of, open_from
from bot.turn import Office
from flows.heard import News
from flows.notices import NOTICES, recipients
from marketplace_core import events
from marketplace_core.tenants.queries import everyone

log = structlog.get_logger()
BATCH = 20
NOT_URGENT = frozenset(kind for kind, notice in NOTICES.items() if not notice.urgent)


async def spread_news(office: Office, hours: Hours, now: datetime) -> int:
    """Tells people what happened. An event is marked only when all were told; telling twice changes nothing.

    What can wait is not told at night, rather than told and held back: a conversation must not stand at a question
    that its person has not seen.
    """
    told = []
    can_wait = () if open_from(hours, now) <= now else NOT_URGENT
    async with office.desk(now) as desk:
        for event in await events.claim(desk, BATCH, can_wait):
            news = News(event.kind, event.subject, event.about)
            heard = [await _tell(office, person, news, event.id, now) for person in recipients(news)]
            if all(heard):
                told.append(event.id)
        if told:
            await events.mark_noticed(desk, told)
    return len(told)


async def _tell(office: Office, person: UUID, news: News, event: UUID, now: datetime) -> bool:
    """One conversation that cannot be told must not keep the others waiting; it is tried again next round."""
    try:
        await turn.tell(office, person, news, event, now)
    except Exception as fault:
        log.error("news not told", fault=type(fault).__name__, exc_info=fault)
        await turn.mend(office, person, now)
        return False
    return True


async def wake_sleepers(office: Office, now: datetime, hours: Hours | None = None) -> int:
    """Reminders can wait for the morning too."""
    if open_from(hours, now) > now:
        return 0
    async with office.desk(now) as desk:
        sleepers = await conversations.due(desk)
    for person in sleepers:
        try:
            await turn.wake(office, person, now)
        except Exception as fault:
            log.error("not woken", fault=type(fault).__name__, exc_info=fault)
            await turn.mend(office, person, now)
    return len(sleepers)


async def make_round(office: Office, box: Postbox, now: datetime) -> None:
    """Until nothing is left: telling news makes messages, and sending is what they wait for."""
    told = sent = 1
    clock = going_on_from(now)
    hours = hours_of(box.settings)["notice"]
    while told or sent:
        told = await spread_news(office, hours, now)
        sent = await outbox.drain(box, office.tenant, clock())


@dataclass
class Postman:
    """Goes whenever a turn rings; the worker's own rounds catch what it misses."""

    rung: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: set[int] = field(default_factory=set)

    def ring(self, tenant: int) -> None:
        self.waiting.add(tenant)
        self.rung.set()

    async def work(self, office: Office, box: Postbox, clock: Callable[[], datetime]) -> None:
        """Begins with what a killed server may have left behind, anywhere."""
        with _noting():
            for tenant in await everyone(office.engine):
                self.ring(tenant)
        while True:
            await self.rung.wait()
            self.rung.clear()
            waiting, self.waiting = self.waiting, set()
            for tenant in waiting:
                with _noting():
                    await make_round(office.of(tenant), box, clock())


@contextmanager
def _noting() -> Iterator[None]:
    """The worker comes round in a second, a dead postman never."""
    try:
        yield
    except Exception as fault:
        log.error("round failed", fault=type(fault).__name__, exc_info=fault)
