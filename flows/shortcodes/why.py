"""Why the market said no, in words for agents: they know its ways, and have one SMS."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from flows.refusals import WORDS
from flows.say import Say, msg
from marketplace_core.agents.errors import SaidToday
from marketplace_core.bookings.errors import PickupLocked
from marketplace_core.bookings.transitions import SECURED, WEIGHED
from marketplace_core.errors import BadTerms, NotFound, NotMet, NotYours, Refused
from marketplace_core.escrow.errors import CashLimit

UNKNOWN = msg("That is not known here, or you do not act for them.")
NOT_NOW = msg("This cannot be done now.")
TOO_EARLY = {
    SECURED.name: msg("The buyer has not paid yet."),
    WEIGHED.name: msg("It is not weighed yet."),
}
FOR_AGENTS: Mapping[type[Refused], Callable[[Any], Say]] = {
    **WORDS,
    NotYours: lambda _: UNKNOWN,
    NotFound: lambda _: UNKNOWN,
    CashLimit: lambda refusal: msg(
        "You may take {left:money} more, not above your limit.", left=refusal.left_paise
    ),
    PickupLocked: lambda _: msg("Too many wrong codes. Try again in {n} minutes.", n=60),
    BadTerms: lambda refusal: UNKNOWN if refusal.field == "place" else WORDS[BadTerms](refusal),
    NotMet: lambda refusal: TOO_EARLY.get(refusal.condition, NOT_NOW),
    SaidToday: lambda _: msg("Both sides have heard of it today."),
}
NAMED = {kind.__name__: say for kind, say in FOR_AGENTS.items()}


def why(refusal: Refused) -> Say:
    return why_named(type(refusal).__name__, vars(refusal))


def why_named(name: str, facts: Mapping[str, Any]) -> Say:
    """As an event tells of a refusal."""
    return NAMED.get(name, lambda _: NOT_NOW)(SimpleNamespace(**facts))
