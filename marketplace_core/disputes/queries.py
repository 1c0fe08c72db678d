"""What is quarrelled over, for both sides and for the office."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from marketplace_core.bookings.models import booking
from marketplace_core.codes import spoken
from marketplace_core.desk import Desk
from marketplace_core.disputes.models import dispute as t
from marketplace_core.disputes.transitions import ANSWER_WITHIN, DISPUTE_LIFE, FOR_THE_OFFICE


@dataclass(frozen=True)
class Dispute:
    """`farmer_paise` is what the decision gives the farmer."""

    id: UUID
    booking_code: str
    state: str
    seller_id: UUID
    buyer_id: UUID
    opened_by: str
    reason: str
    said: str
    photos: tuple[UUID, ...]
    answer: str | None
    answer_photos: tuple[UUID, ...]
    booking_was: str
    decision: str | None
    farmer_paise: int | None
    decided_why: str | None
    created_at: datetime
    moved_at: datetime


DISPUTES = select(
    t, booking.c.code.label("booking_code"), booking.c.seller_id, booking.c.buyer_id
).select_from(t.join(booking, and_(booking.c.tenant_id == t.c.tenant_id, booking.c.id == t.c.booking_id)))


def dispute_of(row: Any, now: datetime) -> Dispute:
    return Dispute(
        id=row.id,
        booking_code=row.booking_code,
        state=DISPUTE_LIFE.standing(row.state, row, now),
        seller_id=row.seller_id,
        buyer_id=row.buyer_id,
        opened_by=row.opened_by,
        reason=row.reason,
        said=row.said,
        photos=tuple(row.photos),
        answer=row.answer,
        answer_photos=tuple(row.answer_photos),
        booking_was=row.booking_was,
        decision=row.decision,
        farmer_paise=row.farmer_paise,
        decided_why=row.decided_why,
        created_at=row.created_at,
        moved_at=row.moved_at,
    )


async def of_booking(desk: Desk, code: str) -> Dispute | None:
    """The latest one over a booking."""
    row = (
        await desk.db.execute(
            DISPUTES.where(t.c.tenant_id == desk.tenant, booking.c.code == spoken(code))
            .order_by(t.c.id.desc())
            .limit(1)
        )
    ).one_or_none()
    return dispute_of(row, desk.now) if row else None


async def for_the_office(desk: Desk, *, limit: int = 50) -> tuple[Dispute, ...]:
    """What waits for a decision, the longest first: answered, or left without an answer for too long."""
    rows = await desk.db.execute(
        DISPUTES.where(
            t.c.tenant_id == desk.tenant,
            or_(
                t.c.state.in_(FOR_THE_OFFICE),
                and_(t.c.state == "open", t.c.moved_at <= desk.now - ANSWER_WITHIN),
            ),
        )
        .order_by(t.c.moved_at, t.c.id)
        .limit(limit)
    )
    return tuple(dispute_of(row, desk.now) for row in rows)
