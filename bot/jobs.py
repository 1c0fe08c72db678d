"""Work that may take its time: fetching attachments, and the daily keeping of the house.

Jobs are queued in the transaction that made them necessary, so none is lost and none runs for nothing.
"""

import asyncio
from contextlib import AbstractAsyncContextManager, suppress
from datetime import UTC, datetime
from uuid import UUID

import structlog
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import attachments
from bot.attachments import Lying
from bot.carriers.port import Carriers
from bot.carriers.refusals import MediaFailed
from marketplace_core.alerts import commands as alerts
from marketplace_core.api import sweep
from marketplace_core.audit import commands as audit
from marketplace_core.audit.hours import count_in_events
from marketplace_core.bookings import commands as bookings
from marketplace_core.desk import Desk, open_desk
from marketplace_core.disputes import commands as disputes
from marketplace_core.escrow import commands as escrow
from marketplace_core.fraud import screens
from marketplace_core.grading import commands as gradings
from marketplace_core.grading import drift, labels, serving
from marketplace_core.kyc import commands as kyc
from marketplace_core.ledger import commands as ledger
from marketplace_core.ledger import proof
from marketplace_core.listings import commands as listings
from marketplace_core.lots import commands as lots
from marketplace_core.offers import lapsing as offers
from marketplace_core.payments import commands as payments
from marketplace_core.payments.razorpay.errands import make_rounds
from marketplace_core.photos import commands as photos
from marketplace_core.photos.prints import Print, print_of
from marketplace_core.privacy import retention
from marketplace_core.privacy.files import delete_files
from marketplace_core.settings import market_settings
from marketplace_core.store import NotAPhoto, Storage, check_photo
from marketplace_core.tenants.queries import everyone
from marketplace_core.tenants.rounds import at_every_desk
from marketplace_core.wishes import commands as wishes

log = structlog.get_logger()

MAKE_MONTHS = text("SELECT make_log_months(cast(:now AS date), 3)")
STRAYS = text("SELECT count_log_strays()")
#: A tenant whose carrier fails so often in a round is left for the next one; the others go on.
AWAY = 3
#: What time does, room by room, each in transactions of its own.
LAPSES = (
    escrow.keep_held,
    bookings.remind_unpaid,
    bookings.run_out,
    listings.expire,
    offers.expire,
    disputes.escalate,
    wishes.expire,
    alerts.expire,
    payments.expire,
    kyc.expire,
    ledger.expire_holds,
    lots.run_out,
    gradings.give_up_lost,
)

app = App(connector=PsycopgConnector(), import_paths=["bot.jobs"])


class Tools:
    """What jobs work with; the worker hands it over through the context."""

    def __init__(self, engine: AsyncEngine, carriers: Carriers, store: Storage) -> None:
        self.engine, self.carriers, self.store = engine, carriers, store


def tools_of(context: JobContext) -> Tools:
    tools: Tools = context.additional_context["tools"]
    return tools


async def fetch_later(desk: Desk, ids: tuple[UUID, ...]) -> None:
    raw = (await desk.db.get_raw_connection()).driver_connection
    for attachment in ids:
        here = fetch.configure(connection=raw, lock=f"fetch {attachment}")
        await here.defer_async(tenant=desk.tenant, attachment=str(attachment))


@app.task(pass_context=True, retry=RetryStrategy(max_attempts=5, exponential_wait=4))
async def fetch(context: JobContext, tenant: int, attachment: str) -> None:
    """Copies an attachment from the carrier; what cannot be had is noted, the words beside it stay good."""
    tools, own_id = tools_of(context), UUID(attachment)

    def desk() -> AbstractAsyncContextManager[Desk]:
        return open_desk(tools.engine, tenant, datetime.now(UTC))

    async with desk() as here:
        lying = await attachments.lying(here, own_id)
    if lying is None:
        return
    try:
        content, content_type = await tools.carriers.named(lying.carrier).fetch_media(lying.url)
        prints = await asyncio.to_thread(_looked_at, content) if content_type.startswith("image/") else None
        key = await tools.store.store(content, content_type)
    except (MediaFailed, NotAPhoto) as failure:
        if isinstance(failure, MediaFailed) and failure.temporary and context.job.attempts < 4:
            raise
        async with desk() as here:
            await attachments.lost(here, own_id, str(failure))
            await gradings.photo_lost(here, own_id)
        await _leave_carrier(tools, tenant, lying)
        return
    async with desk() as here:
        owner = await attachments.kept(here, own_id, key, content_type)
        if prints:
            await photos.remember(here, own_id, person_id=owner, key=key, prints=prints)
            await screens.photo_came(here, own_id)
        else:  # whatever it was called
            await gradings.photo_lost(here, own_id)
    await _leave_carrier(tools, tenant, lying)


@app.task(pass_context=True)
async def fetch_again(context: JobContext, tenant: int, attachment: str) -> None:
    """Once; the next round is the next try. So it never waits twice, which its queueing lock forbids."""
    await fetch(context, tenant, attachment)


