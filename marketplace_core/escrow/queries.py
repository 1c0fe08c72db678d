"""What an agent carries."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from marketplace_core.desk import Desk
from marketplace_core.ledger.models import account
from marketplace_core.ledger.rules import CASH_LIMIT_PAISE


@dataclass(frozen=True)
class Cash:
    in_hand_paise: int
    limit_paise: int

    @property
    def left_paise(self) -> int:
        return self.limit_paise - self.in_hand_paise


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
