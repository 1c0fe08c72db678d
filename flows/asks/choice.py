"""One of a few things that are always the same."""

from dataclasses import dataclass
from typing import Any

from flows.flow import Ask, Filled, Over, Question, Taken
from flows.heard import Heard
from flows.options import folded
from flows.say import Option, Say, msg
from flows.state import Frame
from flows.turn import Steps, Turn


@dataclass(frozen=True)
class Choice(Ask):
    choices: tuple[Option, ...]
    #: The value of an understanding that names a choice by its id.
    value: str = ""
    #: Said when such a value names something that is not among the choices.
    not_among: Say | None = None

    expecting = "choice"

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        strange = self.not_among if self.value in turn.heard.values else None
        return Question(((strange, self.text) if strange else (self.text,)), self.choices)
        yield

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        return (yield from self.hear(turn, frame, turn.heard)) or self._by_a_word(turn)

    def _by_a_word(self, turn: Turn) -> Taken:
        """ "Cash" is said for "Yes, pay cash" where no other choice has that word."""
        said = folded(turn.heard.text)
        shown = (each for each in turn.state.options if any(each.id == one.id for one in self.choices))
        having = [each for each in shown if said in (folded(word) for word in turn.words(each.label).split())]
        return Filled(having[0].id) if said and len(having) == 1 else None

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        said = heard.values.get(self.value)
        return Filled(said) if any(said == choice.id for choice in self.choices) else None
        yield

    def pick(self, turn: Turn, frame: Frame, choice: str) -> Steps[Taken]:
        return Filled(choice) if any(choice == one.id for one in self.choices) else None
        yield

    def plausible(self, value: str) -> bool:
        return any(value == one.id for one in self.choices)

    def show(self, value: Any) -> Say:
        chosen = next((choice for choice in self.choices if choice.id == value), None)
        return chosen.label if chosen else msg("{value}", value=value)
