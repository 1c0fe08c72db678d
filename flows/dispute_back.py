"""Whoever complained takes it back: the booking goes on where it stood, with the bill as it is now."""

from flows.agenda import MENU, open_flow, proceed
from flows.asks import YesNo
from flows.bill import holds_on, shown, total
from flows.booking_acts import MY_BOOKINGS, in_words, known, refused, to_do, which
from flows.dispute import TAKE_BACK
from flows.filling import fill
from flows.flow import Flow, Over, Question
from flows.plain_words import beside
from flows.refusals import NOT_YOURS
from flows.review import in_short
from flows.say import Say, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.bookings import queries as ledger
from marketplace_core.bookings.queries import Booking, Role
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


def takes_complaint_back(turn: Turn) -> Steps[bool]:
    """ "I take my complaint back": there is no intent for it. Of several that stand the one they made is meant."""
    if not beside(turn.heard.text, "complaint", "take_back"):
        return False
    disputed: dict[Role, tuple[str, ...]] = {"seller": ("disputed",), "buyer": ("disputed",)}
    theirs = []
    for booking in (yield from market(ledger.mine, turn.person.id, states=disputed)):
        quarrel = yield from market(queries.of_booking, booking.code)
        roles = yield from market(ledger.roles, booking, turn.person.id)
        if quarrel and quarrel.opened_by in roles and quarrel.state in UNDER_WAY:
            theirs.append(booking.code)
    yield from fill(turn, open_flow(turn, DISPUTE_BACK, {"code": theirs[0]} if len(theirs) == 1 else None))
    yield from proceed(turn)
    return True


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
    turn.say(*holds_on(booking))  # the time to object stood still, and goes on
    bill = (to_do("bill", label("Bill"), code),) if (yield from billed(booking)) else ()
    turn.offer(*bill, MY_BOOKINGS, MENU)


DISPUTE_BACK = Flow(
    "dispute_back",
    title=msg("the complaint"),
    asks=(
        which(states=("disputed",), none=Over((OVER,), (MY_BOOKINGS, MENU))),
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
    at_stake=in_short(TAKE_BACK),
    keyed="code",
    binds=True,
)
