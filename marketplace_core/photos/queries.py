"""Have we seen this photo before?"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Uuid, and_, any_, cast, column, func, literal, or_, select

from marketplace_core.bookings.models import booking
from marketplace_core.desk import Desk
from marketplace_core.disputes.models import dispute
from marketplace_core.errors import BadTerms
from marketplace_core.listings.models import listing
from marketplace_core.photos.models import photo, photo_print, photo_use
from marketplace_core.photos.prints import LIKE, NEAR_BITS, alike, probes

How = Literal["same", "near", "like"]

#: A likeness is only a suspicion, so it is looked for among other people's newest photos and no further.
LIKE_WITHIN = timedelta(days=30)
MOST_LIKENESSES = 500
MOST_FOUND = 20


@dataclass(frozen=True)
class Again:
    """`person_id` is None where the photo lies in another house; `apart` counts differing bits."""

    photo_id: UUID
    person_id: UUID | None
    how: How
    apart: int | None = None
    cosine: float | None = None


async def seen_before(desk: Desk, photo_id: UUID) -> tuple[Again, ...]:
    """Earlier photos that are this one, nearly this one, or of the same scene; the surest kind for each."""
    mine = (
        await desk.db.execute(
            select(photo.c.person_id, photo.c.sha256, photo.c.likeness, photo.c.at, photo_print.c.bits)
            .join(photo_print, photo_print.c.photo_id == photo.c.id)
            .where(photo.c.tenant_id == desk.tenant, photo.c.id == photo_id)
        )
    ).one_or_none()
    if mine is None:
        return ()
    found = await _near(desk, photo_id, mine.bits, mine.sha256)
    known = {each.photo_id for each in found}
    found += [each for each in await _like(desk, mine) if each.photo_id not in known]
    return tuple(found[:MOST_FOUND])


async def _near(desk: Desk, photo_id: UUID, bits: object, sha256: str) -> list[Again]:
    digits = f"{int(str(bits), 2):064x}"
    near = (
        func.near_prints(cast(probes(digits), ARRAY(Integer)), bits, NEAR_BITS)
        .table_valued(column("photo_id", Uuid), column("apart", Integer))
        .render_derived(name="near")
    )
    rows = await desk.db.execute(
        select(near.c.photo_id, photo.c.person_id, photo.c.sha256, near.c.apart)
        .outerjoin(photo, and_(photo.c.tenant_id == desk.tenant, photo.c.id == near.c.photo_id))
        .where(near.c.photo_id != photo_id)
        .order_by(near.c.apart, near.c.photo_id)
        .limit(MOST_FOUND)
    )
    return [
        Again(row.photo_id, row.person_id, "same" if row.sha256 == sha256 else "near", row.apart)
        for row in rows
    ]


async def _like(desk: Desk, mine: Any) -> list[Again]:
    rows = await desk.db.execute(
        select(photo.c.id, photo.c.person_id, photo.c.likeness)
        .where(
            photo.c.tenant_id == desk.tenant,
            photo.c.person_id != mine.person_id,
            photo.c.at > mine.at - LIKE_WITHIN,
        )
        .order_by(photo.c.at.desc())
        .limit(MOST_LIKENESSES)
    )
    cosines = [(alike(row.likeness, mine.likeness), row) for row in rows]
    return [
        Again(row.id, row.person_id, "like", cosine=round(cosine, 3))
        for cosine, row in sorted(cosines, key=lambda each: -each[0])
        if cosine >= LIKE
    ]


async def uses(desk: Desk, photo_id: UUID) -> tuple[str, ...]:
    """The listings and gradings it was shown for, oldest first."""
    rows = await desk.db.execute(
        select(photo_use.c.subject)
        .where(photo_use.c.tenant_id == desk.tenant, photo_use.c.photo_id == photo_id)
        .order_by(photo_use.c.at, photo_use.c.subject)
    )
    return tuple(rows.scalars())


async def owner(desk: Desk, photo_id: UUID) -> UUID | None:
    """Who sent it; None while it has not come yet."""
    found = await desk.db.execute(
        select(photo.c.person_id).where(photo.c.tenant_id == desk.tenant, photo.c.id == photo_id)
    )
    return found.scalar_one_or_none()


async def check_own(desk: Desk, photo_ids: Sequence[UUID], *people: UUID) -> None:
    """Nobody shows a photo of somebody else's: shown for sale, everybody could see it. One that has not come yet is
    its sender's secret."""
    foreign = await desk.db.execute(
        select(photo.c.id).where(
            photo.c.tenant_id == desk.tenant, photo.c.id.in_(photo_ids), photo.c.person_id.not_in(people)
        )
    )
    if foreign.first():
        raise BadTerms("photos")


async def key_for(desk: Desk, photo_id: UUID, person_id: UUID, roles: Collection[str]) -> str | None:
    """Where a photo lies, for those who may see it: its sender, everybody while its lot is for sale, both sides of a
    quarrel in which it was shown, and agents and operators, who grade and review."""
    quarrel = (
        select(dispute.c.id)
        .join(booking, and_(booking.c.tenant_id == dispute.c.tenant_id, booking.c.id == dispute.c.booking_id))
        .where(
            dispute.c.tenant_id == desk.tenant,
            or_(
                *(
                    literal(photo_id, Uuid) == any_(shown)
                    for shown in (dispute.c.photos, dispute.c.answer_photos)
                )
            ),
            or_(booking.c.seller_id == person_id, booking.c.buyer_id == person_id),
        )
    )
    for_sale = (
        select(photo_use.c.photo_id)
        .join(
            listing, and_(listing.c.tenant_id == photo_use.c.tenant_id, listing.c.code == photo_use.c.subject)
        )
        .where(
            photo_use.c.tenant_id == desk.tenant,
            photo_use.c.photo_id == photo_id,
            listing.c.state == "active",
            listing.c.expires_at > desk.now,
        )
    )
    allowed = (
        []
        if {"field_agent", "operator"} & set(roles)
        else [or_(photo.c.person_id == person_id, for_sale.exists(), quarrel.exists())]
    )
    found = await desk.db.execute(
        select(photo.c.key).where(photo.c.tenant_id == desk.tenant, photo.c.id == photo_id, *allowed)
    )
    return found.scalar_one_or_none()
