"""Work that may take its time: fetching attachments, and the daily keeping of the house.

Jobs are queued in the transaction that made them necessary, so none is lost and none runs for nothing.
"""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import structlog
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot import attachments
from bot.carriers.twilio.api import Twilio
from bot.carriers.twilio.media import MediaFailed
from bot.media import NotAPhoto, Storage, check_photo
from marketplace_core.bookings import commands as bookings
from marketplace_core.desk import Desk
from marketplace_core.listings import commands as listings

log = structlog.get_logger()

#: Repeats of a message arrive minutes later; a week is far beyond anything a carrier does.
FORGET_ANSWERED = text("DELETE FROM inbound WHERE at < :now - interval '7 days'")
FORGET_SENT = text(
    "DELETE FROM outbox WHERE state IN ('sent', 'failed') AND created_at < :now - interval '30 days'"
)
MAKE_MONTHS = text("SELECT make_message_months(cast(:now AS date), 3)")

app = App(connector=PsycopgConnector(), import_paths=["bot.jobs"])


class Tools:
    """What jobs work with; the worker hands it over through the context."""

    def __init__(self, engine: AsyncEngine, twilio: Twilio, store: Storage, tenant: int = 1) -> None:
        self.engine, self.twilio, self.store, self.tenant = engine, twilio, store, tenant


def tools_of(context: JobContext) -> Tools:
    tools: Tools = context.additional_context["tools"]
    return tools


async def fetch_later(db: AsyncConnection, ids: tuple[UUID, ...]) -> None:
    raw = (await db.get_raw_connection()).driver_connection
    for attachment in ids:
        await fetch.configure(connection=raw).defer_async(attachment=str(attachment))


@app.task(pass_context=True, retry=RetryStrategy(max_attempts=5, exponential_wait=4))
async def fetch(context: JobContext, attachment: str) -> None:
    """Copies an attachment from the carrier; what cannot be had is noted, the words beside it stay good."""
    tools, own_id = tools_of(context), UUID(attachment)
    async with tools.engine.connect() as db:
        url = await attachments.url(_desk(tools, db), own_id)
    if url is None:
        return
    try:
        content, content_type = await tools.twilio.fetch_media(url)
        if content_type.startswith("image/"):
            await asyncio.to_thread(check_photo, content)
        key = await tools.store.store(content, content_type)
    except MediaFailed as failure:
        if failure.temporary and context.job.attempts < 4:
            raise
        async with tools.engine.begin() as db:
            await attachments.lost(_desk(tools, db), own_id, str(failure))
        return
    except NotAPhoto as refusal:
        async with tools.engine.begin() as db:
            await attachments.lost(_desk(tools, db), own_id, str(refusal))
        return
    async with tools.engine.begin() as db:
        await attachments.kept(_desk(tools, db), own_id, key, content_type)


@app.periodic(cron="*/5 * * * *")
@app.task(pass_context=True, queueing_lock="run_out")
async def run_out(context: JobContext, timestamp: int) -> None:
    """Listings past their 30 days, bookings nobody answered in 24 hours."""
    tools = tools_of(context)
    async with tools.engine.begin() as db:
        desk = _desk(tools, db)
        await listings.expire(desk)
        await bookings.expire_pending(desk)


@app.periodic(cron="17 20 * * *")
@app.task(pass_context=True, queueing_lock="tidy")
async def tidy(context: JobContext, timestamp: int) -> None:
    """In the small hours of India: next months' partitions, and what need not be kept."""
    tools = tools_of(context)
    async with tools.engine.begin() as db:
        now = {"now": datetime.now(UTC)}
        for statement in (MAKE_MONTHS, FORGET_ANSWERED, FORGET_SENT):
            await db.execute(statement, now)
    await app.job_manager.delete_old_jobs(nb_hours=24 * 7)


def _desk(tools: Tools, db: AsyncConnection) -> Desk:
    return Desk(db, tools.tenant, datetime.now(UTC))


def connector(database_url: str) -> PsycopgConnector:
    plain = make_url(database_url).set(drivername="postgresql")
    return PsycopgConnector(conninfo=plain.render_as_string(hide_password=False), min_size=1, max_size=4)
