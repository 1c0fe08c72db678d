"""What the bot says by itself when the market moves: one table, event by event."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flows import grade_report
from flows.agenda import MENU, open_flow, proceed
from flows.booking_acts import in_words
from flows.booking_answer import BOOKING_ANSWER
from flows.heard import News
from flows.say import Option, Say, label, msg
from flows.turn import Steps, Turn, market
from marketplace_core.bookings import queries as bookings
from marketplace_core.bookings.queries import Booking


@dataclass(frozen=True)
class Opener:
    """How WhatsApp lets us begin with it when somebody has not written for a day: an approved template.

    `text` is a sentence of the notice, whose blanks are filled as they are there, or one without blanks; `button` is
    the one thing to tap.
    """

    text: Say
    button: Option


@dataclass(frozen=True)
class Notice:
    """Who hears of it (keys of the event's `about` that hold person ids) and what they hear.

    What is not `urgent` waits for the morning. Without an `opener` it goes by SMS where WhatsApp's window is closed.
    """

    to: tuple[str, ...]
    say: Callable[[Turn, News], Steps[None]]
    urgent: bool = False
    opener: Opener | None = None


def recipients(news: News) -> list[UUID]:
    """The people to tell: never the one who did it."""
    notice = NOTICES.get(news.kind)
    people = [news.about[key] for key in notice.to] if notice else []
    return [UUID(person) for person in people if person != news.about.get("actor_id")]


def tell(turn: Turn, news: News) -> Steps[None]:
    yield from NOTICES[news.kind].say(turn, news)


def _booked(turn: Turn, news: News) -> Steps[None]:
    """Asks, on top of whatever is open, so that "yes" and "1" answer this and not the sale behind it."""
    booking = yield from market(bookings.by_code, news.subject)
    if booking and booking.state == "pending":
        open_flow(turn, BOOKING_ANSWER, {"code": booking.code})
        yield from proceed(turn)


def _booking_news(text: Say) -> Callable[[Turn, News], Steps[None]]:
    def say(turn: Turn, news: News) -> Steps[None]:
        booking: Booking | None = yield from market(bookings.by_code, news.subject)
        if booking:
            turn.say(Say(text.text, {"code": booking.code}), in_words(booking))
            _offer_when_idle(turn, Option("bookings", label("My bookings"), deed="go:my_bookings"))

    return say


def _run_out(turn: Turn, news: News) -> Steps[None]:
    turn.say(msg("Your listing {code} has run out after 30 days.", code=news.subject))
    _offer_when_idle(turn, Option("mine", label("My listings"), deed="go:my_listings"))
    return
    yield


def _offer_when_idle(turn: Turn, option: Option) -> None:
    """News that asks nothing leaves an open question its numbers."""
    if not turn.state.frames:
        turn.offer(option, MENU)


NOTICES: dict[str, Notice] = {
    "booking.pending": Notice(("seller_id",), _booked),
    "booking.confirmed": Notice(("buyer_id",), _booking_news(msg("The farmer has confirmed {code}."))),
    "booking.cancelled": Notice(
        ("seller_id", "buyer_id"), _booking_news(msg("The booking {code} was called off."))
    ),
    "listing.expired": Notice(("seller_id",), _run_out),
    "grading.graded": Notice(("person_id",), grade_report.graded),
    "grading.not_gradable": Notice(("person_id",), grade_report.not_gradable),
    "grading.advised": Notice(("person_id",), grade_report.advised),
    "grading.seen": Notice(("person_id",), grade_report.seen),
}
