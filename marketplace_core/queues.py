"""What waits for the office: how much of it, and since when. Each queue is read in the room that keeps it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Table, func, select

from marketplace_core.accounts.duty import on_duty
from marketplace_core.desk import Desk
from marketplace_core.disputes.models import dispute
from marketplace_core.disputes.transitions import FOR_THE_OFFICE
from marketplace_core.fraud.models import flag
from marketplace_core.grading.models import grading
from marketplace_core.kyc.models import kyc
from marketplace_core.payments.models import payment, word
from marketplace_core.payments.rules import METHODS
from marketplace_core.payouts.models import payout


@dataclass(frozen=True)
class Queue:
    """`since` is when the one that waits longest began to; None where nobody does."""

    name: str
    waiting: int
    since: datetime | None


_BY_HAND = tuple(name for name, method in METHODS.items() if method.by_hand)
_BACK_BY_HAND = tuple(name for name, method in METHODS.items() if not method.provider)

#: By name: where they lie, which of them wait, and the moment from which they do.
QUEUES: dict[str, tuple[Table, tuple[ColumnElement[bool], ...], Column[Any]]] = {
    "payments": (
        payment,
        (payment.c.method.in_(_BY_HAND), payment.c.state.in_(("created", "attempted"))),
        payment.c.moved_at,
    ),
    "refunds": (
        payment,
        (payment.c.method.in_(_BACK_BY_HAND), payment.c.state == "refunding"),
        payment.c.moved_at,
    ),
    "doubts": (
        word,
        (word.c.outcome == "doubted", word.c.cleared_at.is_(None)),
        word.c.heard_at,
    ),
    "payouts": (payout, (payout.c.state.in_(("asked", "approved", "sent")),), payout.c.moved_at),
    "kyc": (kyc, (kyc.c.state.in_(("submitted", "in_review")),), kyc.c.moved_at),
    "disputes": (dispute, (dispute.c.state.in_(FOR_THE_OFFICE),), dispute.c.moved_at),
    "reviews": (flag, (flag.c.state == "open",), flag.c.created_at),
    "gradings": (grading, (grading.c.state == "asked",), grading.c.created_at),
}


async def queues(desk: Desk, operator_id: UUID) -> tuple[Queue, ...]:
    await on_duty(desk, operator_id, "operator")
    found = []
    for name, (table, waits, since) in QUEUES.items():
        row = await desk.db.execute(
            select(func.count(), func.min(since)).where(table.c.tenant_id == desk.tenant, *waits)
        )
        found.append(Queue(name, *row.one()))
    return tuple(found)
