"""Confirming, calling off, and what happens when nobody answers."""

from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import case, select, update

from marketplace_core.accounts.models import person
from marketplace_core.bookings.models import booking as t
from marketplace_core.bookings.queries import Booking, by_code
from marketplace_core.bookings.transitions import DEADLINES, State, Who, may
from marketplace_core.desk import Desk
from marketplace_core.errors import Moved, NotYours
from marketplace_core.events import record, record_all
from marketplace_core.listings.models import listing

#: As much of a reason as is kept.
LONGEST_WHY = 200


async def confirm(desk: Desk, *, actor_id: UUID, code: str) -> Booking:
    return await _move(desk, actor_id, code, "confirmed", "")


async def cancel(desk: Desk, *, actor_id: UUID, code: str, why: str) -> Booking:
    """Call it off; the goods are for sale again."""
    cancelled = await _move(desk, actor_id, code, "cancelled", why[:LONGEST_WHY])
    await _give_back(desk, {cancelled.listing_id: cancelled.kg})
    return cancelled


async def _move(desk: Desk, actor_id: UUID, code: str, target: State, why: str) -> Booking:
    booking = await by_code(desk, code)
    if booking is None:
        raise NotYours
    who = await _role(desk, booking, actor_id)
    if not may(who, booking.state, target):
        # Was it never open to them, or has it moved on?
        other_side = may("seller", booking.state, target) or may("buyer", booking.state, target)
        raise NotYours if other_side else Moved("booking", booking.state)
    moved = (
        await desk.db.execute(
            update(t)
            .where(t.c.tenant_id == desk.tenant, t.c.id == booking.id, t.c.state == booking.state)
            .values(state=target, moved_at=desk.now, moved_by=who, why=why or None)
            .returning(t.c.id)
        )
    ).one_or_none()
    if moved is None:  # somebody was quicker
        now = await by_code(desk, code)
        raise Moved("booking", now.state if now else target)
    about = _about(booking) | {"actor_id": str(actor_id), "by": who, "why": why or None}
    await record(desk, f"booking.{target}", booking.code, about)
    my_role = who if who in ("buyer", "seller") else None
    return replace(booking, state=target, moved_at=desk.now, moved_by=who, why=why or None, my_role=my_role)


async def _role(desk: Desk, booking: Booking, actor_id: UUID) -> Who:
    if actor_id == booking.seller_id:
        return "seller"
    if actor_id == booking.buyer_id:
        return "buyer"
    roles = await desk.db.execute(
        select(person.c.roles).where(person.c.tenant_id == desk.tenant, person.c.id == actor_id)
    )
    if "operator" not in (roles.scalar_one_or_none() or ()):
        raise NotYours
    return "operator"


async def expire_pending(desk: Desk) -> int:
    """Call off what nobody answered in time; how many that were."""
    deadline = DEADLINES["pending"]
    overdue = (
        select(t.c.id)
        .where(
            t.c.tenant_id == desk.tenant,
            t.c.state == "pending",
            t.c.moved_at <= desk.now - deadline.after,
        )
        .with_for_update(skip_locked=True)
    )
    rows = (
        await desk.db.execute(
            update(t)
            .where(t.c.tenant_id == desk.tenant, t.c.id.in_(overdue))
            .values(state=deadline.target, moved_at=desk.now, moved_by="time")
            .returning(t.c.code, t.c.kg, t.c.listing_id, t.c.seller_id, t.c.buyer_id)
        )
    ).all()
    freed: Counter[UUID] = Counter()
    for row in rows:
        freed[row.listing_id] += row.kg
    await _give_back(desk, freed)
    await record_all(
        desk,
        f"booking.{deadline.target}",
        ((row.code, _about(row) | {"actor_id": None, "by": "time", "why": None}) for row in rows),
    )
    return len(rows)


async def _give_back(desk: Desk, freed: dict[UUID, int] | Counter[UUID]) -> None:
    # One after the other in id order, so that two who give back to the same listings never wait in a circle.
    for listing_id, kg in sorted(freed.items()):
        await desk.db.execute(
            update(listing)
            .where(listing.c.tenant_id == desk.tenant, listing.c.id == listing_id)
            .values(
                kg_left=listing.c.kg_left + kg,
                state=case(
                    (listing.c.state != "booked", listing.c.state),
                    (listing.c.expires_at > desk.now, "active"),
                    else_="expired",
                ),
            )
        )


def _about(booking: Any) -> dict[str, Any]:
    return {"seller_id": str(booking.seller_id), "buyer_id": str(booking.buyer_id), "kg": booking.kg}
