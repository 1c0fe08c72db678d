"""Rows whose sending nobody saw the end of: the carrier's list decides between "sent" and "again"."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import text

from bot.carriers.port import Listed
from bot.carriers.refusals import Refused
from bot.outbox.remedies import MOST_ATTEMPTS
from bot.outbox.rows import ADDRESS, AGAIN, COLUMNS, FAILED, PUT_OFF, Gone, Row, mark, mark_gone, row_of
from bot.outbox.sending import BATCH, UNCERTAIN, Postbox
from marketplace_core.desk import open_desk

log = structlog.get_logger()

#: A claimed row this old was left behind by a process that died, or its sending ended uncertain.
STUCK_AFTER = timedelta(minutes=1)
#: What nobody saw the end of, at a carrier that keeps no list: so long may its delivery report take.
REPORTED_WITHIN = timedelta(hours=6)

STUCK = text(f"""
    WITH stuck AS (
        SELECT tenant_id, id FROM outbox
        WHERE tenant_id = :tenant AND state = 'sending' AND claimed_at < :before
        ORDER BY claimed_at LIMIT :batch FOR UPDATE SKIP LOCKED
    ), o AS (
        UPDATE outbox SET claimed_at = :now
        WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM stuck)
        RETURNING *
    )
    SELECT {COLUMNS}, o.begun_at FROM o {ADDRESS}
""")  # noqa: S608 - our own words
NEVER_REPORTED = text("""
    UPDATE outbox SET state = 'failed'
    WHERE tenant_id = :tenant AND state = 'sent' AND status = 'uncertain' AND claimed_at < :before
""")
#: What the carrier lists under the same words may be another row's.
KNOWN = text("SELECT carrier_id FROM outbox WHERE tenant_id = :tenant AND carrier_id = ANY(:ids)")


async def reconcile(box: Postbox, tenant: int, now: datetime) -> int:
    async with open_desk(box.engine, tenant, now) as desk:
        stuck = {"tenant": tenant, "now": now, "before": now - STUCK_AFTER, "batch": BATCH}
        found = (await desk.db.execute(STUCK, stuck)).all()
        for each in found:
            if each.begun_at is None:  # the carrier never heard of it
                await mark(desk, row_of(each), PUT_OFF, due=now)
        rows = [row_of(each) for each in found if each.begun_at]
        await desk.db.execute(NEVER_REPORTED, {"tenant": tenant, "before": now - REPORTED_WITHIN})
    for row in rows:
        carrier = box.carriers.of(row.channel)
        if not carrier.lists or row.outgoing.voice:  # a voice note is listed without a word to know it by
            async with open_desk(box.engine, tenant, now) as desk:
                await mark(desk, row, UNCERTAIN)
            continue
        try:
            listed = await carrier.recent(row.recipient, row.created_at)
        except Refused as refusal:
            log.warning("carrier cannot be asked", code=refusal.code)
            continue
        async with open_desk(box.engine, tenant, now) as desk:
            ids = {"tenant": tenant, "ids": [one.carrier_id for one in listed]}
            known = set((await desk.db.execute(KNOWN, ids)).scalars())
            if one := _of_this(row, listed, known):
                await mark_gone(desk, [Gone(row, one.carrier_id, carrier.name)])
            elif row.attempts < MOST_ATTEMPTS:
                await mark(desk, row, AGAIN, due=now)
            else:
                await mark(desk, row, FAILED, code=None)
    return len(found)


def _of_this(row: Row, listed: Sequence[Listed], known: Collection[str]) -> Listed | None:
    """The carrier lists the text of a plain message, and the upper part of one with buttons."""
    ours = {row.outgoing.text.strip(), row.outgoing.body.strip(), str((row.opener or {}).get("text", ""))} - {
        ""
    }
    return next((one for one in listed if one.body.strip() in ours and one.carrier_id not in known), None)
