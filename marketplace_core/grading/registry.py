"""Which model serves, which is on trial, and when one takes over from the other.

A model on trial sees one photo in ten beside the one that serves; nobody hears its answers. It takes over only when
people's labels show it to be better: enough of them, and a difference that chance does not make (McNemar's exact test
on the labels where just one of the two was right).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import comb
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from marketplace_core.accounts.duty import on_duty
from marketplace_core.audit.commands import note
from marketplace_core.desk import Desk
from marketplace_core.errors import NotFound
from marketplace_core.grading.errors import NotBetter, NothingBefore
from marketplace_core.grading.models import eye_model as t
from marketplace_core.grading.models import grade_label
from marketplace_core.grading.report import Report

ONE_IN = 10
FEWEST_LABELS = 200
#: So seldom would chance alone make such a difference.
CHANCE = 0.05


@dataclass(frozen=True)
class Model:
    name: str
    version: str
    file: str
    sha256: str
    data_sha256: str
    metrics: Mapping[str, Any]
    licences: str
    reference: Mapping[str, Any] | None
    state: str
    registered_at: datetime
    promoted_at: datetime | None


@dataclass(frozen=True)
class Comparison:
    """`gained` labels only the model on trial had right, `lost` only the serving one."""

    name: str
    serving: str
    challenger: str
    labels: int
    serving_right: int
    challenger_right: int
    gained: int
    lost: int

    @property
    def p(self) -> float:
        return chance(self.gained, self.lost)

    @property
    def better(self) -> bool:
        return self.labels >= FEWEST_LABELS and self.gained > self.lost and self.p < CHANCE


def chance(gained: int, lost: int) -> float:
    """How often a coin would divide so unevenly, or more so, to either side."""
    n = gained + lost
    tail = sum(comb(n, each) for each in range(min(gained, lost) + 1))
    return min(1.0, float(Fraction(2 * tail, 2**n)))


def in_shadow(photo_id: UUID) -> bool:
    """The same photos on every machine and every day."""
    return int.from_bytes(hashlib.sha256(photo_id.bytes).digest()[:8]) % ONE_IN == 0


def shadow(model: Model, report: Report) -> Mapping[str, Any]:
    """What `judge` keeps beside the serving model's report."""
    return {"name": model.name, "version": model.version, "report": report.to_json()}


async def models(desk: Desk, name: str | None = None) -> tuple[Model, ...]:
    """By name, the newest first."""
    rows = await desk.db.execute(
        select(t)
        .where(t.c.tenant_id == desk.tenant, *([t.c.name == name] if name else []))
        .order_by(t.c.name, t.c.registered_at.desc(), t.c.version)
    )
    return tuple(map(_model, rows))


async def serving(desk: Desk) -> Mapping[str, Model]:
    """By name. What is not here is served by the file that ships."""
    return {each.name: each for each in await models(desk) if each.state == "serving"}


async def challengers(desk: Desk) -> tuple[Model, ...]:
    return tuple(each for each in await models(desk) if each.state == "challenger")


async def register(
    desk: Desk,
    *,
    name: str,
    version: str,
    file: str,
    sha256: str,
    data_sha256: str,
    metrics: Mapping[str, Any],
    licences: str,
    reference: Mapping[str, Any] | None = None,
    takes_over: bool = False,
) -> Model:
    """The first of its name serves at once, as does one that `takes_over`: another release brought it. Any other is on
    trial, in place of who was.

    Registered again it is what it was.
    """
    known = {each.version: each for each in await models(desk, name)}
    if version in known:
        return known[version]
    first = takes_over or not any(each.state == "serving" for each in known.values())
    await _retire(desk, name, "serving" if first else "challenger")
    row = await desk.db.execute(
        insert(t)
        .values(
            tenant_id=desk.tenant,
            name=name,
            version=version,
            file=file,
            sha256=sha256,
            data_sha256=data_sha256,
            metrics=dict(metrics),
            licences=licences,
            reference=dict(reference) if reference else None,
            state="serving" if first else "challenger",
            registered_at=desk.now,
            promoted_at=desk.now if first else None,
        )
        .returning(t)
    )
    return _model(row.one())


