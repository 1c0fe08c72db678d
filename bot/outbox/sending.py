"""Claims what is due, decides in the same transaction how it may leave, sends it, and marks what came of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import pictures
from bot.carriers.port import Carriers, Letter, Opening
from bot.carriers.refusals import Refused
from bot.ferry import Ferry
from bot.numbers import house_numbers
from bot.outbox.clock import going_on_from
from bot.outbox.elsewhere import say_elsewhere
from bot.outbox.hours import hours_of
from bot.outbox.line import SOON
from bot.outbox.pace import Pace
from bot.outbox.remedies import cure
from bot.outbox.rows import ADDRESS, COLUMNS, FAILED, PUT_OFF, REPLACED, Gone, Row, mark, mark_gone, row_of
from bot.outbox.together import gather_notices
from bot.outbox.ways import PAIR_SECONDS, Way, way_of
from bot.settings import Settings
from bot.speech.mouth import Mouth
from marketplace_core.desk import Desk, open_desk

log = structlog.get_logger()

BATCH = 20
#: Of different people, so none overtakes another of the same conversation.
AT_ONCE = 10

#: Oldest first, and per person only the head of the line: parts of one conversation never overtake each other. Only
#: what waits for a later hour lets the others pass, all of them: one that had to stay would hold up those behind it. A
#: notice that waits at all lets an answer pass. What is due is reckoned once, before the update: as a subquery of it,
#: it may run again and take more than the batch.
CLAIM = text(f"""
    WITH due AS (
        SELECT tenant_id, id FROM outbox AS head
        WHERE tenant_id = :tenant AND state = 'queued' AND due_at <= :now
          AND NOT EXISTS (
              SELECT FROM outbox AS earlier
              WHERE earlier.tenant_id = head.tenant_id AND earlier.person_id = head.person_id
                AND earlier.state IN ('queued', 'sending') AND earlier.id < head.id
                AND NOT (earlier.state = 'queued' AND (
                    earlier.due_at > :soon
                    OR earlier.due_at > :now AND earlier.purpose IN ('notice', 'promotion')
                        AND head.purpose IN ('answer', 'code')
                ))
          )
        ORDER BY due_at LIMIT :batch FOR UPDATE SKIP LOCKED
    ), o AS (
        UPDATE outbox SET state = 'sending', claimed_at = :now, begun_at = NULL, attempts = attempts + 1
        WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM due)
        RETURNING *
    )
    SELECT {COLUMNS}, tenant_number.value AS own_number, (
        SELECT count(*) FROM outbox AS lately
        WHERE lately.tenant_id = o.tenant_id AND lately.recipient = o.recipient AND lately.claimed_at > :since
          AND lately.id <> o.id
    ) AS lately
    FROM o {ADDRESS}
    LEFT JOIN tenant_number ON tenant_number.tenant_id = o.tenant_id AND tenant_number.channel = o.channel
""")  # noqa: S608 - our own words

#: Who sets it may call the carrier, once for each claim. Whoever waited for his turn so long that the row was taken to
#: be left behind finds it no longer his.
BEGIN = text("""
    UPDATE outbox SET begun_at = ready.at, claimed_at = ready.at
    FROM unnest(cast(:ids AS uuid[]), cast(:claimed AS timestamptz[]), cast(:at AS timestamptz[]))
        AS ready (id, claimed_at, at)
    WHERE outbox.tenant_id = :tenant AND outbox.id = ready.id AND state = 'sending'
        AND begun_at IS NULL AND outbox.claimed_at = ready.claimed_at
    RETURNING outbox.id
""")

#: Left or not, nobody knows: it is not said twice, holds nobody's line, and a delivery report settles it.
UNCERTAIN = text("""
    UPDATE outbox SET state = 'sent', status = coalesce(status, 'uncertain')
    WHERE tenant_id = :tenant AND id = :id AND state = 'sending'
