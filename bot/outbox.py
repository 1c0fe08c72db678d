"""What is sent apart from the webhook's own reply: claimed, sent, marked, each in its own short transaction.

A row is claimed before the carrier is called and marked after. If we die in between, the row stays "sending"; once
that has lasted too long the carrier's own list tells whether it left, and only then is it sent again.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import pictures
from bot.carriers.port import Carriers, Letter
from bot.carriers.refusals import Refused
from bot.message import Outgoing, Picture, Row
from bot.numbers import house_numbers
from bot.settings import Settings
from marketplace_core.desk import Desk, open_desk

log = structlog.get_logger()

BATCH = 20
MOST_ATTEMPTS = 6
#: A claimed row this old was left behind by a process that died, or its sending ended uncertain.
STUCK_AFTER = timedelta(minutes=1)
#: What nobody saw the end of, at a carrier that keeps no list: so long may its delivery report take.
REPORTED_WITHIN = timedelta(hours=6)

#: Oldest first, and per person only the head of the line: parts of one conversation never overtake each other. What is
#: due is reckoned once, before the update: as a subquery of it, it may run again and take more than the batch.
CLAIM = text("""
    WITH due AS (
        SELECT tenant_id, id FROM outbox AS head
        WHERE tenant_id = :tenant AND state = 'queued' AND due_at <= :now
          AND NOT EXISTS (
              SELECT FROM outbox AS earlier
              WHERE earlier.tenant_id = head.tenant_id AND earlier.person_id = head.person_id
                AND earlier.state IN ('queued', 'sending') AND earlier.id < head.id
          )
        ORDER BY due_at LIMIT :batch FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox SET state = 'sending', claimed_at = :now, attempts = attempts + 1
    WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM due)
    RETURNING tenant_id, id, channel, recipient, outgoing, attempts, (
        SELECT value FROM tenant_number
        WHERE tenant_number.tenant_id = outbox.tenant_id AND tenant_number.channel = outbox.channel
    ) AS own_number
""")
STUCK = text("""
    WITH stuck AS (
        SELECT tenant_id, id FROM outbox
        WHERE tenant_id = :tenant AND state = 'sending' AND claimed_at < :before
        ORDER BY claimed_at LIMIT :batch FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox SET claimed_at = :now
    WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM stuck)
    RETURNING tenant_id, id, channel, recipient, outgoing, attempts, created_at
""")
SENT = text("""
    UPDATE outbox SET state = 'sent', carrier_id = :carrier_id, status = coalesce(status, 'queued')
    WHERE tenant_id = :tenant AND id = :id AND state = 'sending'
""")
AGAIN = text("""
    UPDATE outbox SET state = 'queued', due_at = :due WHERE tenant_id = :tenant AND id = :id AND state = 'sending'
""")
FAILED = text("""
    UPDATE outbox SET state = 'failed', error_code = :code
    WHERE tenant_id = :tenant AND id = :id AND state = 'sending'
""")
#: Left or not, nobody knows: it is not said twice, holds nobody's line, and a delivery report settles it.
UNCERTAIN = text("""
    UPDATE outbox SET state = 'sent', status = coalesce(status, 'uncertain')
    WHERE tenant_id = :tenant AND id = :id AND state = 'sending'
""")
NEVER_REPORTED = text("""
    UPDATE outbox SET state = 'failed'
    WHERE tenant_id = :tenant AND state = 'sent' AND status = 'uncertain' AND claimed_at < :before
""")
OPT_OUT = text("""
    UPDATE address SET opted_out_at = coalesce(opted_out_at, :now)
    WHERE tenant_id = :tenant AND channel = :channel AND value = :recipient
""")
#: Callbacks come in any order and more than once: a status only ever moves up.
SEEN = text("""
    UPDATE outbox SET status = :status, carrier_id = coalesce(carrier_id, :carrier_id),
        error_code = coalesce(:code, error_code),
        state = CASE WHEN state = 'sending' THEN 'sent' ELSE state END
    WHERE tenant_id = :tenant AND (carrier_id = :carrier_id OR id = :id)
      AND coalesce(array_position(:ranks, status), 0) < array_position(:ranks, :status)
