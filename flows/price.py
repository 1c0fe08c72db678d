"""Today's fair price: a range, its date and why; which way it goes; and what the nearest mandis paid.

Where every line costs money, or is read aloud, only the range, the way and the nearest mandi are told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flows.agenda import MENU
from flows.asks import Commodity, Where
from flows.asks.price import fair_range
from flows.flow import Filled, Flow, Taken, Unusable
from flows.reasons import briefly, direction, doubts, in_lines, way, why
from flows.say import Option, Say, label, msg
from flows.sell import COMMON
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.commodities import COMMODITIES
from marketplace_core.places import queries as places
from marketplace_core.places.place import Place
from marketplace_core.pricing import queries as pricing
from marketplace_core.pricing.queries import Near, Quote

NAMED = 3


def sell(commodity: str) -> Option:
    return Option("sell", label("Sell"), deed=f"go:sell:{commodity}")


def tell_me_when(commodity: str) -> Option:
    return Option("tell", label("Tell me when"), deed=f"go:price_alert:{commodity}")


def _ahead(commodity: str) -> Option:
    return Option("ahead", label("Next 30 days"), deed=f"go:price_forecast:{commodity}")


def place_meant(turn: Turn, frame: Frame) -> Place | None:
    said = frame.slots.get("place")
    return Place.from_json(said) if said else turn.person.place


def mandi(name: str) -> str:
    """ "Dharamkot APMC" is Dharamkot to everybody."""
    return name.removesuffix(" APMC")


def _tell(turn: Turn, frame: Frame) -> Steps[None]:
    commodity = frame.slots["commodity"]
    quote = yield from market(pricing.quote, commodity=commodity, place=place_meant(turn, frame))
    if quote:
        turn.say(fair_range(quote))
        turn.say(*(_short(quote) if briefly(turn) else _long(quote)))
    else:
        turn.say(msg("I have no price for {what:commodity} yet, and I will not guess.", what=commodity))
    reported = quote and COMMODITIES[commodity].kind != "residue"
    wait = tell_me_when(commodity)
    turn.offer(sell(commodity), *((_ahead(commodity), wait) if reported else (wait, MENU)))


def _short(quote: Quote) -> Sequence[Say]:
    said = [msg("That is old.")] if quote.stale and quote.likely is not None else []
    if quote.trend and not quote.stale:
        said.append(direction(quote.trend))
    if quote.nearest:
        nearest = next((each for each in quote.nearest if each.exact), quote.nearest[0])
        said.append(
            msg(
                "Nearest: {market}, {km} km: {price:money}.",
                market=mandi(nearest.market),
                km=_km(nearest),
                price=nearest.likely,
            )
        )
    return said


def _long(quote: Quote) -> Sequence[Say]:
    said = [in_lines([*why(quote), *doubts(quote)])] if quote.reasons else []
    if quote.trend and not quote.stale:
        said.append(way(quote.trend))
    if quote.nearest:
        named = [_at(each) for each in quote.nearest[:NAMED]]
        said.append(in_lines([msg("Nearest mandis, price of a quintal:"), *named]))
    return [*said, msg("Source: {source}", source=quote.source)]


def _km(near: Near) -> str:
    """ "~15" where only its district is known."""
    return f"{'' if near.exact else '~'}{round(near.km)}"


def _at(near: Near) -> Say:
    return msg(
        "{market}, {km} km: {price:money} ({day:dated})",
        market=mandi(near.market),
        km=_km(near),
        price=near.likely,
        day=near.day.isoformat(),
    )


WHAT = Commodity(
    "commodity",
    text=msg("The price of what?"),
    name=msg("What"),
    example=msg("Write it like this: wheat"),
    why=msg("Each crop has its own price."),
    common=COMMON,
)


@dataclass(frozen=True)
class Around(Where):
    """A pincode is near enough: no price differs from one village of it to the next."""

    def _by_pincode(self, frame: Frame, pincode: str) -> Steps[Taken]:
        area = yield from market(places.pincode, pincode)
        if not area:
            return Unusable(msg("I do not know the pincode {pincode}.", pincode=pincode))
        return Filled(Place(area.pincode, None, area.district, area.state, area.lat, area.lon).to_json())


def _elsewhere(turn: Turn, frame: Frame) -> bool:
    """Asked only where home is not known, or where it was named by half."""
    return turn.person.place is None or "place" in frame.slots or "place" in frame.note.get("open", {})


WHERE = Around(
    "place",
    text=msg("For which place? Send the pincode, the village, or the location."),
    name=msg("Place"),
    example=msg("Write it like this: 142001"),
    why=msg("Prices differ from district to district."),
    when=_elsewhere,
)

PRICE = Flow(
    "price",
    title=msg("the price"),
    asks=(WHAT, WHERE),
    commit=_tell,
    deed=("commodity",),
    intents=("ask_price",),
    members=False,
)
