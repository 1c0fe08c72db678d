"""What somebody agreed to: each purpose with its words and days; giving it, and taking it back as easily."""

from collections.abc import Sequence
from dataclasses import dataclass

from flows.agenda import MENU
from flows.asks import Pick, Row, YesNo
from flows.flow import Flow, Over, Question, Taken
from flows.heard import CLEAR
from flows.register import CONSENT
from flows.say import Say, label, msg, verbatim
from flows.state import Frame
from flows.turn import Steps, Turn, day_of, market
from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts import queries as people
from marketplace_core.privacy import commands as privacy
from marketplace_core.privacy import queries as kept
from marketplace_core.privacy.leaving import MARKETPLACE
from marketplace_core.privacy.queries import Consent

#: As they are shown and stored, by purpose; None: it is given where it is asked for, and only taken back here.
WORDINGS: dict[str, Say | None] = {
    MARKETPLACE: CONSENT,
    "calls": msg(
        "May I call you when something urgent does not reach you in writing? You can take this back."
    ),
    "recording": None,
}
NAMES = {
    MARKETPLACE: label("Name and place"),
    "calls": label("Calls"),
    "recording": label("Recordings"),
}
STOP_AND_START = msg("To get no more messages write STOP, to get them again START.")
#: So much of the history is said; the export has all of it.
SHOWN = 3


def _of(history: Sequence[Consent], purpose: str) -> list[Consent]:
    return [each for each in history if each.purpose == purpose]


def _stands(history: Sequence[Consent]) -> bool:
    return any(each.withdrawn_at is None for each in history)


def _when(consent: Consent) -> Say:
    if consent.withdrawn_at:
        return msg("Taken back on {day:dated}", day=day_of(consent.withdrawn_at))
    return msg("Agreed on {day:dated}", day=day_of(consent.given_at))


def _rows(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    history = yield from market(kept.consents, turn.person.id)
    rows = []
    for purpose, name in NAMES.items():
        known = _of(history, purpose)
        if known or WORDINGS[purpose]:
            rows.append(Row(purpose, name, _when(known[0]) if known else msg("Not agreed")))
    return rows


@dataclass(frozen=True)
class Agreements(Pick):
    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        question = yield from super().question(turn, frame)
        if turn.channel.terse or isinstance(question, Over):
            return question
        return Question((*question.parts, STOP_AND_START), question.options)


@dataclass(frozen=True)
class Surely(YesNo):
    """What the law wants a clear word for is not guessed from words that sound a little like one."""

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        return (yield from super().take(turn, frame)) if turn.heard.sure(CLEAR) else None


@dataclass(frozen=True)
class Holds(Surely):
    """Its words as they were shown, and whether they hold from now on."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        purpose = frame.slots["purpose"]
        history = _of((yield from market(kept.consents, turn.person.id)), purpose)
        wording = WORDINGS.get(purpose)
        frame.note["stands"] = _stands(history)
        told = [_when(each) for each in history[: 1 if turn.channel.terse else SHOWN]]
        if frame.note["stands"]:
            agreed = next(each for each in history if each.withdrawn_at is None)
            words = () if turn.channel.terse else (verbatim(f"“{agreed.wording}”"),)
            return Question((*told, *words, msg("Shall it stay so?")), (self.yes, self.no))
        if wording is None:
            return Over(tuple(told), (MENU,))
        return Question((*told, wording), (self.yes, self.no))


def _decide(turn: Turn, frame: Frame) -> Steps[None]:
    purpose, agreed, stands = frame.slots["purpose"], frame.slots["agreed"], frame.note["stands"]
    if agreed == stands:
        turn.say(msg("It stays as it was."))
    elif agreed:
        yield from _give(turn, purpose)
    else:
        yield from _take_back(turn, purpose)


def _give(turn: Turn, purpose: str) -> Steps[None]:
    wording = WORDINGS[purpose]
    assert wording
    yield from market(
        accounts.give_consent,
        turn.person.id,
        purpose=purpose,
        language=turn.person.language,
        wording=turn.words(wording),
        channel=turn.channel.name,
    )
    turn.say(msg("I have noted it."))


def _take_back(turn: Turn, purpose: str) -> Steps[None]:
    yield from market(privacy.withdraw_consent, turn.person.id, purpose=purpose)
    turn.say(msg("I have noted it."))
    if purpose == MARKETPLACE:
        turn.person = yield from market(people.person, turn.person.id)
        turn.say(msg("What you had for sale is taken down. To sell again, just tell me."))


CONSENTS = Flow(
    "consents",
    title=msg("your details"),
    asks=(
        Agreements(
            "purpose",
            text=msg("This is what you agreed to. Choose one to read or change it."),
            name=msg("What to do"),
            example=msg("Choose one of the list."),
            why=STOP_AND_START,
            rows=_rows,
        ),
        Holds(
            "agreed",
            text=msg("Shall it stay so?"),
            name=msg("Consent"),
            example=msg("Answer Yes or No."),
            why=msg("The law asks me to have your word before I keep anything."),
        ),
    ),
    commit=_decide,
    deed=(),
    members=False,
    guarded=lambda turn, frame: frame.slots["purpose"] == MARKETPLACE and not frame.slots["agreed"],
    binds=True,
)
