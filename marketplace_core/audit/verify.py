"""Reading the chain from its first entry, and saying where it is first broken."""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select

from marketplace_core.audit import hours
from marketplace_core.audit import models as t
from marketplace_core.audit.rules import GENESIS, commitment_of, hash_of, written
from marketplace_core.desk import Desk


@dataclass(frozen=True)
class Head:
    """Where a tenant's chain ended at a moment. Kept outside the database, it binds everything before it."""

    tenant: int
    number: int
    hash: bytes
    at: datetime

    def line(self) -> str:
        return json.dumps(
            {
                "tenant": self.tenant,
                "number": self.number,
                "hash": self.hash.hex(),
                "at": self.at.isoformat(),
            }
        )

    @classmethod
    def of_line(cls, line: str) -> "Head":
        said = json.loads(line)
        return cls(
            said["tenant"], said["number"], bytes.fromhex(said["hash"]), datetime.fromisoformat(said["at"])
        )


@dataclass(frozen=True)
class Verdict:
    """`broken` is None, or says at which number the chain is first not what it was, and how."""

    entries: int
    broken: str | None = None


async def head(desk: Desk) -> Head:
    found = await desk.db.execute(
        select(t.chain.c.number, t.chain.c.hash).where(t.chain.c.tenant_id == desk.tenant)
    )
    number, last = found.one_or_none() or (0, GENESIS)
    return Head(desk.tenant, number, last, desk.now)


async def verify(desk: Desk, anchors: Iterable[Head] = ()) -> Verdict:
    """Every link, every commitment that still has its fields, every hour of events, every anchored head."""
    # Sealing may go on meanwhile: the last number is read before the head, which is then as far or further.
    last = (
        await desk.db.execute(select(func.max(t.entry.c.number)).where(t.entry.c.tenant_id == desk.tenant))
    ).scalar() or 0
    end = await head(desk)
    if last > end.number:
        return Verdict(0, f"entries go on to {last}, the chain's end is noted at {end.number}")
    anchored = {each.number: each.hash for each in anchors if each.tenant == desk.tenant and each.number}
    before, expected = GENESIS, 0
    rows = await desk.db.stream(
        select(t.entry, t.personal.c.salt, t.personal.c.fields)
        .outerjoin(
            t.personal,
            and_(t.personal.c.tenant_id == t.entry.c.tenant_id, t.personal.c.entry_id == t.entry.c.id),
        )
        .where(t.entry.c.tenant_id == desk.tenant, t.entry.c.number <= end.number)
        .order_by(t.entry.c.number)
    )
    async for row in rows:
        expected += 1
        if said := _link(desk, row, before, expected, anchored):
            return Verdict(expected - 1, said)
        if row.action == hours.ACTION and not await _events_are_there(desk, row):
            return Verdict(
                expected - 1, f"entry {expected}: the events of {row.subject} are not those counted"
            )
        before = row.hash
    if (expected, before) != (end.number, end.hash):
        return Verdict(expected, f"the chain ends at {expected}, its end was noted at {end.number}")
    if beyond := [number for number in anchored if number > expected]:
        return Verdict(expected, f"the chain ends at {expected}, entry {min(beyond)} was anchored outside")
    return Verdict(expected)


def _link(desk: Desk, row: Any, before: bytes, expected: int, anchored: Mapping[int, bytes]) -> str | None:
    if row.number != expected:
        return f"entry {expected} is missing"
    if row.prev_hash != before:
        return f"entry {expected} does not follow the one before it"
    if hash_of(desk.tenant, expected, before, row) != row.hash:
        return f"entry {expected} is not what was sealed"
    if row.fields is not None and (
        row.commitment is None or not hmac.compare_digest(commitment_of(row.salt, row.fields), row.commitment)
    ):
        return f"entry {expected}: the personal fields are not those committed to"
    if anchored.get(expected, row.hash) != row.hash:
        return f"entry {expected} is not the one anchored outside"
    return None


async def _events_are_there(desk: Desk, row: Any) -> bool:
    counted = await hours.digest(desk, datetime.fromisoformat(row.subject))
    return bool(written("facts", counted) == row.facts)
