"""What our eyes make of a grading: a grade when they are sure, a word about the photo, or a report for the agent."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, any_, func, literal, select, update

from marketplace_core.accounts.queries import person
from marketplace_core.codes import spoken
from marketplace_core.desk import Desk
from marketplace_core.errors import Moved, NotFound
from marketplace_core.fraud.commands import raise_flag
from marketplace_core.fraud.rules import PHOTO_FAR
from marketplace_core.grading import drift
from marketplace_core.grading.models import grading as t
from marketplace_core.grading.queries import LEASE, Grading, grading_of
from marketplace_core.grading.report import Report
from marketplace_core.grading.rules import SURE
from marketplace_core.grading.transitions import EYES, GRADING
from marketplace_core.listings.models import listing
from marketplace_core.photos.models import photo
from marketplace_core.photos.whereabouts import Place, apart_km, is_far
from marketplace_core.transitions import make

#: Whoever fetches a photo has given up on it long before.
NEVER_CAME = 12 * LEASE
AT_ONCE = 200
LOST = Report(usable=False, why=("not_a_photo",))


async def judge(
    desk: Desk,
    code: str,
    report: Report,
    *,
    features: Sequence[float] = (),
    picture: str | None = None,
    places: Sequence[Place | None] = (),
    shadow: Mapping[str, Any] | None = None,
) -> Grading:
    """The eyes' word on a grading that was claimed. Said twice it is the same word.

    `picture` is the key of the photo with what was counted drawn into it, `places` is where the cameras say they
    were, `shadow` what a model on trial says: `registry.shadow`.
    """
    row = (
        await desk.db.execute(
            select(t).where(t.c.tenant_id == desk.tenant, t.c.code == spoken(code)).with_for_update()
        )
    ).one_or_none()
    if row is None:
        raise NotFound("grading")
    if row.seen_at is not None:  # another worker was quicker
        return grading_of(row)
    if row.state != "asked":  # or an agent
        raise Moved("grading", row.state)
    move = _move(report)
    about = {
        "person_id": str(row.person_id),
        "listing": row.listing,
        "commodity": row.commodity,
        "grade": report.grade if move == "grade" else None,
        "why": list(report.why),
        "doubt": report.doubt,
    }
    done = await make(
        desk,
        GRADING,
        t,
        move,
        row_id=row.id,
        state="asked",
        who=EYES,
        subject=row.code,
        about=about,
        report=report.to_json(),
        seen_at=desk.now,
        features=drift.summary(features) if len(features) else None,
        picture=picture,
        shadow=dict(shadow) if shadow else None,
        grade=report.grade if move == "grade" else None,
    )
    if move == "grade" and row.listing:  # an agent who stood before the goods knows better
        await desk.db.execute(
            update(listing)
            .where(
                listing.c.tenant_id == desk.tenant,
                listing.c.code == row.listing,
                listing.c.graded_by.is_distinct_from("agent"),
            )
            .values(grade=report.grade, graded_by=EYES)
        )
    await _flag_if_far(desk, row, places)
    return grading_of(done)


def _move(report: Report) -> str:
    if not report.usable:
        return "give_up"
    if report.doubt or report.why:
        return "look"
    sure = (report.confidence or 0.0) >= SURE
    if report.grade and sure:
        return "grade"
    if report.leaf and report.leaf.state != "unknown" and report.leaf.confidence >= SURE:
        return "advise"
    return "look"


async def photo_lost(desk: Desk, photo_id: UUID) -> tuple[Grading, ...]:
    """A photo that cannot be had: what was asked with it goes on without it, or ends where there was no other."""
    return await _without(desk, literal(photo_id, Uuid) == any_(t.c.photos), lost=(photo_id,))


async def give_up_lost(desk: Desk) -> int:
    """Photos that never came, and nobody said so. How many gradings waited for one."""
    missing = ~(
        select(func.count())
        .where(photo.c.tenant_id == desk.tenant, photo.c.id == any_(t.c.photos))
        .correlate(t)
        .scalar_subquery()
        == func.cardinality(t.c.photos)
    )
    return len(await _without(desk, and_(missing, t.c.created_at < desk.now - NEVER_CAME)))


async def _without(desk: Desk, which: ColumnElement[bool], lost: Sequence[UUID] = ()) -> tuple[Grading, ...]:
    rows = await desk.db.execute(
        select(t)
        .where(
            t.c.tenant_id == desk.tenant,
            t.c.state == "asked",
            t.c.seen_at.is_(None),
            which,
        )
        .order_by(t.c.id)
        .limit(AT_ONCE)
        .with_for_update()
    )
    done = []
    for row in rows.all():
        here = await desk.db.execute(
            select(photo.c.id).where(photo.c.tenant_id == desk.tenant, photo.c.id.in_(row.photos))
        )
        there = set(here.scalars())
        left = [each for each in row.photos if each not in lost and (lost or each in there)]
        if left:
            changed = await desk.db.execute(
                update(t)
                .where(t.c.tenant_id == desk.tenant, t.c.id == row.id)
                .values(photos=left)
                .returning(t)
            )
            done.append(grading_of(changed.one()))
        else:
            done.append(await judge(desk, row.code, LOST))
    return tuple(done)


async def _flag_if_far(desk: Desk, row: Any, places: Sequence[Place | None]) -> None:
    stated = await _stated(desk, row)
    far = [apart_km(place, stated) or 0.0 for place in places if is_far(place, stated)]
    if far:
        reasons = {"km": round(max(far)), "photos": len(far), "listing": row.listing}
        await raise_flag(desk, PHOTO_FAR, subject=row.code, person_id=row.person_id, reasons=reasons)


async def _stated(desk: Desk, row: Any) -> Place | None:
    """Where the lot is said to lie; without one, where its farmer lives."""
    if row.listing:
        found = await desk.db.execute(
            select(listing.c.lat, listing.c.lon).where(
                listing.c.tenant_id == desk.tenant, listing.c.code == row.listing
            )
        )
        lot = found.one_or_none()
        return (lot.lat, lot.lon) if lot else None
    place = (await person(desk, row.person_id)).place
    return (place.lat, place.lon) if place else None
