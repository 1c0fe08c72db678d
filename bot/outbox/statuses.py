"""What became of a message by the carrier's later word: a status only moves up, and a failure is acted upon once."""

from uuid import UUID

import structlog
from sqlalchemy import text

from bot.carriers.port import Carriers
from bot.outbox.remedies import cure
from bot.outbox.rows import ADDRESS, COLUMNS, row_of
from marketplace_core.desk import Desk

log = structlog.get_logger()

RANKS = ["accepted", "scheduled", "queued", "sending", "sent", "undelivered", "failed", "delivered", "read"]
FAILURES = ("undelivered", "failed")

#: Callbacks come in any order and more than once. One that tells of a row that waits for another attempt settles it:
#: the attempt that nobody saw the end of had left. What arrived after all is no dead letter any more.
SEEN = text(f"""
    WITH o AS (
        UPDATE outbox SET status = :status, carrier_id = coalesce(carrier_id, :carrier_id),
            error_code = coalesce(:code, error_code),
            state = CASE WHEN state IN ('queued', 'sending') THEN 'sent'
                WHEN state = 'failed' AND :status IN ('delivered', 'read') THEN 'sent' ELSE state END
        WHERE tenant_id = :tenant AND (carrier_id = :carrier_id OR id = :id)
          AND coalesce(array_position(:ranks, status), 0) < array_position(:ranks, :status)
        RETURNING *
    )
    SELECT {COLUMNS}, o.state FROM o {ADDRESS}
""")  # noqa: S608 - our own words


async def saw_status(
    desk: Desk,
    carrier_id: str,
    status: str,
    error_code: int | None,
    outbox_id: str | None,
    *,
    carriers: Carriers,
) -> bool:
    """Whether it left something to send."""
    if status not in RANKS:
        log.info("status of an unknown kind")
        return False
    seen = await desk.db.execute(
        SEEN,
        {
            "tenant": desk.tenant,
            "carrier_id": carrier_id,
            "status": status,
            "code": error_code,
            "id": _uuid(outbox_id),
            "ranks": RANKS,
        },
    )
    acted = False
    for read in seen.all():
        if status in FAILURES and read.state == "sent":
            row = row_of(read)
            remedy = carriers.of(row.channel).remedy(error_code)
            log.warning("message failed", code=error_code, act=remedy.act, attempts=row.attempts)
            await cure(desk, row, remedy, error_code, left=True)
            acted = True
    return acted


def _uuid(outbox_id: str | None) -> UUID | None:
    try:
        return UUID(outbox_id) if outbox_id else None
    except ValueError:
        return None
