"""Yes or no. While it is open, "ha", "na", "hu", "illa" and "beda" are answers and nothing else."""

from dataclasses import dataclass
from typing import Any

from flows.flow import Ask, Filled, Over, Question, Taken
from flows.heard import CLEAR
from flows.registry import flow_named
from flows.say import Option, Say, label
from flows.state import Frame
from flows.turn import Steps, Turn
from nlu.understanding import ACT

YES = Option("yes", label("Yes"))
NO = Option("no", label("No"))


@dataclass(frozen=True)
class YesNo(Ask):
    yes: Option = YES
    no: Option = NO

    expecting = "yes_no"

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        return Question((self.text,), (self.yes, self.no))
        yield

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        """A yes that is only guessed at is none: something would be done by it."""
        answers = {"affirm": True, "accept": True, "deny": False, "reject": False}
        said = answers.get(turn.heard.intent)
        needed = CLEAR if said and flow_named(frame.flow).binds else ACT
        return Filled(said) if said is not None and turn.heard.sure(needed) else None
        yield

    def pick(self, turn: Turn, frame: Frame, choice: str) -> Steps[Taken]:
        return Filled(choice == self.yes.id) if choice in (self.yes.id, self.no.id) else None
        yield

    def show(self, value: Any) -> Say:
        return (self.yes if value else self.no).label
