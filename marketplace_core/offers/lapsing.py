"""What becomes of open offers when their lot is gone, and when nobody answers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from marketplace_core.desk import Desk
from marketplace_core.events import record_all
from marketplace_core.listings.models import listing
from marketplace_core.offers.models import offer as t
from marketplace_core.offers.transitions import OFFER_LIFE, OPEN
from marketplace_core.parties import MARKET
from marketplace_core.transitions import TIME, lapse


async def lapse_offers(desk: Desk, listing_ids: Sequence[UUID]) -> int:
    """Both sides of every open offer on these lots are told that it is over."""
    if not listing_ids:
        return 0
    (step,) = OFFER_LIFE.named("lapse")
    open_offers = (
        select(t.c.id)
        .where(t.c.tenant_id == desk.tenant, t.c.listing_id.in_(listing_ids), t.c.state.in_(OPEN))
        .order_by(t.c.id)
        .with_for_update()
    )
    rows = (
        await desk.db.execute(
            update(t)
            .where(t.c.tenant_id == desk.tenant, t.c.id.in_(open_offers), t.c.state.in_(OPEN))
            .values(state=step.target, moved_at=desk.now, moved_by=MARKET, turn=None)
            .returning(t)
        )
    ).all()
    await _tell(desk, OFFER_LIFE.kind(step), rows, MARKET)
    return len(rows)


async def expire(desk: Desk) -> int:
    """Close what nobody answered within a day; how many that were."""
    lapsed = await lapse(desk, OFFER_LIFE, t)
    for step in {step for step, _ in lapsed}:
        rows = [row for made, row in lapsed if made is step]
        await _tell(desk, OFFER_LIFE.kind(step), rows, TIME)
    return len(lapsed)


async def _tell(desk: Desk, kind: str, rows: Sequence[Any], who: str) -> None:
    if not rows:
        return
    lots = await desk.db.execute(
        select(listing.c.id, listing.c.code, listing.c.seller_id).where(
            listing.c.tenant_id == desk.tenant, listing.c.id.in_({row.listing_id for row in rows})
        )
    )
    of = {lot.id: lot for lot in lots}
    await record_all(
        desk,
        kind,
        (
            (
                row.code,
                about(row, of[row.listing_id].code, of[row.listing_id].seller_id)
                | {"actor_id": None, "by": who},
            )
            for row in rows
        ),
    )


def about(row: Any, listing_code: str, seller_id: UUID) -> dict[str, Any]:
    return {
        "listing": listing_code,
        "seller_id": str(seller_id),
        "buyer_id": str(row.buyer_id),
        "kg": row.kg,
        "price_paise": row.price_paise,
        "per": row.per,
    }
