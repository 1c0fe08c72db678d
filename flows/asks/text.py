"""A few words of the person's own, such as a name."""

from dataclasses import dataclass
from typing import Any

from flows.flow import Ask, Filled, Taken, Unusable
from flows.heard import Heard
from flows.say import Say, msg, verbatim
from flows.state import Frame
from flows.turn import Steps, Turn

MOST_NAMES = 5


@dataclass(frozen=True)
class Text(Ask):
    longest: int
    #: The value of an understanding that holds it, as "name" in "my name is Gurpreet".
    value: str = ""

    @property
    def expecting(self) -> str:  # type: ignore[override]
        return "name" if self.value == "name" else "text"

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        if self.value == "name" and turn.heard.intent == "change_language":
            return None  # "Kannada" is nobody's name
        said = " ".join(str(turn.heard.values.get(self.value) or turn.heard.text).split())
        if not any(letter.isalpha() for letter in said):
            return None
        if self.value == "name" and (len(said.split()) > MOST_NAMES or any(each.isdigit() for each in said)):
            return None  # a wish said again is nobody's name
        if len(said) > self.longest:
            return Unusable(msg("That is too long for me. Please write it shorter."))
        return Filled(said)
        yield

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        said = heard.values.get(self.value)
        return Filled(said) if said and len(said) <= self.longest else None
        yield

    def show(self, value: Any) -> Say:
        return verbatim(value)
