"""Why a price is what it is: how far one had to look, what to doubt, which way it goes."""

from collections.abc import Sequence

from flows.say import Say, msg
from flows.turn import Turn
from marketplace_core.pricing.queries import Quote
from marketplace_core.pricing.rules import Trend

#: A move so many times the usual one of a week is no chance.
CLEARLY = 2
#: A range whose upper end is so many times the lower one is wide.
WIDE = 2
FARTHER = msg("From mandis farther away: none near you reports it.")
WHY = {
    "from_markets": msg("From mandis within {km} km."),
    "from_district": msg("From the mandis of your district."),
    "from_state": FARTHER,
    "from_india": FARTHER,
    "from_own_deals": msg("From sales near you."),
    "from_reference": msg("No mandi reports it, so I know only this."),
}


def briefly(turn: Turn) -> bool:
    return turn.channel.terse or turn.channel.name == "voice"


def in_lines(lines: Sequence[Say]) -> Say:
    return msg("{lines:lines}", lines=[each.to_json() for each in lines])


def reasons(quote: Quote) -> Sequence[Say]:
    """All of it, a line each."""
    ways = (way(quote.trend),) if quote.trend and not quote.stale else ()
    return [*why(quote), *doubts(quote), *ways]


def why(quote: Quote) -> Sequence[Say]:
    """How far one had to look."""
    first = quote.reasons[0] if quote.reasons else None
    said = WHY.get(first.code) if first else None
    return (Say(said.text, {"km": first.facts.get("km", 0)}),) if first and said else ()


def doubts(quote: Quote) -> Sequence[Say]:
    if quote.stale and quote.likely is not None:
        return (msg("That is {days} days old, so I cannot say it closer.", days=quote.age_days),)
    if quote.likely is not None and quote.high > WIDE * quote.low:
        return (msg("Mandis pay very different prices: ask yours before you sell."),)
    return ()


def direction(trend: Trend) -> Say:
    percent = round(abs(trend.percent))
    if trend.direction == "stable":
        return msg("It is steady.")
    if trend.direction == "rising":
        return msg("Up {percent} % in a week.", percent=percent)
    return msg("Down {percent} % in a week.", percent=percent)


def way(trend: Trend) -> Say:
    """Which way, and how sure that is."""
    said = direction(trend)
    if trend.direction == "stable":
        return said
    clear = abs(trend.percent) >= CLEARLY * trend.noise_percent
    sure = msg("That is clearly more than usual.") if clear else msg("It may still turn.")
    return msg("{one:say} {two:say}", one=said.to_json(), two=sure.to_json())
