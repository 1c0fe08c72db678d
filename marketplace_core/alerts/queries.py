"""What somebody waits for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from marketplace_core.alerts.models import price_alert as t
from marketplace_core.alerts.transitions import ALERT_LIFE
from marketplace_core.desk import Desk
from marketplace_core.places.models import place_of
from marketplace_core.places.place import Place


@dataclass(frozen=True)
class Alert:
    """ "When it is `above` (or `below`) this price", from whatever price the market knows at this place."""

    id: UUID
    person_id: UUID
    state: str
    commodity: str
    way: str
    price_paise: int
    per: str
    place: Place
    until: datetime


def alert_of(row: Any, now: datetime) -> Alert:
    return Alert(
        id=row.id,
        person_id=row.person_id,
        state=ALERT_LIFE.standing(row.state, row, now),
        commodity=row.commodity,
        way=row.way,
        price_paise=row.price_paise,
        per=row.per,
        place=place_of(row),
        until=row.until,
    )


async def mine(desk: Desk, person_id: UUID) -> tuple[Alert, ...]:
    """Those that stand, newest first."""
    rows = await desk.db.execute(
        select(t)
        .where(
            t.c.tenant_id == desk.tenant,
            t.c.person_id == person_id,
            t.c.state == "active",
            t.c.until > desk.now,
        )
        .order_by(t.c.id.desc())
    )
    return tuple(alert_of(row, desk.now) for row in rows)


async def by_id(desk: Desk, alert_id: UUID) -> Alert | None:
    row = (
        await desk.db.execute(select(t).where(t.c.tenant_id == desk.tenant, t.c.id == alert_id))
    ).one_or_none()
    return alert_of(row, desk.now) if row else None
