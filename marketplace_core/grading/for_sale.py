"""What was judged before it was put up for sale brings its photos and its grade along."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from marketplace_core.codes import spoken
from marketplace_core.desk import Desk
from marketplace_core.grading.models import grading as t
from marketplace_core.grading.queries import Grading, grading_of
from marketplace_core.listings.models import listing

#: Longer than this straw in the open does not stay as it was seen.
GOOD_FOR = timedelta(days=7)


async def judged_before(desk: Desk, *, person_id: UUID, code: str) -> Grading | None:
    """Their own, newly looked at or about to be, and shown for no lot yet."""
    row = (await desk.db.execute(_fresh(desk, person_id, code))).one_or_none()
    return grading_of(row) if row else None


async def bring_along(desk: Desk, *, person_id: UUID, code: str, listing_code: str) -> Grading | None:
    """The grade stands with the lot, now or as soon as there is one; None where it does not fit the lot."""
    # held, so that whoever judges it at this moment does so before, or finds the lot beside it
    row = (await desk.db.execute(_fresh(desk, person_id, code).with_for_update())).one_or_none()
    if row is None:
        return None
    lot = (
        listing.c.tenant_id == desk.tenant,
        listing.c.code == listing_code,
        listing.c.seller_id == person_id,
        listing.c.commodity == row.commodity,
    )
    if (await desk.db.execute(select(listing.c.id).where(*lot))).first() is None:
        return None
    await desk.db.execute(
        update(t).where(t.c.tenant_id == desk.tenant, t.c.id == row.id).values(listing=listing_code)
    )
    given = grading_of(row)
    if given.grade:
        await desk.db.execute(
            update(listing).where(*lot).values(grade=given.grade, graded_by=given.judged_by)
        )
    return given


def _fresh(desk: Desk, person_id: UUID, code: str) -> Any:
    return select(t).where(
        t.c.tenant_id == desk.tenant,
        t.c.code == spoken(code),
        t.c.person_id == person_id,
        t.c.listing.is_(None),
        t.c.state.in_(("asked", "graded")),
        t.c.created_at > desk.now - GOOD_FOR,
    )
