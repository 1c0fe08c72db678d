"""Whether the buyer's money waits for a booking, and what an agent carries."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select

from marketplace_core.desk import Desk
from marketplace_core.escrow.models import escrow_hold
from marketplace_core.ledger.models import account, open_hold
from marketplace_core.ledger.rules import CASH_LIMIT_PAISE


@dataclass(frozen=True)
class Cash:
    in_hand_paise: int
    limit_paise: int

    @property
    def left_paise(self) -> int:
        return self.limit_paise - self.in_hand_paise


def secured(desk: Desk, booking_id: UUID | ColumnElement[UUID]) -> ColumnElement[bool]:
    """Whether the money waits at this moment: it was set aside, and the time for that has not run out."""
    e, h = escrow_hold.c, open_hold.c
    return exists().where(
        e.tenant_id == desk.tenant,
        e.booking_id == booking_id,
        e.state == "held",
        h.tenant_id == e.tenant_id,
        h.id == e.hold_id,
        h.until > desk.now,
    )


async def cash(desk: Desk, agent_id: UUID) -> Cash:
    a = account.c
    row = (
        await desk.db.execute(
            select(a.debits_posted + a.debits_pending - a.credits_posted, -a.floor).where(
                a.tenant_id == desk.tenant, a.kind == "agent_cash", a.owner_id == agent_id
            )
        )
    ).one_or_none()
    return Cash(*row) if row else Cash(0, CASH_LIMIT_PAISE)