async def compare(desk: Desk, name: str) -> Comparison:
    """Over every label whose photos both have seen, each with the version it has today."""
    known = {each.state: each for each in await models(desk, name)}
    if not {"serving", "challenger"} <= set(known):
        raise NotFound("challenger")
    old, new = known["serving"], known["challenger"]
    c = grade_label.c
    rows = await desk.db.execute(
        select(c.truth, c.answer, c.rival_answer).where(
            c.tenant_id == desk.tenant,
            c.model[name].astext == old.version,
            c.rival["name"].astext == name,
            c.rival["version"].astext == new.version,
        )
    )
    return paired(name, old.version, new.version, [tuple(row) for row in rows])


def paired(name: str, old: str, new: str, told: Iterable[tuple[str, str | None, str | None]]) -> Comparison:
    """`told` is (truth, the serving one's answer, the other's); no answer is a wrong one."""
    right = [(truth == one, truth == other) for truth, one, other in told]
    return Comparison(
        name,
        old,
        new,
        labels=len(right),
        serving_right=sum(one for one, _ in right),
        challenger_right=sum(other for _, other in right),
        gained=sum(other and not one for one, other in right),
        lost=sum(one and not other for one, other in right),
    )


async def promote(desk: Desk, name: str, *, actor_id: UUID | None) -> Model:
    """The model on trial serves from now on, where labels show it to be better; `actor_id` None is the house itself."""
    await _in_charge(desk, actor_id)
    await _hold(desk, name)
    found = await compare(desk, name)
    if not found.better:
        raise NotBetter(found.labels, found.gained, found.lost, found.p)
    await _retire(desk, name, "serving")
    new = await _serve(desk, name, found.challenger, promoted_at=desk.now, promoted_by=actor_id)
    facts = {
        "from": found.serving,
        "to": found.challenger,
        "labels": found.labels,
        "gained": found.gained,
        "lost": found.lost,
    }
    await note(desk, actor_id=actor_id, action="eye_model.promoted", subject=f"eye_model:{name}", facts=facts)
    return new


async def roll_back(desk: Desk, name: str, *, actor_id: UUID | None) -> Model:
    """The one that served before serves again."""
    await _in_charge(desk, actor_id)
    await _hold(desk, name)
    known = await models(desk, name)
    now = next((each for each in known if each.state == "serving"), None)
    before = [
        each
        for each in known
        if each.state == "retired" and each.promoted_at and now and now.promoted_at
        and each.promoted_at < now.promoted_at
    ]  # fmt: skip
    if now is None or not before:
        raise NothingBefore
    last = max(before, key=lambda each: each.promoted_at or each.registered_at)
    await _retire(desk, name, "serving")
    restored = await _serve(desk, name, last.version)
    facts = {"from": now.version, "to": last.version}
    await note(
        desk, actor_id=actor_id, action="eye_model.rolled_back", subject=f"eye_model:{name}", facts=facts
    )
    return restored


async def _in_charge(desk: Desk, actor_id: UUID | None) -> None:
    if actor_id is not None:
        await on_duty(desk, actor_id, "operator", "admin")


async def _hold(desk: Desk, name: str) -> None:
    """Whoever promotes at the same moment waits, and then sees what happened."""
    await desk.db.execute(
        select(t.c.version)
        .where(t.c.tenant_id == desk.tenant, t.c.name == name)
        .order_by(t.c.version)
        .with_for_update()
    )


async def _retire(desk: Desk, name: str, state: str) -> None:
    await desk.db.execute(
        update(t)
        .where(t.c.tenant_id == desk.tenant, t.c.name == name, t.c.state == state)
        .values(state="retired")
    )


async def _serve(desk: Desk, name: str, version: str, **when: Any) -> Model:
    row = await desk.db.execute(
        update(t)
        .where(t.c.tenant_id == desk.tenant, t.c.name == name, t.c.version == version)
        .values(state="serving", **when)
        .returning(t)
    )
    return _model(row.one())


def _model(row: Any) -> Model:
    return Model(
        row.name,
        row.version,
        row.file,
        row.sha256,
        row.data_sha256,
        row.metrics,
        row.licences,
        row.reference,
        row.state,
        row.registered_at,
        row.promoted_at,
    )
