"""The worker: rounds every second, jobs as they come. As many copies as needed; each row is claimed by one."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import structlog

from bot import jobs, logs, outbox, postman
from bot.house import open_house
from bot.media import storage
from bot.settings import Settings

log = structlog.get_logger()

ROUND_SECONDS = 1.0


async def work(settings: Settings) -> None:
    logs.configure(settings.log_level)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for ending in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(ending, stop.set)
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(settings, ring=lambda: None))
        tools = jobs.Tools(house.engine, house.box.twilio, storage(settings))
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
                rounds = [
                    group.create_task(_rounds(lambda now: postman.make_round(house.office, house.box, now))),
                    group.create_task(_rounds(lambda now: postman.wake_sleepers(house.office, now))),
                    group.create_task(_rounds(lambda now: outbox.reconcile(house.box, now))),
                ]
                await stop.wait()
                for task in (worker, *rounds):
                    task.cancel()


async def _rounds(go: Callable[[datetime], object]) -> None:
    while True:
        try:
            await go(datetime.now(UTC))  # type: ignore[misc]
        except Exception as fault:  # the database may be away for a moment: the next round finds it back
            log.error("round failed", fault=type(fault).__name__)
        await asyncio.sleep(ROUND_SECONDS)
