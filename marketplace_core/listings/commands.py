"""Putting up for sale, renewing, taking down, running out."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Update, case, update
from sqlalchemy.dialects.postgresql import insert

from marketplace_core.codes import LISTING, new_code, spoken
from marketplace_core.desk import Desk
from marketplace_core.errors import ListingGone, NotYours
from marketplace_core.events import record, record_all
from marketplace_core.listings.models import listing as t
from marketplace_core.listings.queries import Listing, by_code, listing_of
from marketplace_core.listings.rules import LIFETIME, check_terms
from marketplace_core.places.models import place_values
from marketplace_core.places.place import Place


async def publish(
    desk: Desk,
    *,
    seller_id: UUID,
    commodity: str,
    kg: int,
    unit: str,
    price_paise: int,
    per: str,
    place: Place,
    available_from: date,
    photos: Sequence[UUID] = (),
) -> Listing:
    check_terms(
        now=desk.now,
        commodity=commodity,
        kg=kg,
        unit=unit,
        price_paise=price_paise,
        per=per,
        place=place,
        available_from=available_from,
        photos=len(photos),
    )
    row = None
    while row is None:  # a code that is taken already is drawn again
        row = (
            await desk.db.execute(
                insert(t)
                .values(
                    tenant_id=desk.tenant,
                    code=new_code(LISTING),
                    seller_id=seller_id,
                    state="active",
                    commodity=commodity,
                    kg=kg,
                    kg_left=kg,
                    unit=unit,
                    price_paise=price_paise,
                    per=per,
                    available_from=available_from,
                    expires_at=desk.now + LIFETIME,
                    photos=list(photos),
                    created_at=desk.now,
                    **place_values(place),
                )
                .on_conflict_do_nothing(index_elements=["tenant_id", "code"])
                .returning(t)
            )
        ).one_or_none()
    await record(desk, "listing.published", row.code, _about(row, seller_id))
    return listing_of(row, desk.now)


async def renew(desk: Desk, *, seller_id: UUID, code: str) -> Listing:
    """Thirty more days from now, also for a listing that has run out."""
    return await _move(
        desk,
        update(t)
        .where(t.c.state.in_(("active", "booked", "expired")))
        .values(
            expires_at=desk.now + LIFETIME,
            state=case((t.c.state == "expired", "active"), else_=t.c.state),
        ),
        "listing.renewed",
        seller_id,
        code,
    )


async def cancel(desk: Desk, *, seller_id: UUID, code: str) -> Listing:
    """Off the market; what is booked already stays booked."""
    return await _move(
        desk,
        update(t).where(t.c.state.not_in(("cancelled", "sold"))).values(state="cancelled"),
        "listing.cancelled",
        seller_id,
        code,
    )


async def _move(desk: Desk, statement: Update, kind: str, seller_id: UUID, code: str) -> Listing:
    row = (
        await desk.db.execute(
            statement.where(
                t.c.tenant_id == desk.tenant, t.c.code == spoken(code), t.c.seller_id == seller_id
            ).returning(t)
        )
    ).one_or_none()
    if row is None:
        there = await by_code(desk, code)
        raise NotYours if there and there.seller_id != seller_id else ListingGone
    await record(desk, kind, row.code, _about(row, seller_id))
    return listing_of(row, desk.now)


async def expire(desk: Desk) -> int:
    """Close what has run out; how many that were."""
    rows = (
        await desk.db.execute(
            update(t)
            .where(t.c.tenant_id == desk.tenant, t.c.state == "active", t.c.expires_at <= desk.now)
            .values(state="expired")
            .returning(t.c.code, t.c.seller_id, t.c.commodity, t.c.kg_left)
        )
    ).all()
    await record_all(desk, "listing.expired", ((row.code, _about(row, None)) for row in rows))
    return len(rows)


def _about(row: Any, actor_id: UUID | None) -> dict[str, Any]:
    return {
        "seller_id": str(row.seller_id),
        "actor_id": str(actor_id) if actor_id else None,
        "commodity": row.commodity,
        "kg_left": row.kg_left,
    }
