"""Wishing for something, and no longer wishing for it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from marketplace_core.accounts.models import person
from marketplace_core.desk import Desk
from marketplace_core.errors import NoSuchPerson, NotFound
from marketplace_core.events import record, record_all
from marketplace_core.places.models import place_values
from marketplace_core.places.place import Place
from marketplace_core.transitions import TIME, lapse, make
from marketplace_core.wishes.errors import TooManyWishes
from marketplace_core.wishes.models import wish as t
from marketplace_core.wishes.queries import Wish, mine, wish_of
from marketplace_core.wishes.rules import MOST_WISHES, check_wish, square_of
from marketplace_core.wishes.transitions import WISH_LIFE


async def make_wish(
    desk: Desk,
    *,
    buyer_id: UUID,
    commodity: str,
    place: Place,
    km: int,
    until: datetime,
    grade: str | None = None,
    least_kg: int = 1,
    most_kg: int | None = None,
    price_paise: int | None = None,
    per: str | None = None,
) -> Wish:
    """From now on this buyer hears of every new lot that fits."""
    check_wish(
        now=desk.now,
        commodity=commodity,
        grade=grade,
        least_kg=least_kg,
        most_kg=most_kg,
        price_paise=price_paise,
        per=per,
        place=place,
        km=km,
        until=until,
    )
    # The buyer's own row keeps two of their wishes from being the last one allowed.
    found = await desk.db.execute(
        select(person.c.id)
        .where(person.c.tenant_id == desk.tenant, person.c.id == buyer_id)
        .with_for_update()
    )
    if found.one_or_none() is None:
        raise NoSuchPerson(buyer_id)
    if len(await mine(desk, buyer_id)) >= MOST_WISHES:
        raise TooManyWishes
    row = (
        await desk.db.execute(
            insert(t)
            .values(
                tenant_id=desk.tenant,
                buyer_id=buyer_id,
                state="active",
                commodity=commodity,
                grade=grade,
                least_kg=least_kg,
                most_kg=most_kg,
                price_paise=price_paise,
                per=per,
                km=km,
                square=square_of(place.lat, place.lon, km),
                until=until,
                created_at=desk.now,
                moved_at=desk.now,
                moved_by="buyer",
                **place_values(place),
            )
            .returning(t)
        )
    ).one()
    await record(desk, "wish.made", str(row.id), _about(row) | {"actor_id": str(buyer_id)})
    return wish_of(row, desk.now)


async def end_wish(desk: Desk, *, buyer_id: UUID, wish_id: UUID) -> Wish:
    row = (
        await desk.db.execute(
            select(t).where(t.c.tenant_id == desk.tenant, t.c.id == wish_id, t.c.buyer_id == buyer_id)
        )
    ).one_or_none()
    if row is None:  # somebody else's is nobody's business
        raise NotFound("wish")
    ended = await make(
        desk,
        WISH_LIFE,
        t,
        "end",
        row_id=row.id,
        state=WISH_LIFE.standing(row.state, row, desk.now),
        who="buyer",
        subject=str(row.id),
        about=_about(row),
        actor_id=buyer_id,
    )
    return wish_of(ended, desk.now)


async def expire(desk: Desk) -> int:
    """End what has had its day; how many that were."""
    rows = [row for _, row in await lapse(desk, WISH_LIFE, t)]
    about = ((str(row.id), _about(row) | {"actor_id": None, "by": TIME}) for row in rows)
    await record_all(desk, "wish.ended", about)
    return len(rows)


def _about(row: Any) -> dict[str, Any]:
    return {"buyer_id": str(row.buyer_id), "commodity": row.commodity}
