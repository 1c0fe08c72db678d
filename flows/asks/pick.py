"""One of several things the market has just shown: a listing, a booking, an offer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flows.flow import Ask, Filled, Over, Question, Taken
from flows.heard import Heard
from flows.say import Option, Say, verbatim
from flows.state import Frame
from flows.turn import Steps, Turn

Row = Option


def none(turn: Turn, frame: Frame) -> Steps[Sequence[Option]]:
    return ()
    yield


@dataclass(frozen=True)
class Pick(Ask):
    #: What there is to choose from now; asked afresh whenever the question is put.
    rows: Callable[[Turn, Frame], Steps[Sequence[Row] | Over]]

    #: Doors beside the rows, which answer nothing.
    ways: Callable[[Turn, Frame], Steps[Sequence[Option]]] = none

    #: What a tap may bring without being shown first; None: anything, the market will judge.
    known: tuple[str, ...] | None = None

    expecting = "choice"

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        rows = yield from self.rows(turn, frame)
        ways = yield from self.ways(turn, frame)
        if isinstance(rows, Over):
            return replace(rows, options=(*ways, *rows.options))
        frame.note[self.slot] = [row.id for row in rows]
        return Question((self.text,), (*rows, *ways))

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        return (yield from self.hear(turn, frame, turn.heard))

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        code = heard.values.get("reference")
        return Filled(code) if code in frame.note.get(self.slot, ()) else None
        yield

    def pick(self, turn: Turn, frame: Frame, choice: str) -> Steps[Taken]:
        return Filled(choice) if choice in frame.note.get(self.slot, ()) else None
        yield

    def plausible(self, value: str) -> bool:
        return self.known is None or value in self.known

    def show(self, value: Any) -> Say:
        return verbatim(value)
