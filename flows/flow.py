"""What a flow is: a name, its asks in order, a review and a commit, as data."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from flows.heard import Heard
from flows.say import Option, Say
from flows.state import Frame
from flows.turn import Steps, Turn
from nlu.understanding import Expecting


@dataclass(frozen=True)
class Question:
    parts: tuple[Say, ...]
    options: tuple[Option, ...] = ()
    wants: str | None = None


@dataclass(frozen=True)
class Over:
    """There is nothing to ask: the flow ends with these words ("Nothing is for sale near you")."""

    parts: tuple[Say, ...]
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Filled:
    """The ask has its value, as plain JSON."""

    value: Any


@dataclass(frozen=True)
class Closer:
    """Something was said that only needs one more question ("which Rampur?"): no miss, no value yet."""

    question: Question


@dataclass(frozen=True)
class Unusable:
    """It was meant as an answer and cannot be one ("0 tonnes"): says why, counts as a miss."""

    why: Say


Taken = Filled | Closer | Unusable | None


@dataclass(frozen=True)
class Ask(ABC):
    """A kind of question. Subclasses live one per file in `flows/asks/`.

    `question` puts it, `take` reads the answer to it, `hear` picks its value out of a sentence that was about
    something else, `pick` takes a tapped or numbered choice, `show` says the value back.
    """

    slot: str
    text: Say
    #: Its name in the review and in "What should I change?".
    name: Say
    #: An answer that would work, shown when we did not understand, and why we ask at all.
    example: Say
    why: Say
    #: Asked only when this holds for what is known so far.
    when: Callable[[Turn, Frame], bool] = field(default=lambda turn, frame: True, kw_only=True)
    #: An optional ask may be skipped; this value then stands.
    optional: bool = field(default=False, kw_only=True)
    if_skipped: Any = field(default=None, kw_only=True)
    #: Slots that no longer hold once this one is changed.
    resets: tuple[str, ...] = field(default=(), kw_only=True)
    #: What follows at once, before the next question: a new language must already speak it.
    then: Callable[[Turn, Frame], Steps[None]] | None = field(default=None, kw_only=True)

    expecting: ClassVar[Expecting] = "text"
    #: Intents that answer this question, whatever they mean elsewhere.
    answers: ClassVar[frozenset[str]] = frozenset()

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        return Question((self.text,))
        yield  # makes this a generator, as every step is

    def because(self, turn: Turn, frame: Frame) -> Steps[Sequence[Say]]:
        """What is said when the farmer asks why."""
        return (self.why,)
        yield

    @abstractmethod
    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]: ...

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        return None
        yield

    def pick(self, turn: Turn, frame: Frame, choice: str) -> Steps[Taken]:
        return None
        yield

    def answered_by(self, turn: Turn) -> bool:
        """Whether these words are meant for it, whatever they mean elsewhere."""
        return turn.heard.intent in self.answers

    def same_unit(self, value: Any, number: Any) -> Taken:
        """A bare number in place of a value given before ("no, 15 not 12")."""
        return None

    def plausible(self, value: str) -> bool:
        """Whether a value that came with a tap can be one at all; taps can be forged."""
        return True

    @abstractmethod
    def show(self, value: Any) -> Say: ...


#: None: looking at it showed that something must be asked again.
Review = Callable[[Turn, Frame], Steps[Question | None]]
#: False: it could not be done like this; what has to be asked again was taken out of the slots.
Commit = Callable[[Turn, Frame], Steps[bool | None]]


@dataclass(frozen=True)
class Flow:
    """`title` completes "Back to …". `commit` says how it ended; it runs once everything is known and agreed.

    `intents` start it. `deed` names the slots that the words after "go:<flow>:" fill;
    None: no tap begins it. A flow with `members`
    needs a registered person and brings registration first.
    """

    name: str
    title: Say
    asks: Sequence[Ask]
    commit: Commit
    intents: tuple[str, ...] = ()
    review: Review | None = None
    deed: tuple[str, ...] | None = None
    members: bool = True
    #: The slot that tells two frames of this flow apart; None: there is only one.
    keyed: str | None = None
    #: Whether what it is about to do moves goods or money: then a sender that can be forged is asked for a code.
    guarded: Callable[[Turn, Frame], bool] = lambda turn, frame: False
    #: In few words what that code says yes to, where the title and what was entered do not tell it.
    at_stake: Callable[[Turn, Frame], Steps[Say]] | None = None
    #: It ends in something that binds: what was agreed aloud is sent in writing too.
    binds: bool = False

    def ask(self, slot: str) -> Ask:
        return next(ask for ask in self.asks if ask.slot == slot)