""")


@dataclass(frozen=True)
class Ready:
    """A row about to leave, as it was claimed."""

    row: Row
    claimed_at: datetime
    at: datetime


@dataclass(frozen=True)
class Postbox:
    """What leaves at the same time is marked in the same transactions, before and after."""

    engine: AsyncEngine
    carriers: Carriers
    settings: Settings
    mouth: Mouth | None = None
    pace: Pace = field(default_factory=Pace)

    @cached_property
    def beginnings(self) -> Ferry[Ready, bool]:
        return Ferry(self._begin)

    @cached_property
    def ends(self) -> Ferry[Gone, None]:
        return Ferry(self._end)

    async def _begin(self, tenant: int, ready: Sequence[Ready]) -> Sequence[bool]:
        """False for what somebody else has by now."""
        each = {
            "ids": [one.row.id for one in ready],
            "claimed": [one.claimed_at for one in ready],
            "at": [one.at for one in ready],
        }
        async with open_desk(self.engine, tenant, ready[-1].at) as desk:
            ours = set((await desk.db.execute(BEGIN, {"tenant": tenant} | each)).scalars())
        return [one.row.id in ours for one in ready]

    async def _end(self, tenant: int, gone: Sequence[Gone]) -> Sequence[None]:
        async with open_desk(self.engine, tenant, datetime.now(UTC)) as desk:  # nothing here is dated
            await mark_gone(desk, gone)
        return [None] * len(gone)


async def drain(box: Postbox, tenant: int, now: datetime) -> int:
    """Sends what is due; returns how many rows were looked at."""
    burst = box.settings.whatsapp_burst_per_person
    since = now - timedelta(seconds=PAIR_SECONDS * burst)
    clock = going_on_from(now)
    leaving = []
    async with open_desk(box.engine, tenant, now) as desk:
        claim = {
            "tenant": tenant,
            "now": now,
            "batch": BATCH,
            "since": since,
            "soon": now + SOON,
        }
        claimed = (await desk.db.execute(CLAIM, claim)).all()
        for row in map(row_of, claimed):
            way = way_of(row, now, hours_of(box.settings), burst)
            if letter := await _take(desk, row, way):
                leaving.append(letter)
    few = asyncio.Semaphore(AT_ONCE)

    async def send(row: Row, way: Way) -> None:
        async with few:
            await _send(box, row, way, now, clock)

    ends = await asyncio.gather(*(send(*each) for each in leaving), return_exceptions=True)
    for end in ends:  # whatever happened to one, the others were sent
        if isinstance(end, BaseException):
            raise end
    return len(claimed)


async def _take(desk: Desk, row: Row, way: Way) -> tuple[Row, Way] | None:
    """What leaves now; the rest has been put where it belongs."""
    if way.how == "later":
        await mark(desk, row, PUT_OFF, due=way.until)
    elif way.how == "never":
        await mark(desk, row, FAILED, code=None)
    elif way.how == "elsewhere":
        if not await say_elsewhere(desk, row):
            await mark(desk, row, FAILED, code=None)
    else:
        return (await gather_notices(desk, row) if way.how == "as it is" else row), way
    return None


async def _send(box: Postbox, row: Row, way: Way, now: datetime, clock: Callable[[], datetime]) -> None:
    sender = row.own_number or house_numbers(box.settings)[row.channel]
    await box.pace.keep(sender, box.settings.per_second(row.channel))
    carrier, media = box.carriers.of(row.channel), await _media_of(box, row, now)
    if row.outgoing.voice and not media:  # no voice could say it; its words went ahead
        async with open_desk(box.engine, row.tenant, now) as desk:
            await mark(desk, row, REPLACED, code=None)
        return
    letter = Letter(
        to=row.recipient,
        sender=sender,
        outgoing=row.outgoing,
        tenant=row.tenant,
        own_id=str(row.id),
        media_url=pictures.address(box.settings, media, now) if media else None,
        opening=Opening(**row.opener) if way.how == "opener" and row.opener else None,
    )
    if not await box.beginnings.carry(row.tenant, Ready(row, claimed_at=now, at=clock())):
        return
    try:
        sent = await carrier.send(letter)
    except Refused as refusal:
        await _refused(box, row, refusal, now)
        return
    await box.ends.carry(row.tenant, Gone(row, sent.carrier_id, carrier.name))


async def _media_of(box: Postbox, row: Row, now: datetime) -> str | None:
    """The key of what goes with it in our store."""
    picture, voice = row.outgoing.picture, row.outgoing.voice
    if voice:
        return await box.mouth.say(row.tenant, voice.text, voice.language, now) if box.mouth else None
    return picture.key if picture else None


async def _refused(box: Postbox, row: Row, refusal: Refused, now: datetime) -> None:
    log.warning("message refused", code=refusal.code, act=refusal.remedy.act, attempts=row.attempts)
    if refusal.kind == "uncertain" and box.carriers.of(row.channel).lists:
        return  # stays "sending"; `reconcile` asks the carrier
    async with open_desk(box.engine, row.tenant, now) as desk:
        if refusal.kind == "uncertain":
            await mark(desk, row, UNCERTAIN)
            return
        await cure(desk, row, refusal.remedy, refusal.code, left=False)
