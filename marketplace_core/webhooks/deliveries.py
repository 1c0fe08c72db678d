"""The worker's side: take what is due, and write down how it went. Each is a short transaction of its own."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, insert, select, text, update

from marketplace_core.desk import Desk
from marketplace_core.webhooks import models as t
from marketplace_core.webhooks.commands import disable_by_house
from marketplace_core.webhooks.rules import GONE, pause_after, retry_after_of, wait_after
from marketplace_core.webhooks.wire import MOST_AT_ONCE, Answer

#: Longer than any attempt lasts: whoever has not answered by then is dead.
LEASE = timedelta(seconds=60)
#: Half of what goes out at once, so that one slow receiver leaves room for the others.
AT_ONCE_PER_ENDPOINT = MOST_AT_ONCE // 2

# Only the head of each (endpoint, subject) may go. What another worker holds is still waiting, so it keeps those
# behind it back; a failing head has a later `due_at`, and nothing behind it is a head.
CLAIM = text("""
    WITH heads AS (
        SELECT head.id, e.url
        FROM webhook_endpoint e
        CROSS JOIN LATERAL (
            SELECT d.id FROM webhook_delivery d
            WHERE d.tenant_id = e.tenant_id AND d.endpoint_id = e.id AND d.state = 'waiting' AND d.due_at <= :now
              AND (d.claimed_until IS NULL OR d.claimed_until <= :now)
              AND NOT EXISTS (
                  SELECT FROM webhook_delivery before
                  WHERE before.tenant_id = d.tenant_id AND before.endpoint_id = d.endpoint_id
                    AND before.subject = d.subject AND before.state = 'waiting' AND before.number < d.number)
            ORDER BY d.due_at, d.number LIMIT :per_endpoint
            FOR UPDATE OF d SKIP LOCKED
        ) head
        WHERE e.tenant_id = :tenant AND e.state = 'active' AND (e.slow_until IS NULL OR e.slow_until <= :now)
        LIMIT :at_once
    )
    UPDATE webhook_delivery d SET claimed_until = :until, attempts = d.attempts + 1
    FROM heads WHERE d.tenant_id = :tenant AND d.id = heads.id
    RETURNING d.id, d.endpoint_id, d.subject, d.number, d.body, d.attempts, d.claimed_until, d.created_at, heads.url
""")


@dataclass(frozen=True)
class Claimed:
    """`attempts` counts this one."""

    id: UUID
    endpoint_id: UUID
    subject: str
    number: int
    body: str
    attempts: int
    claimed_until: datetime
    created_at: datetime
    url: str


async def claim(desk: Desk) -> list[Claimed]:
    rows = await desk.db.execute(
        CLAIM,
        {
            "tenant": desk.tenant,
            "now": desk.now,
            "until": desk.now + LEASE,
            "at_once": MOST_AT_ONCE,
            "per_endpoint": AT_ONCE_PER_ENDPOINT,
        },
    )
    return [Claimed(*row) for row in rows]


async def write_down(desk: Desk, results: Sequence[tuple[Claimed, Answer]]) -> None:
    await desk.db.execute(
        insert(t.attempt),
        [
            {
                "tenant_id": desk.tenant,
                "delivery_id": sent.id,
                "at": desk.now,
                "status": answer.status,
                "fault": answer.fault,
                "ms": answer.ms,
            }
            for sent, answer in results
        ],
    )
    taken = [sent.id for sent, answer in results if answer.status and 200 <= answer.status < 300]
    if taken:
        await desk.db.execute(
            update(t.delivery)
            .where(
                t.delivery.c.tenant_id == desk.tenant,
                t.delivery.c.id.in_(taken),
                t.delivery.c.state == "waiting",
            )
            .values(state="delivered", done_at=desk.now, claimed_until=None)
        )
    for sent, answer in results:
        if sent.id not in taken:
            await _failed(desk, sent, answer)


async def _failed(desk: Desk, sent: Claimed, answer: Answer) -> None:
    retry_after = retry_after_of(answer.retry_after, desk.now)
    wait = wait_after(sent.attempts, random.random(), retry_after)  # noqa: S311 - jitter is no secret
    if answer.status == GONE or wait is None:
        await _give_up(desk, sent, "gone" if answer.status == GONE else "silent")
        return
    held = await desk.db.execute(
        update(t.delivery)
        .where(
            t.delivery.c.tenant_id == desk.tenant,
            t.delivery.c.id == sent.id,
            t.delivery.c.claimed_until == sent.claimed_until,  # not in somebody else's hands by now
        )
        .values(due_at=desk.now + wait, claimed_until=None)
    )
    if held.rowcount:  # those behind it need not be looked at before
        await desk.db.execute(
            update(t.delivery)
            .where(
                t.delivery.c.tenant_id == desk.tenant,
                t.delivery.c.endpoint_id == sent.endpoint_id,
                t.delivery.c.subject == sent.subject,
                t.delivery.c.state == "waiting",
                t.delivery.c.number > sent.number,
            )
            .values(due_at=desk.now + wait)
        )
    pause = pause_after(answer.status, wait, retry_after)
    if pause:
        await desk.db.execute(
            update(t.endpoint)
            .where(t.endpoint.c.tenant_id == desk.tenant, t.endpoint.c.id == sent.endpoint_id)
            .values(slow_until=func.greatest(t.endpoint.c.slow_until, desk.now + pause))
        )


async def _give_up(desk: Desk, sent: Claimed, why: str) -> None:
    """The endpoint is turned off when it is gone, or when nothing at all arrived there through the whole table."""
    await desk.db.execute(
        update(t.delivery)
        .where(
            t.delivery.c.tenant_id == desk.tenant, t.delivery.c.id == sent.id, t.delivery.c.state == "waiting"
        )
        .values(state="given_up", done_at=desk.now, claimed_until=None)
    )
    if why == "silent":
        arrived = await desk.db.execute(
            select(
                exists().where(
                    t.delivery.c.tenant_id == desk.tenant,
                    t.delivery.c.endpoint_id == sent.endpoint_id,
                    t.delivery.c.state == "delivered",
                    t.delivery.c.done_at >= sent.created_at,
                )
            )
        )
        if arrived.scalar_one():
            return
    await disable_by_house(desk, sent.endpoint_id, why)
