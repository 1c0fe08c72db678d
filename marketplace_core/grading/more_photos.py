"""A phone sends several photos of one lot one by one: those that come in time are looked at together."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update

from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Moved, NotFound
from marketplace_core.fraud.screens import photos_shown
from marketplace_core.grading.commands import MOST_PHOTOS
from marketplace_core.grading.models import grading as t
from marketplace_core.grading.queries import Grading, grading_of
from marketplace_core.photos.queries import check_own


async def add_photos(desk: Desk, *, person_id: UUID, code: str, photos: Sequence[UUID]) -> Grading:
    """They may still be on their way. `Moved` once a worker has begun to look."""
    await check_own(desk, photos, person_id)
    asked = (
        await desk.db.execute(
            select(t)
            .where(t.c.tenant_id == desk.tenant, t.c.code == code, t.c.person_id == person_id)
            .with_for_update()
        )
    ).one_or_none()
    if asked is None:
        raise NotFound("grading")
    if asked.state != "asked" or asked.claimed_at is not None or asked.seen_at is not None:
        raise Moved("grading", asked.state)
    together = list(dict.fromkeys((*asked.photos, *photos)))
    if len(together) > MOST_PHOTOS:
        raise BadTerms("photos")
    row = await desk.db.execute(
        update(t).where(t.c.tenant_id == desk.tenant, t.c.id == asked.id).values(photos=together).returning(t)
    )
    await photos_shown(desk, photos, code)
    return grading_of(row.one())
