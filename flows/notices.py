"""What the bot says by itself when the market moves: one table, event by event."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flows import grade_report
from flows.agenda import MENU, PERSON, open_flow, proceed
from flows.booking_acts import in_words
from flows.booking_answer import BOOKING_ANSWER
from flows.heard import News
from flows.menu import ON
from flows.say import Option, Say, label, msg
from flows.turn import KOLKATA, Steps, Turn, market
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


def _booking_news(text: Say, to_seller: Say | None = None) -> Callable[[Turn, News], Steps[None]]:
    def say(turn: Turn, news: News) -> Steps[None]:
        booking: Booking | None = yield from market(bookings.by_code, news.subject)
        if booking:
            mine = to_seller if to_seller and turn.person.id == booking.seller_id else text
            turn.say(Say(mine.text, {"code": booking.code}), in_words(booking))
            _offer_when_idle(turn, MY_BOOKINGS)

    return say


def _weighed(turn: Turn, news: News) -> Steps[None]:
    booking: Booking | None = yield from market(bookings.by_code, news.subject)
    kg = (yield from market(bookings.weighed, booking.id)) if booking else None
    if booking and kg is not None:
        turn.say(Say(WEIGHED.text, {"code": booking.code, "amount": {"kg": kg, "unit": booking.unit}}))
        _offer_when_idle(turn, MY_BOOKINGS)


def _pickup_agreed(turn: Turn, news: News) -> Steps[None]:
    begin, end = (
        datetime.fromisoformat(news.about[when]).astimezone(KOLKATA) for when in ("window_from", "window_to")
    )
    window = {"day": begin.date().isoformat(), "begin": f"{begin:%H:%M}", "end": f"{end:%H:%M}"}
    turn.say(Say(PICKUP.text, {"code": news.subject, **window}))
    _offer_when_idle(turn, MY_BOOKINGS)
    return
    yield


def _offered(turn: Turn, news: News) -> Steps[None]:
    about = news.about
    terms = {
        "code": about["listing"],
        "price": {"paise": about["price_paise"], "per": about["per"]},
        "amount": {"kg": about["kg"], "unit": about["per"]},
    }
    turn.say(Say(OFFERED.text, terms), msg("To answer, talk to a person."))
    _offer_when_idle(turn, PERSON)
    return
    yield


def _money_news(text: Say, *options: Option) -> Callable[[Turn, News], Steps[None]]:
    def say(turn: Turn, news: News) -> Steps[None]:
        turn.say(Say(text.text, {"code": news.subject, "sum": news.about.get("paise", 0)}))
        _offer_when_idle(turn, *options)
        return
        yield

    return say


def _run_out(turn: Turn, news: News) -> Steps[None]:
    turn.say(Say(RUN_OUT.text, {"code": news.subject}))
    _offer_when_idle(turn, MY_LISTINGS)
    return
    yield


def _offer_when_idle(turn: Turn, *options: Option) -> None:
    """News that asks nothing leaves an open question its numbers."""
    if not turn.state.frames:
        turn.offer(*options, MENU)


MY_BOOKINGS = Option("bookings", label("My bookings"), deed="go:my_bookings")
MY_LISTINGS = Option("mine", label("My listings"), deed="go:my_listings")

CONFIRMED = msg("The farmer has confirmed {code}.")
CALLED_OFF = msg("The booking {code} was called off.")
RUN_OUT = msg("Your listing {code} has run out after 30 days.")
OFFERED = msg("A buyer offers {price:rate} for {amount:mass} of your {code}.")
PICKUP = msg("{code} is picked up on {day:day}, between {begin} and {end}.")
ON_THE_WAY = msg("{code} is on the way to the buyer.")
WEIGHED = msg("{code} was weighed: {amount:mass}.")
ARRIVED = msg("{code} has reached the buyer.")
SECURED = msg("The buyer has paid for {code}. We keep the money safe until you deliver.")
PAYOUT = msg("{sum:money} is on the way to your account.")
CAME_BACK = msg("The bank sent {sum:money} back. Please talk to a person.")
LOOKED_AT = Opener(msg("We have looked at your photo."), ON)

#: `docs/lives.md` says who is told of what; the events that are not here yet have no words in chat.
NOTICES: dict[str, Notice] = {
    "offer.made": Notice(("seller_id",), _offered, opener=Opener(OFFERED, PERSON)),
    "booking.pending": Notice(
        ("seller_id",), _booked, opener=Opener(msg("{name} wants to book your {code}."), ON)
    ),
    "booking.confirmed": Notice(
        ("buyer_id", "seller_id"),
        _booking_news(CONFIRMED, msg("The buyer has agreed to {code}.")),
        opener=Opener(CONFIRMED, MY_BOOKINGS),
    ),
    "booking.cancelled": Notice(
        ("seller_id", "buyer_id"), _booking_news(CALLED_OFF), opener=Opener(CALLED_OFF, MY_BOOKINGS)
    ),
    "booking.pickup_agreed": Notice(
        ("seller_id", "buyer_id"), _pickup_agreed, opener=Opener(PICKUP, MY_BOOKINGS)
    ),
    "booking.in_transit": Notice(
        ("seller_id", "buyer_id"),
        _booking_news(ON_THE_WAY),
        urgent=True,
        opener=Opener(ON_THE_WAY, MY_BOOKINGS),
    ),
    "booking.weighed": Notice(("seller_id",), _weighed, urgent=True, opener=Opener(WEIGHED, MY_BOOKINGS)),
    "booking.delivered": Notice(
        ("seller_id", "buyer_id"), _booking_news(ARRIVED), opener=Opener(ARRIVED, MY_BOOKINGS)
    ),
    "payment.secured": Notice(
        ("seller_id",), _money_news(SECURED, MY_BOOKINGS), urgent=True, opener=Opener(SECURED, MY_BOOKINGS)
    ),
    "payout.sent": Notice(("person_id",), _money_news(PAYOUT), urgent=True, opener=Opener(PAYOUT, MENU)),
    "payout.failed": Notice(("person_id",), _money_news(CAME_BACK, PERSON), opener=Opener(CAME_BACK, PERSON)),
    "listing.expired": Notice(("seller_id",), _run_out, opener=Opener(RUN_OUT, MY_LISTINGS)),
    "grading.graded": Notice(("person_id",), grade_report.graded, urgent=True, opener=LOOKED_AT),
    "grading.not_gradable": Notice(("person_id",), grade_report.not_gradable, urgent=True, opener=LOOKED_AT),
    "grading.advised": Notice(("person_id",), grade_report.advised, urgent=True, opener=LOOKED_AT),
    "grading.seen": Notice(("person_id",), grade_report.seen, urgent=True, opener=LOOKED_AT),
}
