"""What the bot says by itself when the market moves: one table, event by event."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flows.agenda import MENU
from flows.heard import News
from flows.my_bookings import in_words
from flows.say import Option, Say, label, msg
from flows.turn import Steps, Turn, market
from marketplace_core.bookings import queries as bookings
from marketplace_core.bookings.queries import Booking


@dataclass(frozen=True)
class Notice:
    """Who hears of it (keys of the event's `about` that hold person ids) and what they hear."""

    to: tuple[str, ...]
    say: Callable[[Turn, News], Steps[None]]


def recipients(news: News) -> list[UUID]:
    """The people to tell: never the one who did it."""
    notice = NOTICES.get(news.kind)
    people = [news.about[key] for key in notice.to] if notice else []
    return [UUID(person) for person in people if person != news.about.get("actor_id")]


def tell(turn: Turn, news: News) -> Steps[None]:
    yield from NOTICES[news.kind].say(turn, news)


def _booked(turn: Turn, news: News) -> Steps[None]:
    booking = yield from market(bookings.by_code, news.subject)
    if not booking or booking.state != "pending":
        return
    code = booking.code
    turn.say(
        msg("{name} wants to book your {code}.", name=booking.buyer_name, code=booking.listing_code),
        in_words(booking),
        msg("Please answer within 24 hours."),
    )
    turn.offer(
        Option("confirm", label("Confirm"), deed=f"go:my_bookings:confirm:{code}"),
        Option("cancel", label("Refuse"), deed=f"go:my_bookings:cancel:{code}"),
    )


def _booking_news(text: Say) -> Callable[[Turn, News], Steps[None]]:
    def say(turn: Turn, news: News) -> Steps[None]:
        booking: Booking | None = yield from market(bookings.by_code, news.subject)
        if booking:
            turn.say(Say(text.text, {"code": booking.code}), in_words(booking))
            turn.offer(Option("bookings", label("My bookings"), deed="go:my_bookings"), MENU)

    return say


def _run_out(turn: Turn, news: News) -> Steps[None]:
    turn.say(msg("Your listing {code} has run out after 30 days.", code=news.subject))
    turn.offer(Option("mine", label("My listings"), deed="go:my_listings"), MENU)
    return
    yield


NOTICES: dict[str, Notice] = {
    "booking.pending": Notice(("seller_id",), _booked),
    "booking.confirmed": Notice(("buyer_id",), _booking_news(msg("The farmer has confirmed {code}."))),
    "booking.cancelled": Notice(
        ("seller_id", "buyer_id"), _booking_news(msg("The booking {code} was called off."))
    ),
    "listing.expired": Notice(("seller_id",), _run_out),
}
