"""A missed call is a question that costs nothing: it is not taken, and soon we ring back.

A call back is a row first, planned in the same transaction that notes the missed call. The worker places it.
"""

from datetime import datetime, time, timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy import text

from bot.calls import Call
from bot.carriers.port import Sent
from bot.carriers.refusals import Refused
from flows.turn import KOLKATA
from marketplace_core.desk import Desk

log = structlog.get_logger()

#: So that nobody can make us ring a stranger's phone all day.
MOST_AN_HOUR, MOST_A_DAY = 2, 6
#: Nobody is rung at night: who let it ring then is called in the morning.
FIRST, LAST = time(8), time(20, 30)
#: The line must be free again, and the phone back at the ear.
PAUSE = timedelta(seconds=5)
MOST_TRIES = 4
#: Who was placing a call for so long is no longer there.
GONE = timedelta(minutes=10)
BATCH = 5


class Telephone(Protocol):
    async def ring(self, *, to: str, tenant: int, own_id: UUID) -> Sent:
        """Raises `Refused`."""


MISSED = text("""
    INSERT INTO call (tenant_id, carrier, carrier_id, kind, phone, status, at, ended_at)
    VALUES (:tenant, :carrier, :carrier_id, 'missed', :phone, 'rejected', :now, :now)
    ON CONFLICT DO NOTHING RETURNING id
""")
#: Who said stop anywhere on this phone is never rung.
PLAN = text("""
    INSERT INTO call (tenant_id, carrier, kind, phone, status, due_at, at)
    SELECT :tenant, :carrier, 'back', :phone, 'planned', :due, :now
    WHERE NOT EXISTS (
        SELECT FROM address WHERE tenant_id = :tenant AND phone = :phone AND opted_out_at IS NOT NULL
    ) AND :an_hour > (
        SELECT count(*) FROM call
        WHERE tenant_id = :tenant AND phone = :phone AND kind = 'back' AND at > :hour_ago
    ) AND :a_day > (
        SELECT count(*) FROM call
        WHERE tenant_id = :tenant AND phone = :phone AND kind = 'back' AND at > :day_ago
    )
    ON CONFLICT DO NOTHING
""")
CLAIM = text("""
    WITH due AS (
        SELECT tenant_id, id FROM call WHERE tenant_id = :tenant AND status = 'planned' AND due_at <= :now
        ORDER BY due_at LIMIT :batch FOR UPDATE SKIP LOCKED
    )
    UPDATE call SET status = 'placing', tries = tries + 1, due_at = :now
    WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM due) RETURNING id, phone, tries
""")
PLACED = text("""
    UPDATE call SET carrier_id = coalesce(carrier_id, :carrier_id),
        status = CASE WHEN status = 'placing' THEN 'queued' ELSE status END
    WHERE tenant_id = :tenant AND id = :id
""")
NOT_PLACED = text("""
    UPDATE call SET status = 'failed', error_code = :code, ended_at = :now
    WHERE tenant_id = :tenant AND id = :id
""")
#: One planned call is enough: where they let it ring again meanwhile, that one goes.
AGAIN = text("""
    UPDATE call SET status = 'planned', due_at = :due, error_code = :code
    WHERE tenant_id = :tenant AND id = :id AND NOT EXISTS (
        SELECT FROM call AS other
        WHERE other.tenant_id = :tenant AND other.phone = call.phone AND other.status = 'planned'
    ) RETURNING id
""")
#: It may have rung, so it is not placed again; who lets it ring once more is called.
LEFT_LYING = text("""
    UPDATE call SET status = 'failed', ended_at = :now
    WHERE tenant_id = :tenant AND status = 'placing' AND carrier_id IS NULL AND due_at < :gone
""")


async def rang(desk: Desk, call: Call) -> None:
    """A second missed call while one is planned changes nothing."""
    who = {"tenant": desk.tenant, "carrier": call.carrier, "phone": call.phone, "now": desk.now}
    if (await desk.db.execute(MISSED, who | {"carrier_id": call.carrier_id})).first() is None:
        return
    await desk.db.execute(
        PLAN,
        who
        | {
            "due": by_day(desk.now + PAUSE),
            "an_hour": MOST_AN_HOUR,
            "a_day": MOST_A_DAY,
            "hour_ago": desk.now - timedelta(hours=1),
            "day_ago": desk.now - timedelta(days=1),
        },
    )


def by_day(moment: datetime) -> datetime:
    """The same moment, or the next morning."""
    here = moment.astimezone(KOLKATA)
    if here.time() < FIRST:
        return here.replace(hour=FIRST.hour, minute=FIRST.minute, second=0, microsecond=0)
    if here.time() >= LAST:
        return by_day((here + timedelta(days=1)).replace(hour=0, minute=0))
    return moment


async def claim(desk: Desk) -> list[Any]:
    """Gives up what whoever claimed it never finished."""
    due = {"tenant": desk.tenant, "now": desk.now, "batch": BATCH}
    await desk.db.execute(LEFT_LYING, due | {"gone": desk.now - GONE})
    return list((await desk.db.execute(CLAIM, due)).all())


async def place(telephone: Telephone, tenant: int, row: Any) -> Sent | Refused:
    try:
        return await telephone.ring(to=row.phone, tenant=tenant, own_id=row.id)
    except Refused as refusal:
        log.warning("call refused", code=refusal.code, act=refusal.remedy.act, tries=row.tries)
        return refusal


async def settle(desk: Desk, row: Any, placed: Sent | Refused) -> None:
    """A call nobody knows the fate of is not placed again: it may be ringing already."""
    which: dict[str, Any] = {"tenant": desk.tenant, "id": row.id}
    if isinstance(placed, Sent):
        await desk.db.execute(PLACED, which | {"carrier_id": placed.carrier_id})
        return
    if placed.kind == "temporary" and row.tries < MOST_TRIES:
        due = by_day(desk.now + timedelta(minutes=2**row.tries))
        if (await desk.db.execute(AGAIN, which | {"due": due, "code": placed.code})).first():
            return
    await desk.db.execute(NOT_PLACED, which | {"code": placed.code, "now": desk.now})
