"""A booking in one line."""

from flows.say import Say, msg
from marketplace_core.bookings.queries import Booking


def in_words(booking: Booking) -> Say:
    return msg(
        "{what:commodity}, {amount:mass}, {total:money}: {state:state}",
        what=booking.commodity,
        amount={"kg": booking.kg, "unit": booking.unit},
        total=booking.total_paise,
        state=booking.state,
    )
