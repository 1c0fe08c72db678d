"""A photo comes in, and is shown for something."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from marketplace_core.desk import Desk
from marketplace_core.photos.models import bit_string, photo, photo_print, photo_use
from marketplace_core.photos.prints import Print, codes


async def remember(desk: Desk, photo_id: UUID, *, person_id: UUID, key: str, prints: Print) -> None:
    """Keep a photo's prints; the same photo handed in twice under one id changes nothing."""
    await desk.db.execute(
        insert(photo)
        .values(
            tenant_id=desk.tenant,
            id=photo_id,
            person_id=person_id,
            key=key,
            sha256=prints.sha256,
            likeness=prints.likeness,
            at=desk.now,
        )
        .on_conflict_do_nothing()
    )
    await desk.db.execute(
        insert(photo_print)
        .values(photo_id=photo_id, bits=bit_string(prints.bits), codes=codes(prints.bits))
        .on_conflict_do_nothing()
    )


async def show(desk: Desk, photo_ids: Sequence[UUID], subject: str) -> None:
    """Note that these photos stand for this listing or grading."""
    if photo_ids:
        await desk.db.execute(
            insert(photo_use).on_conflict_do_nothing(),
            [
                {"tenant_id": desk.tenant, "photo_id": each, "subject": subject, "at": desk.now}
                for each in dict.fromkeys(photo_ids)
            ],
        )
