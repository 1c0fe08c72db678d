"""What the market refuses, in words a person can do something with."""

from collections.abc import Callable
from typing import Any

from flows.agenda import MENU
from flows.say import Say, msg
from flows.turn import Turn
from marketplace_core import errors
from marketplace_core.bookings.errors import BillMoved
from marketplace_core.kyc.rules import OVER_PAISE
from marketplace_core.offers.errors import LotChanged, NotNegotiable, TooManyOffers

NOTHING_DONE = msg("That did not work. Nothing was changed.")
#: What is over has no state that anybody would want to hear.
OVER = {
    "offer": msg("This offer is no longer open."),
    "question": msg("This question is over. Nothing was changed."),
}


def _moved(refusal: errors.Moved) -> Say:
    if refusal.what == "booking":
        return msg("This booking is {state:state} already.", state=refusal.state)
    return OVER.get(refusal.what, NOTHING_DONE)


GONE = msg("This listing is no longer for sale.")
NOT_YOURS = msg("This is not yours, so I left it as it is.")
PAPERS_FIRST = msg(
    "For more than {sum:money} we must see your papers first. A person helps you.", sum=OVER_PAISE
)

WORDS: dict[type[errors.Refused], Callable[[Any], Say]] = {
    errors.ListingGone: lambda _: GONE,
    errors.NotEnoughLeft: lambda refusal: msg(
        "Only {left:mass} are left. Please book less.", left={"kg": refusal.left_kg, "unit": "kg"}
    ),
    errors.NotYours: lambda _: NOT_YOURS,
    errors.Moved: _moved,
    errors.OwnListing: lambda _: msg("This is your own listing. You cannot book it yourself."),
    BillMoved: lambda _: msg("The bill has changed. Please look again."),
    LotChanged: lambda _: msg("Price or grade has changed. Please look again."),
    NotNegotiable: lambda _: msg("This farmer sells at the asked price only."),
    TooManyOffers: lambda _: msg("Too many offers of yours wait for an answer. Take one back first."),
    errors.PriceLooksWrong: lambda _: msg("The price looks wrong. Please check it."),
    errors.BadTerms: lambda _: msg("The market cannot take this one as it is."),
}


def sorry(turn: Turn, refusal: errors.Refused) -> None:
    say = WORDS.get(type(refusal), lambda _: NOTHING_DONE)
    turn.say(say(refusal))
    turn.offer(MENU)
