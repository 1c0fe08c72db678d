"""A booking in one line, and the two things a farmer or a buyer does with it in chat."""

from flows.refusals import sorry
from flows.say import Say, msg
from flows.turn import Steps, Turn, market
from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings.queries import Booking
from marketplace_core.errors import Refused


def in_words(booking: Booking) -> Say:
    return msg(
        "{what:commodity}, {amount:mass}, {total:money}: {state:state}",
        what=booking.commodity,
        amount={"kg": booking.kg, "unit": booking.unit},
        total=booking.total_paise,
        state=booking.state,
    )


def confirm(turn: Turn, code: str) -> Steps[None]:
    try:
        yield from market(bookings.confirm, actor_id=turn.person.id, code=code)
        turn.say(msg("Confirmed: {code}. I tell the buyer.", code=code))
    except Refused as refusal:
        sorry(turn, refusal)


def call_off(turn: Turn, code: str) -> Steps[None]:
    try:
        yield from market(bookings.cancel, actor_id=turn.person.id, code=code, why="")
        turn.say(msg("Cancelled: {code}. I tell the other side.", code=code))
    except Refused as refusal:
        sorry(turn, refusal)
