"""What an account holds, and how it came to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, or_, select

from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotFound
from marketplace_core.ledger.models import account, open_hold
from marketplace_core.ledger.models import transfer as t
from marketplace_core.ledger.rules import Kind, Transfer

MOST_LINES = 100


@dataclass(frozen=True)
class Balance:
    """`available` is what can be taken out now: posted, less what is held for others."""

    posted: int
    held_out: int
    held_in: int
    available: int


@dataclass(frozen=True)
class StatementLine:
    """`paise` is above zero when it came in; a hold changes what is available, not what is there."""

    number: int
    transfer_id: UUID
    kind: str
    paise: int
    why: str
    subject: str
    at: datetime


async def balance(desk: Desk, account_id: UUID) -> Balance:
    """As it stands now: what was held too long is not held any more, though the job may be late."""
    a, h = account.c, open_hold.c

    def overdue(side: str) -> Any:
        return (
            select(func.coalesce(func.sum(h.paise), 0))
            .where(h.tenant_id == desk.tenant, h[side] == account_id, h.until <= desk.now)
            .scalar_subquery()
        )

    row = (
        await desk.db.execute(
            select(
                a.credits_posted - a.debits_posted,
                a.debits_pending - overdue("debit_id"),
                a.credits_pending - overdue("credit_id"),
            ).where(a.tenant_id == desk.tenant, a.id == account_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound("account")
    posted, held_out, held_in = (int(figure) for figure in row)
    return Balance(posted, held_out, held_in, posted - held_out)


async def house_balance(desk: Desk, kind: Kind) -> int:
    """What all accounts of a kind hold together: all fees, all that came from the bank."""
    a = account.c
    total = await desk.db.execute(
        select(func.coalesce(func.sum(a.credits_posted - a.debits_posted), 0)).where(
            a.tenant_id == desk.tenant, a.kind == kind
        )
    )
    return int(total.scalar_one())


async def account_of(desk: Desk, kind: Kind, owner_id: UUID | None = None) -> UUID | None:
    a = account.c
    found = await desk.db.execute(
        select(a.id).where(
            a.tenant_id == desk.tenant,
            a.kind == kind,
            a.owner_id.is_not_distinct_from(owner_id),
            a.stripe == 0,
        )
    )
    return found.scalar_one_or_none()


def transfer_of(row: Any) -> Transfer:
    return Transfer(
        id=row.id,
        kind=row.kind,
        debit=row.debit_id,
        credit=row.credit_id,
        paise=row.paise,
        why=row.why,
        subject=row.subject,
        until=row.until,
        pending_id=row.pending_id,
        refunds_id=row.refunds_id,
        made_at=row.made_at,
    )


async def find(desk: Desk, transfer_id: UUID) -> Transfer | None:
    row = (
        await desk.db.execute(select(t).where(t.c.tenant_id == desk.tenant, t.c.id == transfer_id))
    ).one_or_none()
    return transfer_of(row) if row else None


async def statement(
    desk: Desk, account_id: UUID, *, before: int | None = None, limit: int = 50
) -> tuple[StatementLine, ...]:
    """Newest first; the next page begins `before` the last line's number."""
    if not 1 <= limit <= MOST_LINES:
        raise BadTerms("limit")
    # Each side walks its own index from the new end.
    halves = [
        select(t.c.number)
        .where(t.c.tenant_id == desk.tenant, side == account_id, *([t.c.number < before] if before else []))
        .order_by(t.c.number.desc())
        .limit(limit)
        .scalar_subquery()
        for side in (t.c.debit_id, t.c.credit_id)
    ]
    rows = await desk.db.execute(
        select(
            t.c.number,
            t.c.id,
            t.c.kind,
            case((t.c.credit_id == account_id, t.c.paise), else_=-t.c.paise),
            t.c.why,
            t.c.subject,
            t.c.made_at,
        )
        .where(
            t.c.tenant_id == desk.tenant,
            or_(t.c.debit_id == account_id, t.c.credit_id == account_id),
            or_(*(t.c.number.in_(half) for half in halves)),
        )
        .order_by(t.c.number.desc())
        .limit(limit)
    )
    return tuple(StatementLine(*row) for row in rows)
