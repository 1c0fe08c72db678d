"""The eyes at work: gradings whose photos are here are claimed a few at a time and looked at in a thread.

Each is judged in a transaction of its own. A worker that dies in between has lost nothing: what it had claimed is
another's when the lease is over.
"""

import asyncio
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.desk import Desk, open_desk
from marketplace_core.grading import commands as gradings
from marketplace_core.grading import queries, registry, serving
from marketplace_core.grading.eyes import shelf
from marketplace_core.grading.eyes.look import Seen, see
from marketplace_core.grading.eyes.picture import Pixels
from marketplace_core.grading.judging import report
from marketplace_core.grading.queries import Work
from marketplace_core.grading.registry import Model
from marketplace_core.grading.report import Report
from marketplace_core.grading.rules import Limit
from marketplace_core.store import MediaMissing, Storage

log = structlog.get_logger()

#: At most five photos of 10 MB each are in memory for each.
AT_ONCE = 8
QUALITY = 85


@dataclass(frozen=True)
class Eyes:
    engine: AsyncEngine
    store: Storage


@dataclass(frozen=True)
class House:
    """What holds at this market today: its limits by commodity, the model files that serve it, and by grading the
    model on trial that looks too."""

    limits: Mapping[str, Sequence[Limit]]
    files: Mapping[str, Path]
    on_trial: Mapping[str, tuple[Model, Path]]


@dataclass(frozen=True)
class Looked:
    """`picture` is the file of the photo in which was drawn what was counted."""

    report: Report
    places: tuple[tuple[float, float] | None, ...]
    picture: bytes | None
    features: tuple[float, ...]


async def make_round(eyes: Eyes, tenant: int, now: datetime) -> int:
    """How many gradings were looked at."""
    async with open_desk(eyes.engine, tenant, now) as desk:
        claimed = await queries.claim(desk, AT_ONCE)
        house = await _house(desk, claimed) if claimed else None
    if house is None:
        return 0
    for _, works in groupby(sorted(claimed, key=_kind), key=_kind):
        await _look(eyes, tenant, list(works), house, now)
    return len(claimed)


def _kind(work: Work) -> tuple[str, str]:
    """What goes through the network together."""
    return work.grading.commodity, work.grading.eye or ""


async def _house(desk: Desk, claimed: Sequence[Work]) -> House:
    commodities = {each.grading.commodity for each in claimed}
    trials = {each.grading.code: await serving.on_trial(desk, each.grading.photos[0]) for each in claimed}
    return House(
        {each: await queries.limits(desk, each) for each in commodities},
        await serving.files(desk),
        {code: trial for code, trial in trials.items() if trial},
    )


async def _look(eyes: Eyes, tenant: int, works: Sequence[Work], house: House, now: datetime) -> None:
    """What fails is tried alone, so that one bad photo does not spoil its neighbours."""
    try:
        here = [(work, photos) for work in works if (photos := await _loaded(eyes, tenant, work, now))]
        looked = await asyncio.to_thread(_seen, here, house, house.files, now)
        for (work, photos), each in zip(here, looked, strict=True):
            shadow = await _shadow(work, photos, house, now)
            key = await eyes.store.store(each.picture, "image/jpeg") if each.picture else None
            async with open_desk(eyes.engine, tenant, now) as desk:
                await gradings.judge(
                    desk,
                    work.grading.code,
                    each.report,
                    features=each.features,
                    picture=key,
                    places=each.places,
                    shadow=shadow,
                )
    except Exception as fault:
        if len(works) == 1:  # claimed again when its lease is over, and after some tries left to an agent
            code = works[0].grading.code
            log.error("not looked at", grading=code, fault=type(fault).__name__, exc_info=fault)
            return
        for work in works:
            await _look(eyes, tenant, [work], house, now)


async def _loaded(eyes: Eyes, tenant: int, work: Work, now: datetime) -> list[bytes] | None:
    """None where one of its photos is gone: that is told, and the rest is looked at next time."""
    photos = []
    for photo_id, key in zip(work.grading.photos, work.keys, strict=True):
        try:
            photos.append(await eyes.store.load(key))
        except MediaMissing:
            async with open_desk(eyes.engine, tenant, now) as desk:
                await gradings.photo_lost(desk, photo_id)
            return None
    return photos


def _seen(
    works: Sequence[tuple[Work, list[bytes]]], house: House, files: Mapping[str, Path], now: datetime
) -> list[Looked]:
    """Blocks for as long as the network takes; all are of one commodity and for one eye."""
    if not works:
        return []
    first = works[0][0].grading
    photos = [photo for _, several in works for photo in several]
    looked = []
    with shelf.serving(files):
        found = see(photos, commodity=first.commodity, eye=first.eye)
        for work, several in works:
            seen: list[Seen] = []
            picture = None
            for _ in several:
                one = next(found)
                if one.outlined is not None:  # drawn pictures are large: no more than one is kept
                    picture = picture or _drawn(one.outlined)
                    one = replace(one, outlined=None)
                seen.append(one)
            judged = report(
                seen,
                commodity=first.commodity,
                answers=work.grading.answers,
                limits=house.limits[first.commodity],
                model=shelf.versions(),
                now=now,
            )
            looked.append(Looked(judged, tuple(one.place for one in seen), picture, _summary(seen)))
    return looked


def _summary(seen: Sequence[Seen]) -> tuple[float, ...]:
    rows = [one.features for one in seen if one.features is not None]
    return tuple(map(float, np.mean(rows, axis=0))) if rows else ()


def _drawn(pixels: Pixels) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


async def _shadow(work: Work, photos: list[bytes], house: House, now: datetime) -> Mapping[str, Any] | None:
    """What the model on trial says; nobody hears it, and what goes wrong with it spoils nothing."""
    trial = house.on_trial.get(work.grading.code)
    if trial is None:
        return None
    model, file = trial
    try:
        files = {**house.files, model.name: file}
        (looked,) = await asyncio.to_thread(_seen, [(work, photos)], house, files, now)
    except Exception as fault:
        log.error("the model on trial failed", model=model.name, version=model.version, exc_info=fault)
        return None
    return registry.shadow(model, looked.report)
