"""From when: a day, said back with its weekday."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flows.flow import Ask, Filled, Question, Taken, Unusable
from flows.heard import Heard
from flows.say import Option, Say, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn
from marketplace_core.listings.rules import MOST_DAYS_AHEAD

NEAR = {"0": label("Today"), "1": label("Tomorrow"), "7": label("In one week")}


@dataclass(frozen=True)
class Day(Ask):
    expecting = "date"

    def question(self, turn: Turn, frame: Frame) -> Steps[Question]:
        return Question((self.text,), tuple(Option(days, text) for days, text in NEAR.items()))
        yield

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        return (yield from self.hear(turn, frame, turn.heard))

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        said = heard.values.get("date")
        if not said:
            return None
        day = date.fromisoformat(said["from"] if isinstance(said, dict) else said)
        if day < turn.today:
            return Unusable(msg("{day:day} is already past.", day=day.isoformat()))
        if day > turn.today + timedelta(days=MOST_DAYS_AHEAD):
            return Unusable(msg("{day:dated} is too far away for me.", day=day.isoformat()))
        return Filled(day.isoformat())
        yield

    def pick(self, turn: Turn, frame: Frame, choice: str) -> Steps[Taken]:
        return Filled((turn.today + timedelta(days=int(choice))).isoformat()) if choice in NEAR else None
        yield

    def show(self, value: Any) -> Say:
        return msg("{day:day}", day=value)
