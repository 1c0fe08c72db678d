"""Do the photos of this week look like those that the eyes learned from, and are the grades given as often?

Each look leaves eight means of its features behind. Their histograms of a week, and the shares of the grades, are held
against the reference that lies with the serving network: by the population stability index, the sum over the bins of
(now - then) * ln(now / then). Below 0.1 it is the usual noise, above 0.2 something has changed: another camera,
another season, another crop, or a broken eye.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import log as ln
from typing import Any

import numpy as np
import structlog
from sqlalchemy import select, update

from marketplace_core.desk import Desk
from marketplace_core.fraud.commands import raise_flag
from marketplace_core.fraud.rules import EYES_DRIFT
from marketplace_core.grading import registry
from marketplace_core.grading.models import eye_model
from marketplace_core.grading.models import grading as t
from marketplace_core.listings.rules import KOLKATA

log = structlog.get_logger()

BACKBONE = "backbone"
PARTS, BINS = 8, 10
WEEK = timedelta(days=7)
#: Fewer looks than this make a histogram of chance.
FEWEST_LOOKS = 100
#: Where a network came without a reference, so many first looks become one.
FIRST_LOOKS = 200
ALARM = 0.2
GRADES = ("A", "B", "C", "none")


@dataclass(frozen=True)
class Shift:
    """`what` is "grades" or "feature 1" to "feature 8"."""

    what: str
    psi: float
    looks: int

    @property
    def alarming(self) -> bool:
        return self.psi > ALARM


def summary(features: Sequence[float]) -> list[float]:
    """Eight means: enough to see a change, too little to see a photo."""
    return [float(part.mean()) for part in np.array_split(np.asarray(features, dtype=np.float64), PARTS)]


def reference_of(summaries: Sequence[Sequence[float]], grades: Sequence[str | None]) -> dict[str, Any]:
    """The inner edges of ten bins that hold a tenth of the looks each, and how often each grade was given."""
    inner = np.linspace(0, 1, BINS + 1)[1:-1]
    edges = np.quantile(np.asarray(summaries, dtype=np.float64), inner, axis=0).T
    told = Counter(each or "none" for each in grades)
    return {
        "features": [[round(float(edge), 6) for edge in part] for part in edges],
        "grades": {grade: told[grade] / len(grades) for grade in GRADES} if grades else None,
    }


def psi(then: Sequence[float], now: Sequence[int]) -> float:
    """Of expected shares and counts. Half a look in each bin, so that an empty one says something finite."""
    total = sum(now) + len(now) / 2
    kept = [(share * sum(now) + 0.5) / total for share in then]
    found = [(count + 0.5) / total for count in now]
    return sum((b - a) * ln(b / a) for a, b in zip(kept, found, strict=True))


def shifts(
    reference: Mapping[str, Any], summaries: Sequence[Sequence[float]], grades: Sequence[str | None]
) -> tuple[Shift, ...]:
    found = []
    for number, edges in enumerate(reference["features"]):
        bins = np.searchsorted(edges, [each[number] for each in summaries], side="right")
        counts = np.bincount(bins, minlength=BINS)
        found.append(Shift(f"feature {number + 1}", psi([1 / BINS] * BINS, counts.tolist()), len(summaries)))
    if reference.get("grades"):
        told = Counter(each or "none" for each in grades)
        then = [reference["grades"].get(grade, 0.0) for grade in GRADES]
        found.append(Shift("grades", psi(then, [told[grade] for grade in GRADES]), len(grades)))
    return tuple(found)


async def this_week(desk: Desk) -> tuple[Shift, ...]:
    """Nothing where there is no reference, or too few looks to say anything."""
    model = (await registry.serving(desk)).get(BACKBONE)
    if model is None or model.reference is None:
        return ()
    summaries, grades = await _looks(desk, t.c.seen_at > desk.now - WEEK)
    return shifts(model.reference, summaries, grades) if len(summaries) >= FEWEST_LOOKS else ()


async def watch(desk: Desk) -> tuple[Shift, ...]:
    """What is alarming this week: an error in the log, and once a week a flag for the operators."""
    await _first_reference(desk)
    week = desk.now.astimezone(KOLKATA).strftime("%G-W%V")
    alarming = tuple(each for each in await this_week(desk) if each.alarming)
    for each in alarming:
        log.error(
            "the eyes drift", tenant=desk.tenant, what=each.what, psi=round(each.psi, 3), looks=each.looks
        )
        reasons = {"what": each.what, "psi": round(each.psi, 3), "looks": each.looks, "week": week}
        await raise_flag(
            desk, EYES_DRIFT, subject=f"eyes {week} {each.what}", person_id=None, reasons=reasons
        )
    return alarming


async def _first_reference(desk: Desk) -> None:
    model = (await registry.serving(desk)).get(BACKBONE)
    if model is None or model.reference is not None:
        return
    summaries, grades = await _looks(desk, limit=FIRST_LOOKS)
    if len(summaries) == FIRST_LOOKS:
        await desk.db.execute(
            update(eye_model)
            .where(
                eye_model.c.tenant_id == desk.tenant,
                eye_model.c.name == model.name,
                eye_model.c.version == model.version,
            )
            .values(reference=reference_of(summaries, grades))
        )


async def _looks(
    desk: Desk, *which: Any, limit: int | None = None
) -> tuple[list[list[float]], list[str | None]]:
    rows = await desk.db.execute(
        select(t.c.features, t.c.report["grade"].astext)
        .where(t.c.tenant_id == desk.tenant, t.c.seen_at.is_not(None), t.c.features.is_not(None), *which)
        .order_by(t.c.seen_at, t.c.id)
        .limit(limit)
    )
    found = rows.all()
    return [list(row[0]) for row in found], [row[1] for row in found]
