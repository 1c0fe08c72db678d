"""What people who stood before the goods said, kept beside what the eyes had said of the same photos.

A label names a role and never a person; a photo by the hash of its file, so that a person who leaves takes the photo
along and leaves no name behind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, and_, cast, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from marketplace_core.bookings.models import booking, inspection
from marketplace_core.desk import Desk
from marketplace_core.grading.eyes.what import COMMODITIES
from marketplace_core.grading.models import grade_label as t
from marketplace_core.grading.models import grading
from marketplace_core.grading.queries import Grading
from marketplace_core.listings.models import listing
from marketplace_core.photos.models import photo

AT_ONCE = 500


@dataclass(frozen=True)
class Label:
    """`answer` is the eyes', `rival_answer` that of the model on trial; None where they said nothing."""

    id: UUID
    about: str
    truth: str
    source: str
    role: str
    grading: str
    commodity: str
    photos: tuple[str, ...]
    answer: str | None
    confidence: float | None
    model: Mapping[str, str]
    rival: Mapping[str, str] | None
    rival_answer: str | None
    at: datetime


async def of_agent(desk: Desk, graded: Grading, *, role: str) -> None:
    """An agent's grade, and the commodity under which it was given where the eyes had named one."""
    row = (
        await desk.db.execute(
            select(grading).where(grading.c.tenant_id == desk.tenant, grading.c.id == graded.id)
        )
    ).one()
    told = {"source": "agent", "role": role, "subject": graded.code}
    await _keep(desk, row, about="grade", truth=graded.grade, **told)
    if _named(row.report):
        await _keep(desk, row, about="commodity", truth=graded.commodity, **told)


async def of_inspections(desk: Desk) -> int:
    """What was found at the delivery of lots that the eyes had seen; how many are new."""
    labelled = exists().where(
        t.c.tenant_id == inspection.c.tenant_id,
        t.c.source == "inspection",
        t.c.subject == cast(inspection.c.id, String),
    )
    newest = (
        select(grading.c.id)
        .where(
            grading.c.tenant_id == listing.c.tenant_id,
            grading.c.listing == listing.c.code,
            grading.c.seen_at.is_not(None),
        )
        .order_by(grading.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = await desk.db.execute(
        select(inspection.c.id, inspection.c.grade, inspection.c.by, newest.label("grading"))
        .join(
            booking,
            and_(booking.c.tenant_id == inspection.c.tenant_id, booking.c.id == inspection.c.booking_id),
        )
        .join(listing, and_(listing.c.tenant_id == booking.c.tenant_id, listing.c.id == booking.c.listing_id))
        .where(
            inspection.c.tenant_id == desk.tenant,
            inspection.c.grade.is_not(None),
            newest.is_not(None),
            ~labelled,
        )
        .order_by(inspection.c.id)
        .limit(AT_ONCE)
    )
    found = rows.all()
    for each in found:
        row = (
            await desk.db.execute(
                select(grading).where(grading.c.tenant_id == desk.tenant, grading.c.id == each.grading)
            )
        ).one()
        told = {"source": "inspection", "role": each.by, "subject": str(each.id)}
        await _keep(desk, row, about="grade", truth=each.grade, **told)
    return len(found)


async def all_labels(
    desk: Desk, *, about: str | None = None, limit: int = 1000, after: UUID | None = None
) -> tuple[Label, ...]:
    """Oldest first."""
    rows = await desk.db.execute(
        select(t)
        .where(
            t.c.tenant_id == desk.tenant,
            *([t.c.about == about] if about else []),
            *([t.c.id > after] if after else []),
        )
        .order_by(t.c.id)
        .limit(limit)
    )
    return tuple(
        Label(
            row.id,
            row.about,
            row.truth,
            row.source,
            row.role,
            row.grading,
            row.commodity,
            tuple(row.photos),
            row.answer,
            row.confidence,
            row.model,
            row.rival,
            row.rival_answer,
            row.at,
        )
        for row in rows
    )


async def answered(desk: Desk, label_id: UUID, *, rival: Mapping[str, str], answer: str | None) -> None:
    """A model on trial was shown the photos of a label afterwards: its name and version, and what it said."""
    await desk.db.execute(
        update(t)
        .where(t.c.tenant_id == desk.tenant, t.c.id == label_id)
        .values(rival=dict(rival), rival_answer=answer)
    )


async def _keep(desk: Desk, row: Any, *, about: str, truth: str | None, **told: str) -> None:
    hashes = await desk.db.execute(
        select(photo.c.sha256)
        .where(photo.c.tenant_id == desk.tenant, photo.c.id.in_(row.photos))
        .order_by(photo.c.sha256)
    )
    report, shadow = row.report or {}, row.shadow or {}
    rival = {"name": shadow["name"], "version": shadow["version"]} if shadow else None
    await desk.db.execute(
        insert(t)
        .values(
            tenant_id=desk.tenant,
            about=about,
            truth=truth,
            grading=row.code,
            commodity=row.commodity,
            photos=list(hashes.scalars()),
            answer=_said(report, about),
            confidence=report.get("confidence") if about == "grade" else _sure_of_name(report),
            model=report.get("model", {}),
            rival=rival,
            rival_answer=_said(shadow.get("report", {}), about),
            at=desk.now,
            **told,
        )
        .on_conflict_do_nothing()
    )


def _named(report: Mapping[str, Any] | None) -> str | None:
    return ((report or {}).get("what") or {}).get("name")


def _sure_of_name(report: Mapping[str, Any]) -> float | None:
    return (report.get("what") or {}).get("confidence")


def _said(report: Mapping[str, Any], about: str) -> str | None:
    """What is named but not traded here is no answer."""
    return report.get("grade") if about == "grade" else COMMODITIES.get(_named(report) or "")
