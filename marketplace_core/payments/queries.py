"""What was paid, what waits for somebody's eye, and what providers said that does not fit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from marketplace_core.accounts.duty import on_duty
from marketplace_core.bookings.models import booking
from marketplace_core.codes import spoken
from marketplace_core.desk import Desk
from marketplace_core.errors import NotFound
from marketplace_core.payments.models import payment as t
from marketplace_core.payments.models import refund as r
from marketplace_core.payments.models import word as w
from marketplace_core.payments.rules import METHODS
from marketplace_core.payments.transitions import PAYMENT


@dataclass(frozen=True)
class Payment:
    """`booking` is the code of what it pays for; None tops up what the payer has with us."""

    id: UUID
    code: str
    payer_id: UUID
    booking_id: UUID | None
    booking: str | None
    paise: int
    refunded_paise: int
    method: str
    state: str
    provider_order: str | None
    provider_payment: str | None
    claimed: str | None
    created_at: datetime
    moved_at: datetime


@dataclass(frozen=True)
class Refund:
    """`outcome` is None while it is on its way."""

    id: UUID
    payment_id: UUID
    paise: int
    outcome: str | None
    asked_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True)
class Doubt:
    """Word of a provider that was not believed: an operator looks at it."""

    id: UUID
    doubt: str
    kind: str
    provider_order: str | None
    provider_payment: str | None
    paise: int | None
    payment_id: UUID | None
    heard_at: datetime


PAYMENTS = select(t, booking.c.code.label("booking")).select_from(
    t.outerjoin(booking, (booking.c.tenant_id == t.c.tenant_id) & (booking.c.id == t.c.booking_id))
)


def payment_of(row: Any, now: datetime) -> Payment:
    return Payment(
        id=row.id,
        code=row.code,
        payer_id=row.payer_id,
        booking_id=row.booking_id,
        booking=row.booking,
        paise=row.paise,
        refunded_paise=row.refunded_paise,
        method=row.method,
        state=PAYMENT.standing(row.state, row, now),
        provider_order=row.provider_order,
        provider_payment=row.provider_payment,
        claimed=row.claimed,
        created_at=row.created_at,
        moved_at=row.moved_at,
    )


async def _all(desk: Desk, chosen: Select[Any]) -> tuple[Payment, ...]:
    return tuple(payment_of(row, desk.now) for row in await desk.db.execute(chosen))


async def by_id(desk: Desk, payment_id: UUID) -> Payment:
    found = await _all(desk, PAYMENTS.where(t.c.tenant_id == desk.tenant, t.c.id == payment_id))
    if not found:
        raise NotFound("payment")
    return found[0]


async def by_code(desk: Desk, code: str) -> Payment | None:
    found = await _all(desk, PAYMENTS.where(t.c.tenant_id == desk.tenant, t.c.code == spoken(code)))
    return found[0] if found else None


async def mine(
    desk: Desk, person_id: UUID, *, state: str | None = None, before: UUID | None = None, limit: int = 20
) -> tuple[Payment, ...]:
    """What a person paid or tried to pay, newest first; the next page begins `before` the last one's id."""
    own = PAYMENTS.where(t.c.tenant_id == desk.tenant, t.c.payer_id == person_id)
    if state:
        own = own.where(t.c.state == state)
    if before:
        own = own.where(t.c.id < before)
    return await _all(desk, own.order_by(t.c.id.desc()).limit(limit))


async def of_booking(desk: Desk, booking_id: UUID) -> tuple[Payment, ...]:
    return await _all(
        desk,
        PAYMENTS.where(t.c.tenant_id == desk.tenant, t.c.booking_id == booking_id).order_by(t.c.id),
    )


async def refunds(desk: Desk, payment_id: UUID) -> tuple[Refund, ...]:
    rows = await desk.db.execute(
        select(r.c.id, r.c.payment_id, r.c.paise, r.c.outcome, r.c.asked_at, r.c.settled_at)
        .where(r.c.tenant_id == desk.tenant, r.c.payment_id == payment_id)
        .order_by(r.c.id)
    )
    return tuple(Refund(*row) for row in rows)


async def to_confirm(desk: Desk, operator_id: UUID, *, limit: int = 50) -> tuple[Payment, ...]:
    """What an operator compares with the bank account: those whose payers say that they paid first."""
    await on_duty(desk, operator_id, "operator")
    by_hand = [name for name, method in METHODS.items() if method.by_hand]
    return await _all(
        desk,
        PAYMENTS.where(
            t.c.tenant_id == desk.tenant,
            t.c.method.in_(by_hand),
            t.c.state.in_(("created", "attempted")),
        )
        .order_by(t.c.state, t.c.moved_at, t.c.id)
        .limit(limit),
    )


async def to_pay_back(desk: Desk, operator_id: UUID, *, limit: int = 50) -> tuple[Payment, ...]:
    """What an operator sends back from the bank account, the longest waiting first."""
    await on_duty(desk, operator_id, "operator")
    by_hand = [name for name, method in METHODS.items() if not method.provider]
    return await _all(
        desk,
        PAYMENTS.where(t.c.tenant_id == desk.tenant, t.c.method.in_(by_hand), t.c.state == "refunding")
        .order_by(t.c.moved_at, t.c.id)
        .limit(limit),
    )


async def doubts(desk: Desk, operator_id: UUID, *, limit: int = 50) -> tuple[Doubt, ...]:
    await on_duty(desk, operator_id, "operator")
    rows = await desk.db.execute(
        select(
            w.c.id,
            w.c.doubt,
            w.c.kind,
            w.c.provider_order,
            w.c.provider_payment,
            w.c.paise,
            w.c.payment_id,
            w.c.heard_at,
        )
        .where(w.c.tenant_id == desk.tenant, w.c.outcome == "doubted", w.c.cleared_at.is_(None))
        .order_by(w.c.id)
        .limit(limit)
    )
    return tuple(Doubt(*row) for row in rows)
