"""Photos, where the channel has a camera. Never required: a sale by SMS is a whole sale."""

from dataclasses import dataclass
from typing import Any

from flows.flow import Ask, Filled, Over, Question, Taken
from flows.heard import Heard
from flows.say import Say, count, msg
from flows.state import Frame
from flows.turn import Steps, Turn
from marketplace_core.listings.rules import MOST_PHOTOS


@dataclass(frozen=True)
class Photo(Ask):
    expecting = "choice"

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        return Question((self.text,), (), wants="photo")
        yield

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        return (yield from self.hear(turn, frame, turn.heard))

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        if not heard.photos:
            return None
        return Filled([*(frame.slots.get(self.slot) or []), *heard.photos][-MOST_PHOTOS:])
        yield

    def show(self, value: Any) -> Say:
        return count("{n} photo", "{n} photos", len(value)) if value else msg("no photo")
