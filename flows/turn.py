"""One turn of a conversation in the making, and how a flow reaches the market without doing input or output.

A flow is a generator: `quote = yield from market(pricing.quote, commodity="wheat", place=None)` hands the named
command to whoever drives the turn, inside its transaction, and gets the result (or the market's refusal) back.
"""

from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from flows.heard import Heard
from flows.say import Option, Picture, Say
from flows.state import Frame, State
from flows.words import Words, words_of
from marketplace_core.accounts import Person
from marketplace_core.desk import Desk

KOLKATA = ZoneInfo("Asia/Kolkata")


def day_of(moment: datetime) -> str:
    """The day in India that a moment falls on, as a blank of a sentence holds it."""
    return moment.astimezone(KOLKATA).date().isoformat()


P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Do:
    """A market command or query that the driver of the turn is asked to run."""

    command: Callable[..., Awaitable[Any]]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


#: What every step of the dialogue is: it may ask the market, and ends with a result.
Steps = Generator[Do, Any, T]


def market(
    command: Callable[Concatenate[Desk, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
) -> Steps[T]:
    result: T = yield Do(command, args, kwargs)
    return result


@dataclass(frozen=True)
class Channel:
    """What the dialogue must know of the channel; how it looks there is the channel's own business."""

    name: str
    address_id: Any = None
    photos: bool = False
    #: Every line costs money here: what is good to know but not needed stays out.
    terse: bool = False
    opted_out: bool = False
    #: Voice notes are listened to here, a moment later.
    ears: bool = False
    #: A call that we made, to the phone as we know it.
    rung: bool = False
    #: The call in which this is said.
    call: str | None = None
    #: When somebody of the office is there again; None: they are there now.
    office_opens: datetime | None = None

    @property
    def line(self) -> str:
        """Whom words reach: by a call that we made the phone as we know it, by any other whoever calls."""
        return "rung" if self.rung else self.name

    @property
    def forgeable(self) -> bool:
        """Anybody can write or call in this number's name; what we write to it reaches the real one."""
        return self.name == "sms" or (self.name == "voice" and not self.rung)


@dataclass
class Turn:
    """Collects what is said; the last question asked brings the options."""

    person: Person
    channel: Channel
    state: State
    heard: Heard
    now: datetime
    parts: list[Say] = field(default_factory=list)
    options: tuple[Option, ...] = ()
    wants: str | None = None
    picture: Picture | None = None
    #: Of what is said, the words that say what was agreed.
    agreed: list[Say] = field(default_factory=list)
    repeat_last: bool = False
    #: A voice note is on its way to the ears; the question stays as it is.
    listening: bool = False
    more: bool = False
    #: A person of the office was asked for; False: is not waited for any more.
    wants_person: bool | None = None
    #: What the code just sent back was asked for: it opens this, and nothing else that lies below or comes later.
    proven: tuple[Frame, ...] = ()
    #: Said before, and answered now that a choice has made clear who says it.
    meant: Heard | None = None

    @property
    def today(self) -> date:
        return self.now.astimezone(KOLKATA).date()

    @property
    def by_ear(self) -> bool:
        """What was said is only what ears made of it, ours or a carrier's."""
        return self.heard.voice == "words" or self.heard.aloud

    @property
    def words(self) -> Words:
        return words_of(self.person.language, self.person.script)

    def say(self, *parts: Say) -> None:
        self.parts.extend(parts)

    def offer(self, *options: Option, wants: str | None = None) -> None:
        self.options, self.wants = options, wants
