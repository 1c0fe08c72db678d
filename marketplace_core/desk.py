"""Where business is done: one transaction, one tenant, one moment.

Every command and query takes a `Desk` first. Commands change the market inside the caller's transaction and
never commit. The time comes from the desk, so that a frozen clock reaches every corner.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True)
class Desk:
    db: AsyncConnection
    tenant: int
    now: datetime
