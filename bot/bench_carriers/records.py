"""What the house has written down: who was heard in which order, what answers what, where everybody stands."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.bench_carriers.judge import Records
from marketplace_core.desk import Desk, open_desk
from marketplace_core.seed import TENANT

#: A log line is written under the lock of its conversation, so its id tells the order; it has the moment, not the id,
#: of what the carrier brought.
HEARD = text("""
    SELECT inbound.carrier_id FROM inbound
    JOIN message ON message.tenant_id = inbound.tenant_id AND message.person_id = inbound.person_id
        AND message.at = inbound.at AND message.direction = 'in'
    WHERE inbound.tenant_id = :tenant AND inbound.carrier = 'twilio' AND inbound.carrier_id = ANY(:sids)
    ORDER BY message.id
""")
ROWS = text("SELECT id, send_key FROM outbox WHERE tenant_id = :tenant")
WAITING = text("""
    SELECT id, send_key, state, attempts FROM outbox WHERE tenant_id = :tenant AND state IN ('queued', 'sending')
    UNION ALL
    SELECT id, carrier_id, 'not heard', 0 FROM waiting WHERE tenant_id = :tenant
    ORDER BY id
""")
STANDING = text("""
    SELECT address.value, conversation.state, (
        SELECT jsonb_agg(jsonb_build_array(state, commodity, kg, kg_left, unit, price_paise, per, pincode,
            available_from) ORDER BY listing.id)
        FROM listing WHERE listing.tenant_id = address.tenant_id AND listing.seller_id = address.person_id
    ) AS lots
    FROM address
    LEFT JOIN conversation ON conversation.tenant_id = address.tenant_id
        AND conversation.person_id = address.person_id
    WHERE address.tenant_id = :tenant AND address.value = ANY(:addresses)
""")

#: What differs from one person to the next who did the same: ids, codes of lots, moments.
OWN = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[LFB][2-9A-HJ-NP-Z]{5}\b|\d{4}-\d\d-\d\dT[\d:.+Z]+"
)
OURS = "twilio:"
INSTEAD = "instead:"


async def records(engine: AsyncEngine, sids: Collection[str], addresses: Collection[str]) -> Records:
    async with open_desk(engine, TENANT, datetime.now(UTC)) as desk:
        heard = (await desk.db.execute(HEARD, {"tenant": TENANT, "sids": list(sids)})).scalars().all()
        rows = (await desk.db.execute(ROWS, {"tenant": TENANT})).all()
        return Records(heard, answers((str(id_), key) for id_, key in rows), await standing(desk, addresses))


def answers(rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By row, the message that it answers: directly, or instead of another row."""
    keys = dict(rows)

    def origin(row: str) -> str:
        while (key := keys[row]).startswith(INSTEAD):
            row = key.removeprefix(INSTEAD)
        return key.removeprefix(OURS)

    return {row: origin(row) for row in keys}


async def waiting(engine: AsyncEngine) -> list[Any]:
    """What was not heard yet, and rows of the outbox that have not left."""
    async with open_desk(engine, TENANT, datetime.now(UTC)) as desk:
        return list(await desk.db.execute(WAITING, {"tenant": TENANT}))


async def standing(desk: Desk, addresses: Collection[str]) -> dict[str, str]:
    found = await desk.db.execute(STANDING, {"tenant": TENANT, "addresses": list(addresses)})
    return {row.value: in_general(row.state or {}, row.lots or []) for row in found}


def in_general(state: Mapping[str, Any], lots: list[Any]) -> str:
    """Where a person stands in the dialogue and in the market, without what is theirs alone."""
    return OWN.sub("…", json.dumps([state, lots], ensure_ascii=False, sort_keys=True))
