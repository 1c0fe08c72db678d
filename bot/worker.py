"""The worker: rounds every second, jobs as they come. As many copies as needed; each row is claimed by one."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import calling, jobs, logs, looking, outbox, postman, translating, usher
from bot.bell import listen
from bot.hearing import Hearing
from bot.house import House, open_house
from bot.outbox.hours import hours_of
from bot.settings import Settings
from bot.turn import Office
from marketplace_core.grading.serving import know_shipped
from marketplace_core.settings import market_settings
from marketplace_core.store import storage
from marketplace_core.tenants.queries import everyone
from marketplace_core.tenants.rounds import at_every_desk
from marketplace_core.webhooks.rounds import deliver_round
from marketplace_core.webhooks.wire import Wire

log = structlog.get_logger()

ROUND_SECONDS = 1.0
#: Whoever waits outside holds a phone in the hand.
CALL_IN_SECONDS = 0.2


async def work(settings: Settings) -> None:
    logs.configure(settings.log_level)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for ending in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(ending, stop.set)
    async with AsyncExitStack() as stack:
        rung = postman.Postman()
        house = await stack.enter_async_context(open_house(settings, ring=rung.ring))
        store = storage(market_settings())
        tools = jobs.Tools(house.engine, house.box.carriers, store)
        eyes = looking.Eyes(house.engine, store)
        hearing = Hearing(house.ears, store)
        translator = translating.translator(settings)
        await at_every_desk(house.engine, datetime.now(UTC), know_shipped)
        with jobs.app.replace_connector(jobs.connector(settings.database_url or "")) as app:
            await stack.enter_async_context(app.open_async())
            async with asyncio.TaskGroup() as group:
                worker = group.create_task(
                    app.run_worker_async(
                        concurrency=4,
                        install_signal_handlers=False,
                        additional_context={"tools": tools},
                        delete_jobs="successful",
                    )
                )
                quiet = hours_of(settings)["notice"]
                rounds = [
                    group.create_task(_rounds(house, go))
                    for go in (
                        lambda office, now: postman.make_round(office, house.box, now),
                        lambda office, now: postman.wake_sleepers(office, now, quiet),
                        lambda office, now: outbox.reconcile(house.box, office.tenant, now),
                        lambda office, now: looking.make_round(eyes, office.tenant, now),
                        hearing.make_round,
                        lambda office, now: translating.make_round(translator, office, now),
                        lambda office, now: calling.make_round(house.phones, store, office, now),
                    )
                ]
                rounds.append(group.create_task(_rounds(house, usher.make_round, CALL_IN_SECONDS)))
                rounds.append(group.create_task(_tell_partners(house.engine)))
                rounds.append(group.create_task(listen(settings.database_url or "", rung.ring)))
                rounds.append(
                    group.create_task(rung.work(house.office, house.box, lambda: datetime.now(UTC)))
                )
                await stop.wait()
                for task in (worker, *rounds):
                    task.cancel()


async def _rounds(
    house: House, go: Callable[[Office, datetime], Awaitable[object]], pause: float = ROUND_SECONDS
) -> None:
    while True:
        with _noting():
            for tenant in await everyone(house.engine):
                with _noting():
                    await go(house.office.of(tenant), datetime.now(UTC))
        await asyncio.sleep(pause)


async def _tell_partners(engine: AsyncEngine) -> None:
    async with Wire(loopback=market_settings().mandi_webhooks_to_loopback) as wire:
        while True:
            with _noting():
                while await deliver_round(engine, wire, datetime.now(UTC)):
                    pass
            await asyncio.sleep(ROUND_SECONDS)


@contextmanager
def _noting() -> Iterator[None]:
    """The database may be away for a moment: the next round finds it back."""
    try:
        yield
    except Exception as fault:
        log.error("round failed", fault=type(fault).__name__)
