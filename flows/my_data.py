"""What is kept about somebody, in words; leaving, with ninety days to think it over; and staying after all."""

from collections.abc import Sequence
from dataclasses import dataclass

from flows.agenda import MENU, open_flow
from flows.asks import Pick, Row
from flows.consents import Surely
from flows.flow import Filled, Flow, Over, Question, Taken
from flows.registry import flow_named
from flows.repair import call_a_person
from flows.review import in_short
from flows.say import Say, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, day_of, market
from marketplace_core.privacy import commands as privacy
from marketplace_core.privacy import queries as kept

#: What must end first, in words; what is for sale is taken down by itself.
OPEN = {
    "bookings": msg("your bookings"),
    "disputes": msg("your bookings"),
    "collections": msg("your bookings"),
    "offers": msg("the offer"),
    "money": msg("your money"),
    "payments": msg("your money"),
    "payouts": msg("your money"),
}


GOING = msg("I delete you on {day:dated}. Do you want to stay?")
KEEP_ME = label("Keep me")


@dataclass(frozen=True)
class Summary(Pick):
    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        question = yield from super().question(turn, frame)
        assert isinstance(question, Question)
        much = yield from market(kept.how_much, turn.person.id)
        told = [
            msg("I keep your name, number, place and language, and what you agreed to."),
            msg(
                "Lots: {lots}. Bookings: {bookings}. Photos: {photos}. Messages: {messages}.",
                lots=str(much["listing"]),
                bookings=str(much["booking"]),
                photos=str(much["photo"]),
                messages=str(much["message"]),
            ),
        ]
        if not turn.channel.terse:
            told.append(msg("For all of it as a file, ask a person of our office."))
        return Question(tuple(told), question.options)


def _rows(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    leaving = yield from market(kept.deletion, turn.person.id)
    return [
        Row("consents", label("What I agreed to"), deed="go:consents"),
        Row("person", label("Ask for the file"), deed="go:person"),
        Row("delete_me", KEEP_ME if leaving else label("Delete me"), deed="go:delete_me"),
    ]


def _go(turn: Turn, frame: Frame) -> Steps[None]:
    what = frame.slots["what"]
    if what == "person":
        call_a_person(turn)
    else:
        open_flow(turn, flow_named(what))
    return
    yield


MY_DATA = Flow(
    "my_data",
    title=msg("your details"),
    asks=(
        Summary(
            "what",
            text=msg("What shall I do?"),
            name=msg("What to do"),
            example=msg("Choose one of these."),
            why=msg("I ask so that nothing is lost by a slip."),
            rows=_rows,
        ),
    ),
    commit=_go,
    intents=("my_data",),
    deed=(),
    members=False,
)


@dataclass(frozen=True)
class Leave(Surely):
    """ "Delete me" said again is a yes to "shall I delete you?"; to who has asked already it asks whether they stay."""

    answers = frozenset({"delete_data"})

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        asked = yield from market(kept.deletion, turn.person.id)
        frame.note["asked"] = bool(asked)
        if asked:
            told = Say(GOING.text, {"day": day_of(asked.due_at)})
            return Question((told,), (self.yes, self.no))
        in_the_way = yield from market(kept.in_the_way, turn.person.id)
        ends = list(dict.fromkeys(OPEN[each] for each in in_the_way if each in OPEN))
        what = msg(
            "I delete your name, number, place and messages in 90 days. What you sell is taken down now."
        )
        first = msg("First must end: {what:list}.", what=[each.to_json() for each in ends])
        return Question((what, *((first,) if ends else ()), self.text), (self.yes, self.no))

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        if turn.heard.intent in self.answers and not frame.note.get("asked"):
            return Filled(True)
        return (yield from super().take(turn, frame))


def _really(turn: Turn, frame: Frame) -> bool:
    return frame.slots.get("yes") is True and not frame.note.get("asked")


def _leave_or_stay(turn: Turn, frame: Frame) -> Steps[None]:
    person, asked = turn.person.id, frame.note.get("asked")
    if asked and frame.slots["yes"]:
        yield from market(privacy.undo_deletion, person, actor_id=person)
        turn.say(msg("Good that you stay. Nothing is deleted."))
    elif asked:
        turn.say(msg("It stays as it was."))
    elif frame.slots["yes"] and frame.slots["sure"]:
        leaving = yield from market(privacy.ask_deletion, person, actor_id=person)
        turn.say(
            msg(
                "I delete you on {day:dated}. If you think better of it, write to me before then.",
                day=day_of(leaving.due_at),
            )
        )
    else:
        turn.say(msg("Good that you stay. Nothing is deleted."))
    turn.offer(MENU)


DELETE_ME = Flow(
    "delete_me",
    title=msg("your details"),
    asks=(
        Leave(
            "yes",
            text=msg("Shall I delete you?"),
            name=msg("Sure"),
            example=msg("Answer Yes or No."),
            why=msg("I ask so that nothing is lost by a slip."),
        ),
        Surely(
            "sure",
            text=msg("Are you sure? After the 90 days nobody can bring it back."),
            name=msg("Sure"),
            example=msg("Answer Yes or No."),
            why=msg("I ask so that nothing is lost by a slip."),
            when=_really,
        ),
    ),
    commit=_leave_or_stay,
    intents=("delete_data",),
    deed=(),
    members=False,
    guarded=lambda turn, frame: _really(turn, frame) and frame.slots["sure"],
    at_stake=in_short(label("Delete me")),
    binds=True,
)
