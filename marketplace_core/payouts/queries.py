"""Where somebody's money goes, how far it is, and what waits for an operator."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from marketplace_core.accounts.duty import on_duty
from marketplace_core.codes import spoken
from marketplace_core.desk import Desk
from marketplace_core.payouts.models import destination as d
from marketplace_core.payouts.models import payout as t
from marketplace_core.payouts.rules import cooled


@dataclass(frozen=True)
class Destination:
    """`shown` is all that anybody sees of it; `usable` says that money may go there now."""

    id: UUID
    kind: str
    shown: str
    named_at: datetime
    usable: bool


@dataclass(frozen=True)
class Payout:
    """`reference` is the bank's own number, so that the farmer can ask there."""

    id: UUID
    code: str
    person_id: UUID
    paise: int
    state: str
    reference: str | None
    why: str | None
    to_kind: str
    to_shown: str
    destination_id: UUID
    created_at: datetime
    moved_at: datetime


@dataclass(frozen=True)
class Waiting:
    """`usable`: the destination has cooled. `also_named_by`: how many others named the same one."""

    payout: Payout
    usable: bool
    also_named_by: int


PAYOUTS = select(
    t,
    d.c.kind.label("to_kind"),
    d.c.shown.label("to_shown"),
    d.c.named_at,
    d.c.confirmed_at,
    d.c.blind_index,
).join_from(t, d, (d.c.tenant_id == t.c.tenant_id) & (d.c.id == t.c.destination_id))


def payout_of(row: Any) -> Payout:
    return Payout(
        id=row.id,
        code=row.code,
        person_id=row.person_id,
        paise=row.paise,
        state=row.state,
        reference=row.reference,
        why=row.why,
        to_kind=row.to_kind,
        to_shown=row.to_shown,
        destination_id=row.destination_id,
        created_at=row.created_at,
        moved_at=row.moved_at,
    )


async def destination(desk: Desk, person_id: UUID) -> Destination | None:
    row = (
        await desk.db.execute(
            select(d).where(d.c.tenant_id == desk.tenant, d.c.person_id == person_id, d.c.closed_at.is_(None))
        )
    ).one_or_none()
    if row is None:
        return None
    return Destination(row.id, row.kind, row.shown, row.named_at, cooled(row, desk.now))


async def by_code(desk: Desk, code: str) -> Payout | None:
    found = await _all(desk, PAYOUTS.where(t.c.tenant_id == desk.tenant, t.c.code == spoken(code)))
    return found[0] if found else None


async def by_id(desk: Desk, payout_id: UUID) -> Payout:
    (found,) = await _all(desk, PAYOUTS.where(t.c.tenant_id == desk.tenant, t.c.id == payout_id))
    return found


async def mine(
    desk: Desk, person_id: UUID, *, before: UUID | None = None, limit: int = 20
) -> tuple[Payout, ...]:
    """Newest first; the next page begins `before` the last one's id."""
    own = PAYOUTS.where(t.c.tenant_id == desk.tenant, t.c.person_id == person_id)
    if before:
        own = own.where(t.c.id < before)
    return await _all(desk, own.order_by(t.c.id.desc()).limit(limit))


async def _all(desk: Desk, chosen: Select[Any]) -> tuple[Payout, ...]:
    return tuple(payout_of(row) for row in await desk.db.execute(chosen))


async def queue(desk: Desk, operator_id: UUID, *, limit: int = 50) -> tuple[Waiting, ...]:
    """What is to be approved, sent or found to have arrived, the longest waiting first."""
    await on_duty(desk, operator_id, "operator")
    others = d.alias("others")
    same = (
        select(func.count(others.c.person_id.distinct()))
        .where(
            others.c.tenant_id == t.c.tenant_id,
            others.c.blind_index == d.c.blind_index,
            others.c.person_id != t.c.person_id,
        )
        .scalar_subquery()
    )
    rows = await desk.db.execute(
        PAYOUTS.add_columns(same.label("also_named_by"))
        .where(t.c.tenant_id == desk.tenant, t.c.state.in_(("asked", "approved", "sent")))
        .order_by(t.c.moved_at, t.c.id)
        .limit(limit)
    )
    return tuple(Waiting(payout_of(row), cooled(row, desk.now), row.also_named_by) for row in rows)
