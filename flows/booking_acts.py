"""A booking in one line, which one is meant, and the first things that a farmer or a buyer does with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flows.agenda import MENU
from flows.asks import Pick, Row, Text, YesNo
from flows.flow import Filled, Flow, Over, Question, Taken
from flows.heard import Heard
from flows.refusals import sorry
from flows.review import named
from flows.say import Option, Say, label, msg, verbatim
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings import queries, standing
from marketplace_core.bookings.commands import LONGEST_WHY
from marketplace_core.bookings.errors import PickupLocked
from marketplace_core.bookings.queries import Booking, Condition, Role
from marketplace_core.bookings.transitions import BOOKING_LIFE, STATES
from marketplace_core.errors import NotMet, NotYours, Refused
from marketplace_core.parties import BUYER, DRIVER, SELLER

#: The flow that a buyer's booking opens: `booking_answer.py`.
ANSWERING = "booking_answer"
CONFIRMS, CALLS_OFF = label("Confirm"), label("Cancel booking")
MY_BOOKINGS = Option("bookings", label("My bookings"), deed="go:my_bookings")
#: Of what is not said aloud, for whoever calls may be anybody.
IN_WRITING = msg("The details come in a message after this call.")
NOT_MET = {
    "secured": msg("The money for it is not with us yet."),
    "bill_agreed": msg("The farmer has not agreed to the bill yet."),
}


def in_words(booking: Booking) -> Say:
    return msg(
        "{what:commodity}, {amount:mass}, {total:money}: {state:state}",
        what=booking.commodity,
        amount={"kg": booking.kg, "unit": booking.unit},
        total=booking.total_paise,
        state=booking.state,
    )


def with_the_goods(name: Say) -> Callable[[Turn, Frame], Steps[Say]]:
    """What is done to this booking, and what it is of."""

    def said(turn: Turn, frame: Frame) -> Steps[Say]:
        booking = yield from of_theirs(turn, frame.slots["code"])
        return named(
            name,
            verbatim(booking.code),
            msg("{what:commodity}", what=booking.commodity),
            msg("{amount:mass}", amount={"kg": booking.kg, "unit": booking.unit}),
            msg("{sum:money}", sum=booking.total_paise),
        )

    return said


def of_theirs(turn: Turn, code: str) -> Steps[Booking]:
    """Refused to whom it is no business of."""
    booking: Booking = yield from market(queries.known, code)
    yield from market(queries.roles, booking, turn.person.id)
    return booking


def to_ring(turn: Turn, booking: Booking) -> Steps[tuple[Say, ...]]:
    """Where the other side is rung up, while the booking stands. Not aloud: anybody may call in this number's name."""
    other = yield from market(standing.whom_to_ring, booking, turn.person.id)
    if not other or not other.phone or turn.channel.name == "voice":
        return ()
    # a name in other letters makes an SMS of one into three
    name = msg("Phone") if turn.channel.terse else verbatim(other.name or booking.code)
    return (msg("{name:say}: {value:say}", name=name.to_json(), value=verbatim(other.phone).to_json()),)


def to_do(act: str, text: Say, code: str) -> Option:
    """A button that does this with the booking, whenever it is tapped."""
    return Option(act, text, deed=f"go:my_bookings:{act}:{code}")


def refused(turn: Turn, refusal: Refused) -> None:
    if isinstance(refusal, NotMet) and refusal.condition in NOT_MET:
        turn.say(NOT_MET[refusal.condition])
    elif isinstance(refusal, PickupLocked):
        turn.say(msg("Too many wrong codes. Try again in one hour, or talk to a person."))
    else:
        sorry(turn, refusal)


def known(turn: Turn, code: str) -> Steps[Booking | Over]:
    """The booking, for those who have a part in it."""
    booking: Booking | None = yield from market(queries.by_code, code)
    try:
        if booking:
            yield from market(queries.roles, booking, turn.person.id)
            return booking
    except NotYours:
        pass
    return Over((msg("I do not know this booking."),), (MENU,))


@dataclass(frozen=True)
class Which(Pick):
    """Of several bookings one; by words alone, the only one that it can be."""

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        said = heard.values.get("reference")
        if said:
            booking = yield from market(queries.by_code, said)
            return Filled(booking.code) if booking else None
        if self.slot in frame.slots or self.slot in frame.note:
            return None
        rows = yield from self.rows(turn, frame)
        return Filled(rows[0].id) if not isinstance(rows, Over) and len(rows) == 1 else None


#: As whom the two sides act; where no driver is named the buyer drives.
ACTING: dict[Role, tuple[str, ...]] = {"seller": (SELLER,), "buyer": (BUYER, DRIVER)}


