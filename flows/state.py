"""Where a conversation stands: a small JSON document, and nothing that is not in it survives the turn."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from flows.say import Option, Reply

#: What the top flow is waiting for: an answer to an ask, a look at the review, which detail to change,
#: whether to drop what was entered, which way out after three misses, or a code that proves who writes.
Stage = Literal["ask", "review", "change", "drop", "way_out", "code"]

#: When answers come as a voice note too.
VoiceAnswers = Literal["when_spoken", "always", "never"]


@dataclass
class Frame:
    """One flow under way. `trail` lists the slots in the order they were answered, for going back."""

    flow: str
    slots: dict[str, Any] = field(default_factory=dict)
    asking: str | None = None
    stage: Stage = "ask"
    misses: int = 0
    trail: list[str] = field(default_factory=list)
    note: dict[str, Any] = field(default_factory=dict)


@dataclass
class State:
    """`last` is the message the person sees now: repeat says it again, numbers and labels point into it."""

    frames: list[Frame] = field(default_factory=list)
    serial: int = 0
    last: Reply | None = None
    #: The line on which it was said: `flows/repair.py`.
    last_on: str | None = None
    misses: int = 0
    reminders: int = 0
    #: Where the bot is silent, because a person of the office was asked for there or writes there. Who waits for an
    #: answer on WhatsApp may still telephone with the bot.
    quiet_on: list[str] = field(default_factory=list)
    #: The office has just given them back to the bot.
    released: bool = False
    #: What was not understood lately, for whoever takes over.
    missed: list[str] = field(default_factory=list)
    noticed_at: str | None = None
    #: The last words came as a voice note: the answers are spoken too.
    speaks: bool = False
    #: What was chosen about that under "Me".
    voice_answers: VoiceAnswers = "when_spoken"
    #: The photos that our eyes were shown last: `flows/grade.py`.
    looked_at: dict[str, Any] | None = None
    #: Whether the phone that writes has shown to be the real one: `flows/proof.py`.
    proof: dict[str, Any] = field(default_factory=dict)
    #: News that asked nothing, until the next message: what did not fit is told on "more".
    told: Reply | None = None

    @property
    def top(self) -> Frame | None:
        return self.frames[-1] if self.frames else None

    @property
    def spoken_to(self) -> bool:
        return self.voice_answers == "always" or (self.speaks and self.voice_answers != "never")

    @property
    def options(self) -> tuple[Option, ...]:
        return self.last.options if self.last else ()

    def to_json(self) -> dict[str, Any]:
        return {
            "frames": [asdict(frame) for frame in self.frames],
            "serial": self.serial,
            "last": self.last.to_json() if self.last else None,
            "last_on": self.last_on,
            "misses": self.misses,
            "reminders": self.reminders,
            "quiet_on": self.quiet_on,
            "released": self.released,
            "missed": self.missed,
            "noticed_at": self.noticed_at,
            "speaks": self.speaks,
            "voice_answers": self.voice_answers,
            "looked_at": self.looked_at,
            "proof": self.proof,
            "told": self.told.to_json() if self.told else None,
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "State":
        """What an older or newer release wrote and we do not know is left out; nothing else is lost."""
        last, told = data.get("last"), data.get("told")
        return State(
            frames=[Frame(**_known(Frame, frame)) for frame in data.get("frames", ())],
            last=Reply.from_json(last) if last else None,
            told=Reply.from_json(told) if told else None,
            **{
                key: value
                for key, value in _known(State, data).items()
                if key not in ("frames", "last", "told")
            },
        )


def _known(kind: type, data: Mapping[str, Any]) -> dict[str, Any]:
    names = {each.name for each in fields(kind)}
    return {key: value for key, value in data.items() if key in names}
