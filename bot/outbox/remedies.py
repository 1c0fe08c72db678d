"""What follows when a carrier refuses a message, at once or by callback: a table, and doing what stands in it."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import text

from bot.carriers.refusals import Act, Remedy
from bot.outbox.elsewhere import instead, say_elsewhere
from bot.outbox.rows import AGAIN, FAILED, REPLACED, Row, mark
from bot.outbox.ways import LASTS
from marketplace_core.desk import Desk

log = structlog.get_logger()

MOST_ATTEMPTS = 6
SOON, LATER = timedelta(seconds=2), timedelta(hours=1)


@dataclass(frozen=True)
class Cure:
    """In this order: the alarm, the address, then whichever way is left; what finds none is a dead letter.

    `again`: the pause before the next attempt, growing with each · `opener`: as the approved template · `elsewhere`: on
    another channel · `closes`: nobody is reached at this address until it writes · `opts_out`: it said stop.
    """

    again: timedelta | None = None
    opener: bool = False
    elsewhere: bool = False
    closes: bool = False
    opts_out: bool = False
    alarm: bool = False


CURES: Mapping[Act, Cure] = {
    "approved_template": Cure(opener=True, elsewhere=True),
    "other_channel": Cure(closes=True, elsewhere=True),
    "join_sandbox": Cure(elsewhere=True, alarm=True),
    "suppress": Cure(closes=True),
    "repair_media": Cure(alarm=True),
    "configuration": Cure(elsewhere=True, alarm=True),
    "bug": Cure(alarm=True),
    "opt_out": Cure(opts_out=True),
    "retry": Cure(again=SOON, elsewhere=True),
    "retry_later": Cure(again=LATER, elsewhere=True),
    "compliance": Cure(alarm=True),
    "page": Cure(again=SOON, alarm=True),
    "reconcile": Cure(),
}

OPT_OUT = text("""
    UPDATE address SET opted_out_at = coalesce(opted_out_at, :now)
    WHERE tenant_id = :tenant AND channel = :channel AND value = :recipient
""")
#: Not where it has written since: then it is open again.
CLOSE = text("""
    UPDATE address SET closed_at = :now
    WHERE tenant_id = :tenant AND channel = :channel AND value = :recipient
      AND (last_inbound_at IS NULL OR last_inbound_at <= :created_at)
""")


async def cure(desk: Desk, row: Row, remedy: Remedy, code: int | None, *, left: bool) -> None:
    """`left`: the carrier had taken it, and told of the failure later; then a new row says it again."""
    what = CURES[remedy.act]
    if what.alarm:
        log.error("alarm", act=remedy.act, code=code, meaning=remedy.meaning, channel=row.channel)
    address = {"tenant": desk.tenant, "channel": row.channel, "recipient": row.recipient, "now": desk.now}
    if what.opts_out:
        await desk.db.execute(OPT_OUT, address)
    if what.closes:
        await desk.db.execute(CLOSE, address | {"created_at": row.created_at})
    due = desk.now + pause(what.again, row.attempts) if what.again else None
    worth_it = row.attempts < MOST_ATTEMPTS and due is not None and due - row.created_at <= LASTS[row.purpose]
    if due and worth_it and left:
        await _same_way(desk, row, code, notice=row.notice, due=due, attempts=row.attempts)
    elif due and worth_it:
        await mark(desk, row, AGAIN, due=due)
    elif what.opener and row.opener and not (row.notice or {}).get("window_closed"):
        notice = {**(row.notice or {}), "window_closed": True}
        await _same_way(desk, row, code, notice=notice, due=desk.now)
    elif not (what.elsewhere and await say_elsewhere(desk, row, code)):
        await mark(desk, row, FAILED, code=code)


async def _same_way(
    desk: Desk,
    row: Row,
    code: int | None,
    *,
    notice: Mapping[str, Any] | None,
    due: datetime,
    attempts: int = 0,
) -> None:
    await instead(
        desk,
        row,
        channel=row.channel,
        recipient=row.recipient,
        outgoing=row.outgoing,
        notice=notice,
        due=due,
        attempts=attempts,
    )
    await mark(desk, row, REPLACED, code=code)


def pause(first: timedelta, attempts: int) -> timedelta:
    """2, 8, 32 … seconds or 1, 4, 16 … hours, a little apart so that many rows do not come back together."""
    return timedelta(seconds=first.total_seconds() * 4 ** (attempts - 1) * random.uniform(0.8, 1.2))  # noqa: S311
