"""Attachments still at the carrier: noted in the turn that brought them, fetched by a job, then deleted there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, insert, or_, select, update

from bot.message import Attachment
from bot.tables import media
from marketplace_core.desk import Desk

#: What could not be fetched, or not deleted at the carrier, is tried again for so long, so many in a round.
#: A round takes them by lot: some that never succeed can then keep the others waiting, but not out.
TRIED_FOR = timedelta(days=7)
A_ROUND = 50
#: By then the job that was to fetch it has had its tries.
OVERDUE = timedelta(minutes=10)


@dataclass(frozen=True)
class Kept:
    """`ids` are to be fetched, whatever they are."""

    ids: tuple[UUID, ...] = ()
    photos: tuple[str, ...] = ()
    voices: tuple[UUID, ...] = ()


async def keep(desk: Desk, person: UUID, carrier: str, attachments: tuple[Attachment, ...]) -> Kept:
    """Stickers are not fetched, and leave their carrier with what was copied from it."""
    if not attachments:
        return Kept()
    rows = await desk.db.execute(
        insert(media).returning(media.c.id, sort_by_parameter_order=True),
        [
            {
                "tenant_id": desk.tenant,
                "person_id": person,
                "carrier": carrier,
                "url": each.url,
                "content_type": each.content_type,
                "lost_because": "a sticker" if each.kind == "sticker" else None,
                "at": desk.now,
            }
            for each in attachments
        ],
    )
    noted = [*zip(rows.scalars(), (each.kind for each in attachments), strict=True)]
    return Kept(
        tuple(own_id for own_id, kind in noted if kind != "sticker"),
        tuple(str(own_id) for own_id, kind in noted if kind == "photo"),
        tuple(own_id for own_id, kind in noted if kind == "voice"),
    )


@dataclass(frozen=True)
class Lying:
    """Still at this carrier, at this address."""

    id: UUID
    carrier: str
    url: str


async def lying(desk: Desk, attachment: UUID) -> Lying | None:
    """None when it is settled already."""
    found = await desk.db.execute(
        select(media.c.id, media.c.carrier, media.c.url).where(
            media.c.tenant_id == desk.tenant,
            media.c.id == attachment,
            media.c.key.is_(None),
            media.c.lost_because.is_(None),
        )
    )
    row = found.one_or_none()
    return Lying(*row) if row else None


async def left_behind(desk: Desk) -> Sequence[Lying]:
    """Settled with us and still at the carrier."""
    found = await desk.db.execute(
        select(media.c.id, media.c.carrier, media.c.url)
        .where(
            media.c.tenant_id == desk.tenant,
            media.c.left_carrier_at.is_(None),
            or_(media.c.key.is_not(None), media.c.lost_because.is_not(None)),
            media.c.at > desk.now - TRIED_FOR,
        )
        .order_by(func.random())
        .limit(A_ROUND)
    )
    return [Lying(*row) for row in found]


async def unsettled(desk: Desk) -> Sequence[UUID]:
    """Neither fetched nor given up, though there was time enough."""
    found = await desk.db.execute(
        select(media.c.id)
        .where(
            media.c.tenant_id == desk.tenant,
            media.c.left_carrier_at.is_(None),
            media.c.key.is_(None),
            media.c.lost_because.is_(None),
            media.c.at.between(desk.now - TRIED_FOR, desk.now - OVERDUE),
        )
        .order_by(func.random())
        .limit(A_ROUND)
    )
    return found.scalars().all()


async def left_carrier(desk: Desk, attachment: UUID) -> None:
    await desk.db.execute(
        update(media)
        .where(media.c.tenant_id == desk.tenant, media.c.id == attachment)
        .values(left_carrier_at=desk.now)
    )


async def kept(desk: Desk, attachment: UUID, key: str, content_type: str) -> UUID:
    """Whose it is."""
    return await _settle(desk, attachment, key=key, content_type=content_type)


async def lost(desk: Desk, attachment: UUID, because: str) -> None:
    await _settle(desk, attachment, lost_because=because)


async def _settle(desk: Desk, attachment: UUID, **values: str) -> UUID:
    settled = await desk.db.execute(
        update(media)
        .where(media.c.tenant_id == desk.tenant, media.c.id == attachment)
        .values(**values)
        .returning(media.c.person_id)
    )
    person: UUID = settled.scalar_one()
    return person
