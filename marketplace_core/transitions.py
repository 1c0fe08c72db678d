"""Everything that has a life moves along a table: from, to, who may, what must hold, what time does, who hears.

A `Life` is data. The same table moves rows (`make`), lets them lapse (`lapse`), prints the documentation and
feeds the property tests. A move is one compare-and-set update: whoever comes second is told where the thing
stands now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select, update

from marketplace_core import events
from marketplace_core.desk import Desk
from marketplace_core.errors import Moved, NotMet, NotYours

TIME = "time"


@dataclass(frozen=True)
class Condition:
    """Something that must hold. The command finds out whether it does; a move cannot be made without saying."""

    name: str
    sentence: str


@dataclass(frozen=True)
class Move:
    """`tells` names the parties who hear of it: keys of the event's `about`, without their `_id`.

    A move by time alone has `after`: so long after the column `since`. Where it also has something that must
    hold, the row alone cannot say that it is due: its room looks and makes it.
    """

    name: str
    source: tuple[str, ...]
    target: str
    by: tuple[str, ...]
    holds: tuple[Condition, ...] = ()
    event: str = ""
    tells: tuple[str, ...] = ()
    after: timedelta | None = None
    since: str = "moved_at"


@dataclass(frozen=True)
class Life:
    """`name` begins every event's kind: `booking.confirmed`."""

    name: str
    states: tuple[str, ...]
    moves: tuple[Move, ...]

    def named(self, move: str) -> tuple[Move, ...]:
        return tuple(each for each in self.moves if each.name == move)

    def lapses(self) -> tuple[Move, ...]:
        """What time does by itself."""
        return tuple(each for each in self.moves if each.after is not None and not each.holds)

    def open_to(self, who: str, state: str) -> tuple[Move, ...]:
        """What somebody may do now."""
        return tuple(each for each in self.moves if state in each.source and who in each.by)

    def find(self, move: str, state: str, who: str) -> Move:
        """Was it never open to them, or has the thing moved on?"""
        for each in self.named(move):
            if state in each.source and who in each.by:
                return each
        if any(who in each.by for each in self.named(move)):
            raise Moved(self.name, state)
        raise NotYours

    def standing(self, state: str, row: Any, now: datetime) -> str:
        """The state that holds now: the job that lets things lapse may be late."""
        for each in self.lapses():
            since = getattr(row, each.since)
            if state in each.source and since is not None and since + (each.after or timedelta(0)) <= now:
                return each.target
        return state

    def kind(self, move: Move) -> str:
        return f"{self.name}.{move.event or move.target}"


def allowed(
    life: Life, move: str, state: str, who: str, holding: Mapping[Condition, bool] | None = None
) -> Move:
    """The move, if it is open to them and what must hold does."""
    step = life.find(move, state, who)
    for condition in step.holds:
        if not (holding or {})[condition]:
            raise NotMet(condition.name, condition.sentence)
    return step


async def make(
    desk: Desk,
    life: Life,
    table: Table,
    move: str,
    *,
    row_id: UUID,
    state: str,
    who: str,
    subject: str,
    about: Mapping[str, Any],
    actor_id: UUID | None = None,
    holding: Mapping[Condition, bool] | None = None,
    **changes: Any,
) -> Any:
    """Move one row and record the event; the row as it is afterwards.

    `state` is where the caller saw it. `holding` answers every condition of the move.
    """
    step = allowed(life, move, state, who, holding)
    row = (
        await desk.db.execute(
            update(table)
            .where(table.c.tenant_id == desk.tenant, table.c.id == row_id, table.c.state == state)
            .values({"state": step.target, "moved_at": desk.now, "moved_by": who, **changes})
            .returning(table)
        )
    ).one_or_none()
    if row is None:  # somebody was quicker
        raise Moved(life.name, await _state_now(desk, table, row_id))
    told = {"actor_id": str(actor_id) if actor_id else None, "by": who}
    await events.record(desk, life.kind(step), subject, {**about, **told})
    return row


async def lapse(desk: Desk, life: Life, table: Table, *, limit: int = 500) -> list[tuple[Move, Any]]:
    """Move on what time has overtaken, and say which rows by which move; the caller records what follows."""
    lapsed: list[tuple[Move, Any]] = []
    for step in life.lapses():
        overdue = (
            select(table.c.id)
            .where(
                table.c.tenant_id == desk.tenant,
                table.c.state.in_(step.source),
                table.c[step.since] <= desk.now - (step.after or timedelta(0)),
            )
            .order_by(table.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = await desk.db.execute(
            update(table)
            .where(table.c.tenant_id == desk.tenant, table.c.id.in_(overdue))
            .values(state=step.target, moved_at=desk.now, moved_by=TIME)
            .returning(table)
        )
        lapsed += [(step, row) for row in rows]
    return lapsed


async def _state_now(desk: Desk, table: Table, row_id: UUID) -> str:
    found = await desk.db.execute(
        select(table.c.state).where(table.c.tenant_id == desk.tenant, table.c.id == row_id)
    )
    return found.scalar_one_or_none() or "gone"


def _due(step: Move) -> str:
    hours = round((step.after or timedelta(0)).total_seconds() / 3600)
    return f"{hours} h after `{step.since}`" if hours else f"at `{step.since}`"


def as_markdown(lives: Iterable[Life]) -> str:
    """The tables as people read them."""
    out: list[str] = []
    for life in lives:
        out += [
            f"## {life.name}",
            "",
            "| move | from | to | by | when | event | told |",
            "|---|---|---|---|---|---|---|",
        ]
        for each in life.moves:
            holds = [condition.sentence for condition in each.holds]
            when = "; ".join([_due(each), *holds] if each.after is not None else holds)
            out.append(
                f"| {each.name} | {', '.join(each.source)} | {each.target} | {', '.join(each.by)} | {when} "
                f"| `{life.kind(each)}` | {', '.join(each.tells)} |"
            )
        out.append("")
    return "\n".join(out)
