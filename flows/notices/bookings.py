"""Of bookings, from the first yes to the buyer's yard."""

from collections.abc import Callable
from datetime import datetime

from flows.agenda import open_flow, proceed
from flows.booking_acts import in_words
from flows.booking_answer import BOOKING_ANSWER
from flows.heard import News
from flows.menu import ON
from flows.notices.notice import MY_BOOKINGS, Notice, Opener, offer_when_idle
from flows.say import Say, msg
from flows.turn import KOLKATA, Steps, Turn, market
from marketplace_core.bookings import queries as bookings
from marketplace_core.bookings.queries import Booking

CONFIRMED = msg("The farmer has confirmed {code}.")
CALLED_OFF = msg("The booking {code} was called off.")
PICKUP = msg("{code} is picked up on {day:day}, between {begin} and {end}.")
ON_THE_WAY = msg("{code} is on the way to the buyer.")
WEIGHED = msg("{code} was weighed: {amount:mass}.")
ARRIVED = msg("{code} has reached the buyer.")


def _booked(turn: Turn, news: News) -> Steps[None]:
    """Asks, on top of whatever is open, so that "yes" and "1" answer this and not the sale behind it."""
    booking = yield from market(bookings.by_code, news.subject)
    if booking and booking.state == "pending":
        open_flow(turn, BOOKING_ANSWER, {"code": booking.code})
        yield from proceed(turn)


def _booking_news(text: Say, to_seller: Say | None = None) -> Callable[[Turn, News], Steps[None]]:
    def say(turn: Turn, news: News) -> Steps[None]:
        booking: Booking | None = yield from market(bookings.by_code, news.subject)
        if booking:
            mine = to_seller if to_seller and turn.person.id == booking.seller_id else text
            turn.say(Say(mine.text, {"code": booking.code}), in_words(booking))
            offer_when_idle(turn, MY_BOOKINGS)

    return say


def _weighed(turn: Turn, news: News) -> Steps[None]:
    booking: Booking | None = yield from market(bookings.by_code, news.subject)
    kg = (yield from market(bookings.weighed, booking.id)) if booking else None
    if booking and kg is not None:
        turn.say(Say(WEIGHED.text, {"code": booking.code, "amount": {"kg": kg, "unit": booking.unit}}))
        offer_when_idle(turn, MY_BOOKINGS)


def _pickup_agreed(turn: Turn, news: News) -> Steps[None]:
    begin, end = (
        datetime.fromisoformat(news.about[when]).astimezone(KOLKATA) for when in ("window_from", "window_to")
    )
    window = {"day": begin.date().isoformat(), "begin": f"{begin:%H:%M}", "end": f"{end:%H:%M}"}
    turn.say(Say(PICKUP.text, {"code": news.subject, **window}))
    offer_when_idle(turn, MY_BOOKINGS)
    return
    yield


BOTH = ("seller_id", "buyer_id")
NOTICES = {
    "booking.pending": Notice(
        ("seller_id",), _booked, opener=Opener(msg("{name} wants to book your {code}."), ON)
    ),
    "booking.confirmed": Notice(
        ("buyer_id", "seller_id"),
        _booking_news(CONFIRMED, msg("The buyer has agreed to {code}.")),
        opener=Opener(CONFIRMED, MY_BOOKINGS),
    ),
    "booking.cancelled": Notice(BOTH, _booking_news(CALLED_OFF), opener=Opener(CALLED_OFF, MY_BOOKINGS)),
    "booking.pickup_agreed": Notice(BOTH, _pickup_agreed, opener=Opener(PICKUP, MY_BOOKINGS)),
    "booking.in_transit": Notice(
        BOTH, _booking_news(ON_THE_WAY), urgent=True, opener=Opener(ON_THE_WAY, MY_BOOKINGS)
    ),
    "booking.weighed": Notice(("seller_id",), _weighed, urgent=True, opener=Opener(WEIGHED, MY_BOOKINGS)),
    "booking.delivered": Notice(BOTH, _booking_news(ARRIVED), opener=Opener(ARRIVED, MY_BOOKINGS)),
}
