"""Whoever complained takes it back: the booking goes on where it stood, with the bill as it is now."""

from flows.agenda import MENU
from flows.asks import YesNo
from flows.bill import shown, total
from flows.booking_acts import MY_BOOKINGS, in_words, known, refused, to_do, which
from flows.flow import Flow, Over, Question
from flows.refusals import NOT_YOURS
from flows.say import Say, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, day_of, market
from marketplace_core.bookings import queries as ledger
from marketplace_core.bookings.queries import Booking
from marketplace_core.bookings.transitions import OBJECT_WITHIN
from marketplace_core.disputes import commands as disputes
from marketplace_core.disputes import queries
from marketplace_core.disputes.transitions import UNDER_WAY
from marketplace_core.errors import Moved, NotMet, Refused

TAKEN_BACK = msg("The complaint about {code} was taken back. The booking goes on.")
WITH_THE_BILL = msg("Take back your complaint? Then the booking goes on with this bill.")
OVER = msg("This complaint is over. Nothing was changed.")


class TakeBack(YesNo):
    """Not asked where nothing of this person's is left to take back."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        booking = yield from known(turn, frame.slots["code"])
        if isinstance(booking, Over):
            return booking
        quarrel = yield from market(queries.of_booking, booking.code)
        roles = yield from market(ledger.roles, booking, turn.person.id)
        if quarrel and quarrel.opened_by not in roles:
            return Over((NOT_YOURS,), (MY_BOOKINGS, MENU))
        if not quarrel or quarrel.state not in UNDER_WAY:
            return Over((OVER,), (MY_BOOKINGS, MENU))
        if not (yield from billed(booking)):
            return Question((in_words(booking), self.text), (self.yes, self.no))
        bill = yield from market(ledger.bill_of, booking)
        buys = turn.person.id == booking.buyer_id
        lines = total(bill, buys) if turn.channel.terse else (yield from shown(turn, booking))
        return Question((in_words(booking), lines, WITH_THE_BILL), (self.yes, self.no))


def billed(booking: Booking) -> Steps[bool]:
    """Before the scales there is no bill to go on with."""
    return (yield from market(ledger.weighed, booking.id)) is not None


def _take_back(turn: Turn, frame: Frame) -> Steps[None]:
    code = frame.slots["code"]
    if not frame.slots["sure"]:
        turn.say(msg("{code} stays as it is.", code=code))
        return
    try:
        yield from market(disputes.withdraw, actor_id=turn.person.id, code=code)
    except (Moved, NotMet):  # the office was quicker
        turn.say(OVER)
        turn.offer(MY_BOOKINGS, MENU)
        return
    except Refused as refusal:
        refused(turn, refusal)
        return
    turn.say(Say(TAKEN_BACK.text, {"code": code}), msg("I tell the other side."))
    booking = yield from market(ledger.known, code)
    if booking.state == "delivered" and booking.billed_at:
        until = day_of(booking.billed_at + OBJECT_WITHIN)  # the time to object stood still, and goes on
        turn.say(msg("Without a word from you this bill holds on {day:day}.", day=until))
    bill = (to_do("bill", label("Bill"), code),) if (yield from billed(booking)) else ()
    turn.offer(*bill, MY_BOOKINGS, MENU)


DISPUTE_BACK = Flow(
    "dispute_back",
    title=msg("the complaint"),
    asks=(
        which(states=("disputed",)),
        TakeBack(
            "sure",
            text=msg("Take back your complaint? Then the booking goes on."),
            name=msg("Sure"),
            example=msg("Answer Yes or No."),
            why=msg("I ask so that nothing is lost by a slip."),
        ),
    ),
    commit=_take_back,
    guarded=lambda turn, frame: frame.slots["sure"],
    keyed="code",
    binds=True,
)
