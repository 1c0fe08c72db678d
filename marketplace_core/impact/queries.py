"""How much residue found a buyer, and what its smoke would have weighed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, literal, or_, select

from marketplace_core.bookings.models import booking as b
from marketplace_core.bookings.models import weighment as w
from marketplace_core.commodities import COMMODITIES
from marketplace_core.desk import Desk
from marketplace_core.impact.rules import co2e_grams, co_grams
from marketplace_core.listings.models import listing


@dataclass(frozen=True)
class Kept:
    """`kg` as weighed, never more than was booked. Grams are None where no table tells how it burns."""

    commodity: str
    deals: int
    kg: int
    co2e_grams: int | None
    co_grams: int | None


async def kept(desk: Desk, person_id: UUID | None = None) -> tuple[Kept, ...]:
    """Of completed deals with residue: all of this market's, or one person's own; the most first."""
    weighed = (
        select(w.c.kg)
        .where(w.c.tenant_id == b.c.tenant_id, w.c.booking_id == b.c.id)
        .order_by(w.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    kg = func.sum(func.least(func.coalesce(weighed, b.c.kg), b.c.kg))
    rows = await desk.db.execute(
        select(listing.c.commodity, func.count(), kg)
        .select_from(
            b.join(listing, (listing.c.tenant_id == b.c.tenant_id) & (listing.c.id == b.c.listing_id))
        )
        .where(
            b.c.tenant_id == desk.tenant,
            b.c.state == "completed",
            listing.c.commodity.in_(_residues()),
            or_(b.c.seller_id == person_id, b.c.buyer_id == person_id) if person_id else literal(True),
        )
        .group_by(listing.c.commodity)
        .order_by(kg.desc(), listing.c.commodity)
    )
    return tuple(
        Kept(name, deals, int(kilos), co2e_grams(name, int(kilos)), co_grams(name, int(kilos)))
        for name, deals, kilos in rows
    )


def _residues() -> Sequence[str]:
    return [each.id for each in COMMODITIES.values() if each.kind == "residue"]
