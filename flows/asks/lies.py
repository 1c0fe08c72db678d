"""Where a lot lies and from when: most lie at home, so there one question asks for both."""

from dataclasses import dataclass
from datetime import timedelta

from flows.asks.place import Where
from flows.flow import Closer, Filled, Question, Taken
from flows.say import Option, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn

SOON = {"today": (0, label("Today")), "tomorrow": (1, label("Tomorrow"))}
#: The slot of the day that is asked along.
DAY = "from"
ANOTHER = Option("another", label("Another place"))


@dataclass(frozen=True)
class Lies(Where):
    """A day alone says yes to the place that was named with it."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question]:
        home = turn.person.place
        both = bool(home) and DAY not in frame.slots and self.slot not in frame.note.get("was", {})
        frame.note["both"] = both
        if not home or not both:
            return (yield from super().question(turn, frame))
        return Question(
            (msg("Is it at {place:place}? From which day can it be picked up?", place=home.to_json()),),
            (*(Option(name, text) for name, (_, text) in SOON.items()), ANOTHER),
        )

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        said = yield from super().take(turn, frame)
        home = turn.person.place
        if said is not None or not home or not self._asks_both(frame):
            return said
        if turn.heard.intent in ("deny", "reject"):
            return Closer(Question((self.text,), wants="place"))
        yes = turn.heard.intent in ("affirm", "accept") or "date" in turn.heard.values
        return Filled(home.to_json()) if yes else None

    def pick(self, turn: Turn, frame: Frame, choice: str) -> Steps[Taken]:
        home = turn.person.place
        if choice == ANOTHER.id:
            return Closer(Question((self.text,), wants="place"))
        if choice in SOON and home and self._asks_both(frame):
            days, _ = SOON[choice]
            frame.note["soon"] = (turn.today + timedelta(days=days)).isoformat()
            return Filled(home.to_json())
        return (yield from super().pick(turn, frame, choice))

    def _asks_both(self, frame: Frame) -> bool:
        return bool(frame.note.get("both")) and self.slot not in frame.note.get("open", {})


def the_day_too(turn: Turn, frame: Frame) -> Steps[None]:
    """One tap has answered both."""
    if day := frame.note.pop("soon", None):
        frame.slots[DAY] = day
        frame.trail.append(DAY)
    return
    yield
