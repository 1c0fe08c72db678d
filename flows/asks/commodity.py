"""What it is: a crop, a residue, a vegetable."""

from dataclasses import dataclass
from typing import Any

from flows.flow import Ask, Closer, Filled, Over, Question, Taken
from flows.heard import Heard
from flows.say import Option, Say, msg
from flows.state import Frame
from flows.turn import Steps, Turn
from marketplace_core.commodities import COMMODITIES


def option(commodity: str) -> Option:
    return Option(commodity, Say(COMMODITIES[commodity].name, context="commodity"))


@dataclass(frozen=True)
class Commodity(Ask):
    #: Shown as taps for those who would rather choose than write.
    common: tuple[str, ...]

    expecting = "commodity"

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        return Question((self.text,), tuple(option(each) for each in self.common))
        yield

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        return (yield from self.hear(turn, frame, turn.heard))

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        said = heard.values.get("commodity")
        if said in COMMODITIES:
            return Filled(said)
        readings = heard.understood.alternatives.get("commodity", ()) if heard.understood else ()
        likely = tuple(option(each) for each in readings if each in COMMODITIES)
        return Closer(Question((msg("Which one do you mean?"),), likely[:9])) if likely else None
        yield

    def pick(self, turn: Turn, frame: Frame, choice: str) -> Steps[Taken]:
        return Filled(choice) if choice in COMMODITIES else None
        yield

    def plausible(self, value: str) -> bool:
        return value in COMMODITIES

    def show(self, value: Any) -> Say:
        return msg("{what:commodity}", what=value)
