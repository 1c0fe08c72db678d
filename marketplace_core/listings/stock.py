"""Kilograms taken from a lot and given back to it; the one place where `kg_left` changes.

Locks are taken in one order everywhere: bookings, then listings, then offers, each in the order of their ids.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, select, update

from marketplace_core.accounts.models import person
from marketplace_core.bookings.models import booking
from marketplace_core.desk import Desk
from marketplace_core.events import record
from marketplace_core.listings.models import listing as t
from marketplace_core.listings.transitions import LISTING_LIFE
from marketplace_core.parties import MARKET
from marketplace_core.transitions import make

seller, buyer = person.alias("seller"), person.alias("buyer")


async def take(desk: Desk, which: ColumnElement[bool], *, buyer_id: UUID, kg: int) -> Any:
    """The lot with `kg` less, and the names of both sides; None when it cannot be had.

    Checked and taken in one statement: who comes second sees what the first has left.
    """
    last = t.c.kg_left == kg
    return (
        await desk.db.execute(
            update(t)
            .where(
                t.c.tenant_id == desk.tenant,
                which,
                t.c.state == "active",
                t.c.expires_at > desk.now,
                t.c.kg_left >= kg,
                t.c.seller_id != buyer_id,
                and_(seller.c.tenant_id == t.c.tenant_id, seller.c.id == t.c.seller_id),
                and_(buyer.c.tenant_id == t.c.tenant_id, buyer.c.id == buyer_id),
            )
            .values(
                kg_left=t.c.kg_left - kg,
                state=case((last, "booked"), else_=t.c.state),
                moved_at=case((last, desk.now), else_=t.c.moved_at),
                moved_by=case((last, MARKET), else_=t.c.moved_by),
            )
            .returning(t, seller.c.name.label("seller_name"), buyer.c.name.label("buyer_name"))
        )
    ).one_or_none()


async def tell_taken(desk: Desk, lot: Any) -> None:
    """The event of a lot that `take` has emptied."""
    if lot.state == "booked":
        await record(desk, "listing.booked", lot.code, about(lot) | {"actor_id": None, "by": MARKET})


async def give_back(desk: Desk, listing_id: UUID, kg: int) -> None:
    """For sale again, unless the lot is over meanwhile."""
    lot = await _lock(desk, listing_id)
    await desk.db.execute(
        update(t).where(t.c.tenant_id == desk.tenant, t.c.id == listing_id).values(kg_left=t.c.kg_left + kg)
    )
    if lot.state == "booked":
        move = "reopen" if lot.expires_at > desk.now else "reopen_too_late"
        await _move(desk, lot, move, kg_left=lot.kg_left + kg)


async def close_when_sold(desk: Desk, listing_id: UUID) -> None:
    """Sold is what was promised to the last kilogram and is with its buyers."""
    lot = await _lock(desk, listing_id)  # two last deliveries at once: the second sees the first
    if lot.state != "booked":
        return
    under_way = exists().where(
        booking.c.tenant_id == desk.tenant,
        booking.c.listing_id == listing_id,
        booking.c.state.not_in(("completed", "cancelled")),
    )
    if not (await desk.db.execute(select(under_way))).scalar():
        await _move(desk, lot, "sell", kg_left=lot.kg_left)


async def _lock(desk: Desk, listing_id: UUID) -> Any:
    row = await desk.db.execute(
        select(t).where(t.c.tenant_id == desk.tenant, t.c.id == listing_id).with_for_update(key_share=True)
    )
    return row.one()


async def _move(desk: Desk, lot: Any, move: str, *, kg_left: int) -> None:
    await make(
        desk,
        LISTING_LIFE,
        t,
        move,
        row_id=lot.id,
        state=lot.state,
        who=MARKET,
        subject=lot.code,
        about=about(lot) | {"kg_left": kg_left},
    )


def about(lot: Any) -> dict[str, Any]:
    return {"seller_id": str(lot.seller_id), "commodity": lot.commodity, "kg_left": lot.kg_left}