@app.periodic(cron="*/5 * * * *")
@app.task(pass_context=True, queueing_lock="fetch_unsettled")
async def fetch_unsettled(context: JobContext, timestamp: int) -> None:
    """A worker that was killed, or a store that was away for all five tries, must not cost anybody a photo."""
    engine = tools_of(context).engine
    for tenant in await everyone(engine):
        async with open_desk(engine, tenant, datetime.now(UTC)) as desk:
            unsettled = await attachments.unsettled(desk)
        for each in map(str, unsettled):
            with suppress(AlreadyEnqueued):
                again = fetch_again.configure(lock=f"fetch {each}", queueing_lock=f"fetch {each}")
                await again.defer_async(tenant=tenant, attachment=each)


def _looked_at(content: bytes) -> Print:
    check_photo(content)
    return print_of(content)


async def _leave_carrier(tools: Tools, tenant: int, lying: Lying) -> bool:
    """What we have, or do not want, stays nowhere else. False: the carrier is away, and later is better."""
    try:
        await tools.carriers.named(lying.carrier).forget_media(lying.url)
    except MediaFailed as failure:
        log.warning("attachment stays at its carrier", why=str(failure))
        return not failure.temporary
    async with open_desk(tools.engine, tenant, datetime.now(UTC)) as desk:
        await attachments.left_carrier(desk, lying.id)
    return True


@app.periodic(cron="*/5 * * * *")
@app.task(pass_context=True, queueing_lock="leave_carriers")
async def leave_carriers(context: JobContext, timestamp: int) -> None:
    """Deletes at the carriers what could not be deleted there when it was copied."""
    tools = tools_of(context)
    for tenant in await everyone(tools.engine):
        async with open_desk(tools.engine, tenant, datetime.now(UTC)) as desk:
            left_behind = await attachments.left_behind(desk)
        failures = 0
        for each in left_behind:
            failures += not await _leave_carrier(tools, tenant, each)
            if failures == AWAY:
                break


@app.periodic(cron="*/5 * * * *")
@app.task(pass_context=True, queueing_lock="run_out")
async def run_out(context: JobContext, timestamp: int) -> None:
    """Whatever nobody answered, paid, objected to or renewed in time."""
    engine, now, faults = tools_of(context).engine, datetime.now(UTC), []
    for lapse in LAPSES:
        try:
            await at_every_desk(engine, now, lapse)
        except ExceptionGroup as fault:
            faults.append(fault)
    if faults:
        raise ExceptionGroup("not everything has lapsed", faults)


@app.periodic(cron="*/5 * * * *")
@app.task(pass_context=True, queueing_lock="watch_prices")
async def watch_prices(context: JobContext, timestamp: int) -> None:
    """Whoever waits for a price hears of it soon after a file with newer ones was brought in."""
    await at_every_desk(tools_of(context).engine, datetime.now(UTC), alerts.tell_who_waits)


@app.periodic(cron="*/5 * * * *")
@app.task(pass_context=True, queueing_lock="razorpay")
async def razorpay(context: JobContext, timestamp: int) -> None:
    """Refunds go there, and payments of which no webhook told are looked up."""
    await make_rounds(tools_of(context).engine, datetime.now(UTC), market_settings())


@app.periodic(cron="* * * * *")
@app.task(pass_context=True, queueing_lock="seal")
async def seal(context: JobContext, timestamp: int) -> None:
    """What was written into the audit book since is closed into its chain."""

    async def close(desk: Desk) -> None:
        await count_in_events(desk)
        while await audit.seal(desk):
            pass

    await at_every_desk(tools_of(context).engine, datetime.now(UTC), close)


@app.periodic(cron="17 20 * * *")
@app.task(pass_context=True, queueing_lock="tidy")
async def tidy(context: JobContext, timestamp: int) -> None:
    """In the small hours of India: next months' partitions, what need not be kept, and whether the books add up."""
    engine, now = tools_of(context).engine, datetime.now(UTC)
    async with engine.begin() as db:
        if strays := (await db.execute(STRAYS)).scalar_one():
            log.error("log rows in no month", rows=strays)
        await db.execute(MAKE_MONTHS, {"now": now})

    async def forget(desk: Desk) -> None:
        await retention.sweep(desk)
        await sweep.forget(desk)
        if broken := await proof.broken(desk):
            log.error("the books do not add up", tenant=desk.tenant, claims=list(broken))

    await at_every_desk(engine, now, forget)
    await sweep.forget_strangers(engine, now)
    await delete_files(engine, tools_of(context).store.remove, now)
    await app.job_manager.delete_old_jobs(nb_hours=24 * 7)


@app.periodic(cron="47 20 * * *")
@app.task(pass_context=True, queueing_lock="learn")
async def learn(context: JobContext, timestamp: int) -> None:
    """What people judged since becomes labels, and whether the eyes still see what they learned from."""

    async def look_back(desk: Desk) -> None:
        await serving.know_shipped(desk)
        await labels.of_inspections(desk)
        await drift.watch(desk)

    await at_every_desk(tools_of(context).engine, datetime.now(UTC), look_back)


def connector(database_url: str) -> PsycopgConnector:
    plain = make_url(database_url).set(drivername="postgresql")
    return PsycopgConnector(conninfo=plain.render_as_string(hide_password=False), min_size=1, max_size=4)