""")
RANKS = ["accepted", "scheduled", "queued", "sending", "sent", "undelivered", "failed", "delivered", "read"]


@dataclass(frozen=True)
class Postbox:
    engine: AsyncEngine
    carriers: Carriers
    settings: Settings


async def drain(box: Postbox, tenant: int, now: datetime) -> int:
    """Sends what is due; returns how many rows were looked at."""
    async with open_desk(box.engine, tenant, now) as desk:
        rows = (await desk.db.execute(CLAIM, {"tenant": tenant, "now": now, "batch": BATCH})).all()
    for row in rows:
        await _send(box, row, now)
    return len(rows)


async def _send(box: Postbox, row: Any, now: datetime) -> None:
    which = {"tenant": row.tenant_id, "id": row.id}
    outgoing = _outgoing(row.outgoing)
    picture = outgoing.picture
    try:
        sent = await box.carriers.of(row.channel).send(
            Letter(
                to=row.recipient,
                sender=row.own_number or house_numbers(box.settings)[row.channel],
                outgoing=outgoing,
                tenant=row.tenant_id,
                own_id=str(row.id),
                picture_url=pictures.address(box.settings, picture.key, now) if picture else None,
            )
        )
    except Refused as refusal:
        await _refused(box, row, refusal, now)
        return
    async with open_desk(box.engine, row.tenant_id, now) as desk:
        await desk.db.execute(SENT, which | {"carrier_id": sent.carrier_id})


async def _refused(box: Postbox, row: Any, refusal: Refused, now: datetime) -> None:
    which = {"tenant": row.tenant_id, "id": row.id}
    log.warning("message refused", code=refusal.code, act=refusal.remedy.act, attempts=row.attempts)
    if refusal.kind == "uncertain" and box.carriers.of(row.channel).lists:
        return  # stays "sending"; `reconcile` asks the carrier
    async with open_desk(box.engine, row.tenant_id, now) as desk:
        if refusal.kind == "uncertain":
            await desk.db.execute(UNCERTAIN, which)
            return
        if refusal.kind == "temporary" and row.attempts < MOST_ATTEMPTS:
            await desk.db.execute(AGAIN, which | {"due": now + _pause(row.attempts)})
            return
        await desk.db.execute(FAILED, which | {"code": refusal.code})
        if refusal.kind == "opted_out":
            await desk.db.execute(
                OPT_OUT,
                {"tenant": row.tenant_id, "channel": row.channel, "recipient": row.recipient, "now": now},
            )


def _pause(attempts: int) -> timedelta:
    """2, 8, 32 … seconds, a little apart so that many rows do not come back together."""
    return timedelta(seconds=2 * 4 ** (attempts - 1) * random.uniform(0.8, 1.2))  # noqa: S311


async def reconcile(box: Postbox, tenant: int, now: datetime) -> int:
    """Rows whose sending nobody saw the end of: the carrier's list decides between "sent" and "again"."""
    async with open_desk(box.engine, tenant, now) as desk:
        stuck = {"tenant": tenant, "now": now, "before": now - STUCK_AFTER, "batch": BATCH}
        rows = (await desk.db.execute(STUCK, stuck)).all()
        await desk.db.execute(NEVER_REPORTED, {"tenant": tenant, "before": now - REPORTED_WITHIN})
    for row in rows:
        which = {"tenant": row.tenant_id, "id": row.id}
        carrier = box.carriers.of(row.channel)
        if not carrier.lists:
            async with open_desk(box.engine, tenant, now) as desk:
                await desk.db.execute(UNCERTAIN, which)
            continue
        try:
            listed = await carrier.recent(row.recipient, row.created_at)
        except Refused as refusal:
            log.warning("carrier cannot be asked", code=refusal.code)
            continue
        outgoing = _outgoing(row.outgoing)
        found = next((one for one in listed if _same(one.body, outgoing)), None)
        async with open_desk(box.engine, tenant, now) as desk:
            if found:
                await desk.db.execute(SENT, which | {"carrier_id": found.carrier_id})
            elif row.attempts < MOST_ATTEMPTS:
                await desk.db.execute(AGAIN, which | {"due": now})
            else:
                await desk.db.execute(FAILED, which | {"code": None})
    return len(rows)


def _same(body: str, outgoing: Outgoing) -> bool:
    """The carrier lists the text of a plain message, and the upper part of one with buttons."""
    return bool(body) and body.strip() in (outgoing.text.strip(), outgoing.body.strip())


async def saw_status(
    desk: Desk, carrier_id: str, status: str, error_code: int | None, outbox_id: str | None
) -> None:
    if status not in RANKS:
        log.info("status of an unknown kind")
        return
    try:
        own_id = UUID(outbox_id) if outbox_id else None
    except ValueError:
        own_id = None
    await desk.db.execute(
        SEEN,
        {
            "tenant": desk.tenant,
            "carrier_id": carrier_id,
            "status": status,
            "code": error_code,
            "id": own_id,
            "ranks": RANKS,
        },
    )


def _outgoing(stored: Mapping[str, Any]) -> Outgoing:
    rows = {part: tuple(Row(**row) for row in stored[part]) for part in ("buttons", "rows")}
    picture = stored.get("picture")  # rows of an older release have none
    return Outgoing(**{**stored, **rows, "picture": Picture(**picture) if picture else None})