def which(
    *moves: str,
    states: Sequence[str] = STATES,
    and_also: Sequence[Condition] = (),
    none: Over | None = None,
) -> Which:
    """Those of the person's bookings with which one of these moves can be made, or which stand so."""
    standing: dict[Role, list[str]] = {
        role: [state for state in states if not moves or _open(roles, state, moves)]
        for role, roles in ACTING.items()
    }

    def rows(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
        found = yield from market(queries.mine, turn.person.id, states=standing, and_also=and_also)
        if not found:
            return none or (yield from _none_to_choose(turn))
        return [Row(each.code, msg("{code}", code=each.code), in_words(each)) for each in found]

    return Which(
        "code",
        text=msg("Which booking?"),
        name=msg("Booking"),
        example=msg("Choose one of the list."),
        why=msg("I show what is agreed."),
        rows=rows,
    )


def _none_to_choose(turn: Turn) -> Steps[Over]:
    """Whose goods are on the road is not told that there is no booking."""
    if (yield from market(queries.mine, turn.person.id, limit=1)):
        return Over((msg("This cannot be done with your bookings just now."),), (MY_BOOKINGS, MENU))
    return Over((msg("You have no bookings now."),), (MENU,))


def _open(roles: Sequence[str], state: str, moves: Sequence[str]) -> bool:
    return any(move.name in moves for role in roles for move in BOOKING_LIFE.open_to(role, state))


def confirm(turn: Turn, code: str) -> Steps[None]:
    try:
        yield from market(bookings.confirm, actor_id=turn.person.id, code=code)
        turn.say(msg("Confirmed: {code}. I tell the buyer.", code=code))
        _no_longer_asked(turn, code)
        turn.offer(to_do("agree_pickup", label("Pickup day"), code), MY_BOOKINGS, MENU)
    except Refused as refusal:
        sorry(turn, refusal)


def _no_longer_asked(turn: Turn, code: str) -> None:
    """Who answers out of the list of bookings is not brought back to the question that the notice put."""
    *below, top = turn.state.frames
    kept = (each for each in below if (each.flow, each.slots.get("code")) != (ANSWERING, code))
    turn.state.frames[:] = [*kept, top]


def call_off(turn: Turn, code: str, why: str = "") -> Steps[None]:
    try:
        yield from market(bookings.cancel, actor_id=turn.person.id, code=code, why=why)
        turn.say(msg("Cancelled: {code}. I tell the other side.", code=code))
        _no_longer_asked(turn, code)
    except Refused as refusal:
        sorry(turn, refusal)


def _confirm(turn: Turn, frame: Frame) -> Steps[None]:
    yield from confirm(turn, frame.slots["code"])


def _call_off(turn: Turn, frame: Frame) -> Steps[None]:
    if frame.slots["sure"]:
        yield from call_off(turn, frame.slots["code"], frame.slots.get("why") or "")
    else:
        turn.say(msg("{code} stays as it is.", code=frame.slots["code"]))


class Sure(YesNo):
    """ "Cancel" at "Cancel this booking?" is a yes."""

    answers = frozenset({"cancel", "cancel_booking"})

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        return Filled(True) if turn.heard.intent in self.answers else (yield from super().take(turn, frame))


class SureOfIt(Sure):
    """Says which booking it is: whoever wrote "cancel it" was shown none."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        booking = yield from known(turn, frame.slots["code"])
        if isinstance(booking, Over):
            return booking
        frame.note["planned"] = booking.state == "confirmed"
        return Question((in_words(booking), self.text), (self.yes, self.no))


def _asks_why(turn: Turn, frame: Frame) -> bool:
    """Only where the other side has planned with it, and not where the question costs money."""
    planned: Any = frame.note.get("planned")
    return bool(planned and frame.slots.get("sure") and not turn.channel.terse)


CONFIRM = Flow(
    "confirm",
    title=msg("the booking"),
    asks=(which("confirm"),),
    commit=_confirm,
    guarded=lambda turn, frame: True,
    at_stake=with_the_goods(CONFIRMS),
    keyed="code",
    binds=True,
)

CALL_OFF = Flow(
    "call_off",
    title=msg("the booking"),
    asks=(
        which("cancel"),
        SureOfIt(
            "sure",
            text=msg("Cancel this booking? The goods are for sale again."),
            name=msg("Sure"),
            example=msg("Answer Yes or No."),
            why=msg("I ask so that nothing is lost by a slip."),
        ),
        Text(
            "why",
            text=msg("Why? One word is enough."),
            name=msg("What"),
            example=msg("Write in your own words, or choose here."),
            why=msg("I ask so that nothing is lost by a slip."),
            longest=LONGEST_WHY,
            when=_asks_why,
            optional=True,
            if_skipped="",
        ),
    ),
    commit=_call_off,
    intents=("cancel_booking",),
    guarded=lambda turn, frame: frame.slots["sure"],
    at_stake=with_the_goods(CALLS_OFF),
    keyed="code",
    binds=True,
)
