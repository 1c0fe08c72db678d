"""Waiting for a price, no longer waiting for it, and being told when it has come."""

from typing import Any
from uuid import UUID

from sqlalchemy import and_, insert, or_, select, update

from marketplace_core.accounts.models import person
from marketplace_core.alerts.errors import TooManyAlerts
from marketplace_core.alerts.models import price_alert as t
from marketplace_core.alerts.queries import Alert, alert_of, mine
from marketplace_core.alerts.rules import AT_LEAST, LASTS, MOST_ALERTS, check_alert, reached
from marketplace_core.alerts.transitions import ALERT_LIFE
from marketplace_core.desk import Desk
from marketplace_core.errors import NoSuchPerson, NotFound
from marketplace_core.events import record_all
from marketplace_core.parties import MARKET
from marketplace_core.places.models import place_of, place_values
from marketplace_core.places.place import Place
from marketplace_core.pricing.models import price_edition as e
from marketplace_core.pricing.queries import Quote, quote
from marketplace_core.transitions import TIME, lapse, make

AT_ONCE = 200


async def wait_for_price(
    desk: Desk, *, person_id: UUID, commodity: str, way: str, price_paise: int, per: str, place: Place
) -> Alert:
    """They are told once, by the first newer price that has come so far. Asking twice is waiting once."""
    check_alert(commodity=commodity, way=way, price_paise=price_paise, per=per)
    # Their own row keeps two of their alerts from being the last one allowed.
    found = await desk.db.execute(
        select(person.c.id)
        .where(person.c.tenant_id == desk.tenant, person.c.id == person_id)
        .with_for_update()
    )
    if found.one_or_none() is None:
        raise NoSuchPerson(person_id)
    standing = await mine(desk, person_id)
    wanted = (commodity, way, price_paise, per, place)
    for each in standing:
        if (each.commodity, each.way, each.price_paise, each.per, each.place) == wanted:
            return each
    if len(standing) >= MOST_ALERTS:
        raise TooManyAlerts
    row = (
        await desk.db.execute(
            insert(t)
            .values(
                tenant_id=desk.tenant,
                person_id=person_id,
                state="active",
                commodity=commodity,
                way=way,
                price_paise=price_paise,
                per=per,
                edition=select(e.c.edition).where(e.c.commodity == commodity).scalar_subquery(),
                checked_at=desk.now,
                until=desk.now + LASTS,
                created_at=desk.now,
                moved_at=desk.now,
                moved_by="person",
                **place_values(place),
            )
            .returning(t)
        )
    ).one()
    return alert_of(row, desk.now)


async def end_alert(desk: Desk, *, person_id: UUID, alert_id: UUID) -> Alert:
    row = (
        await desk.db.execute(
            select(t).where(t.c.tenant_id == desk.tenant, t.c.id == alert_id, t.c.person_id == person_id)
        )
    ).one_or_none()
    if row is None:  # somebody else's is nobody's business
        raise NotFound("alert")
    ended = await make(
        desk,
        ALERT_LIFE,
        t,
        "end",
        row_id=row.id,
        state=ALERT_LIFE.standing(row.state, row, desk.now),
        who="person",
        subject=str(row.id),
        about=_about(row),
        actor_id=person_id,
    )
    return alert_of(ended, desk.now)


async def tell_who_waits(desk: Desk) -> int:
    """Looks at every alert whose commodity has newer prices than it has seen; how many were looked at."""
    newer = or_(
        e.c.edition.is_distinct_from(t.c.edition),
        and_(e.c.edition.is_(None), t.c.checked_at <= desk.now - AT_LEAST),
    )
    rows = (
        await desk.db.execute(
            select(t, e.c.edition.label("newest"))
            .outerjoin(e, e.c.commodity == t.c.commodity)
            .where(t.c.tenant_id == desk.tenant, t.c.state == "active", t.c.until > desk.now, newer)
            .order_by(t.c.commodity, t.c.pincode, t.c.id)
            .limit(AT_ONCE)
            .with_for_update(of=t, skip_locked=True)
        )
    ).all()
    quotes: dict[tuple[str, Place], Quote | None] = {}
    for row in rows:
        seen = {"edition": row.newest, "checked_at": desk.now}
        key = (row.commodity, place_of(row))
        if key not in quotes:
            quotes[key] = await quote(desk, commodity=row.commodity, place=key[1])
        now = quotes[key]
        if (
            now
            and now.likely is not None
            and _news(now)
            and reached(row.way, row.price_paise, row.per, now.likely)
        ):
            price = {"paise": now.likely, "as_of": now.as_of.isoformat()}
            await make(
                desk,
                ALERT_LIFE,
                t,
                "fire",
                row_id=row.id,
                state="active",
                who=MARKET,
                subject=str(row.id),
                about=_about(row) | price,
                **seen,
            )
        else:
            await desk.db.execute(
                update(t).where(t.c.tenant_id == desk.tenant, t.c.id == row.id).values(**seen)
            )
    return len(rows)


def _news(now: Quote) -> bool:
    """What is brought in late is old, and what all India pays on average is nobody's price."""
    return not now.stale and now.scope != "india"


async def expire(desk: Desk) -> int:
    """End what has waited long enough; how many that were."""
    rows = [row for _, row in await lapse(desk, ALERT_LIFE, t)]
    about = ((str(row.id), _about(row) | {"actor_id": None, "by": TIME}) for row in rows)
    await record_all(desk, "price_alert.expired", about)
    return len(rows)


def _about(row: Any) -> dict[str, Any]:
    return {"person_id": str(row.person_id), "commodity": row.commodity}
