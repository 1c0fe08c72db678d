"""What somebody agreed to, everything we know about them, and what stands in the way of forgetting it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from marketplace_core.accounts import queries as people
from marketplace_core.accounts.models import consent
from marketplace_core.audit import queries as book
from marketplace_core.desk import Desk
from marketplace_core.privacy.models import deletion as t
from marketplace_core.privacy.registry import PERSONAL, Personal
from marketplace_core.privacy.transitions import GRACE


@dataclass(frozen=True)
class Consent:
    purpose: str
    language: str
    wording: str
    channel: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class Deletion:
    """`in_the_way` is what must end before `due_at`, or it is erased later."""

    id: UUID
    person_id: UUID
    asked_at: datetime
    due_at: datetime
    in_the_way: tuple[str, ...]


#: What is open by its name; each statement answers whether there is any.
OPEN = {
    "bookings": """SELECT EXISTS (SELECT FROM booking WHERE tenant_id = :tenant
        AND (seller_id = :person OR buyer_id = :person) AND state NOT IN ('completed', 'cancelled'))""",
    "disputes": """SELECT EXISTS (SELECT FROM dispute JOIN booking ON booking.tenant_id = dispute.tenant_id
        AND booking.id = dispute.booking_id WHERE dispute.tenant_id = :tenant
        AND (seller_id = :person OR buyer_id = :person) AND dispute.state NOT IN ('decided', 'withdrawn'))""",
    "listings": """SELECT EXISTS (SELECT FROM listing WHERE tenant_id = :tenant AND seller_id = :person
        AND state = 'active')""",
    "offers": """SELECT EXISTS (SELECT FROM offer WHERE tenant_id = :tenant AND buyer_id = :person
        AND state IN ('made', 'countered'))""",
    "collections": """SELECT EXISTS (SELECT FROM batch WHERE tenant_id = :tenant AND buyer_id = :person
        AND state NOT IN ('paid', 'abandoned'))""",
    "money": """SELECT EXISTS (SELECT FROM ledger_account WHERE tenant_id = :tenant AND owner_id = :person
        AND (credits_posted <> debits_posted OR debits_pending <> 0 OR credits_pending <> 0))""",
    "payments": """SELECT EXISTS (SELECT FROM payment WHERE tenant_id = :tenant AND payer_id = :person
        AND state IN ('created', 'attempted', 'authorised', 'refunding'))""",
    "payouts": """SELECT EXISTS (SELECT FROM payout WHERE tenant_id = :tenant AND person_id = :person
        AND state IN ('asked', 'approved', 'sent'))""",
}


SHOW = """
    SELECT jsonb_strip_nulls(to_jsonb(t) - cast(:hidden AS text[]))::text FROM {each.table} t
    WHERE {each.theirs} ORDER BY 1
"""


#: What people think of when they ask what we have of them.
TOLD = ("listing", "booking", "photo", "message")
COUNT = "SELECT '{each.table}', count(*) FROM {each.table} t WHERE {each.theirs}"


async def consents(desk: Desk, person_id: UUID) -> tuple[Consent, ...]:
    """The whole history, newest first."""
    c = consent.c
    rows = await desk.db.execute(
        select(c.purpose, c.language, c.wording, c.channel, c.given_at, c.withdrawn_at)
        .where(c.tenant_id == desk.tenant, c.person_id == person_id)
        .order_by(c.id.desc())
    )
    return tuple(Consent(*row) for row in rows)


async def in_the_way(desk: Desk, person_id: UUID) -> tuple[str, ...]:
    found = []
    for what, statement in OPEN.items():
        there = await desk.db.execute(text(statement), {"tenant": desk.tenant, "person": person_id})
        if there.scalar_one():
            found.append(what)
    return tuple(found)


async def deletion(desk: Desk, person_id: UUID) -> Deletion | None:
    """What was asked for and is still to come."""
    row = (
        await desk.db.execute(
            select(t).where(t.c.tenant_id == desk.tenant, t.c.person_id == person_id, t.c.state == "asked")
        )
    ).one_or_none()
    if row is None:
        return None
    return Deletion(row.id, person_id, row.asked_at, row.asked_at + GRACE, await in_the_way(desk, person_id))


async def how_much(desk: Desk, person_id: UUID) -> dict[str, int]:
    """How many rows of each kind are theirs: what can be said of it in a sentence."""
    counted = " UNION ALL ".join(COUNT.format(each=each) for each in PERSONAL if each.table in TOLD)
    rows = await desk.db.execute(text(counted), {"tenant": desk.tenant, "person": person_id})
    return {row[0]: row[1] for row in rows}


async def everything(desk: Desk, person_id: UUID) -> dict[str, Any]:
    """All we know about a person, as JSON: table by table, and who looked at it."""
    await people.person(desk, person_id)
    known = {each.table: await _rows(desk, each, person_id) for each in PERSONAL}
    looks = await book.who_looked(desk, person_id, limit=1_000)
    return {
        "person_id": str(person_id),
        "made_at": desk.now.astimezone(UTC).isoformat(),
        "data": {table: rows for table, rows in known.items() if rows},
        "who_looked": [
            {"at": each.at.astimezone(UTC).isoformat(), "what": each.facts.get("what")} for each in looks
        ],
    }


async def _rows(desk: Desk, each: Personal, person_id: UUID) -> list[dict[str, Any]]:
    # No tenant, no keys, nothing empty: what is left is what somebody can read.
    hidden = ["tenant_id", *each.hidden.split()]
    rows = await desk.db.execute(
        text(SHOW.format(each=each)),
        {"hidden": hidden, "tenant": desk.tenant, "person": person_id},
    )
    return [json.loads(row) for row in rows.scalars()]


def as_text(known: dict[str, Any]) -> str:
    """The same for reading: a heading for each table, a line for each value."""
    lines = [f"Everything we know about you, {known['made_at']}", ""]
    for table, rows in known["data"].items():
        lines.append(f"== {table.replace('_', ' ')} ({len(rows)})")
        for row in rows:
            lines += [f"  {name.replace('_', ' ')}: {_plain(value)}" for name, value in row.items()]
            lines.append("")
    lines.append(f"== who looked at it ({len(known['who_looked'])})")
    lines += [f"  {each['at']}: {each['what']}" for each in known["who_looked"]]
    return "\n".join(lines) + "\n"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
