"""What a notice is: who hears of an event, in which words, and how WhatsApp lets us begin with it."""

from collections.abc import Callable
from dataclasses import dataclass

from flows.agenda import MENU
from flows.heard import News
from flows.say import Option, Say, label
from flows.turn import Steps, Turn

#: Both sides of an offer, a booking, a complaint.
BOTH = ("seller_id", "buyer_id")
MY_BOOKINGS = Option("bookings", label("My bookings"), deed="go:my_bookings")
MY_LISTINGS = Option("mine", label("My listings"), deed="go:my_listings")


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


def offer_when_idle(turn: Turn, *options: Option) -> None:
    """News that asks nothing leaves an open question its numbers."""
    if not turn.state.frames:
        turn.offer(*options, MENU)
