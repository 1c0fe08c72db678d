"""What only a button brings along, and nobody is ever asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flows.flow import Ask, Taken
from flows.say import Say, verbatim
from flows.state import Frame
from flows.turn import Steps, Turn

NOTHING = verbatim("")


@dataclass(frozen=True)
class Brought(Ask):
    text: Say = NOTHING
    name: Say = NOTHING
    example: Say = NOTHING
    why: Say = NOTHING
    when: Callable[[Turn, Frame], bool] = field(default=lambda turn, frame: False, kw_only=True)
    optional: bool = field(default=True, kw_only=True)

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        return None
        yield

    def show(self, value: Any) -> Say:
        return verbatim(value)
