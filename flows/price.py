"""Today's fair price: a range, its date and why; which way it goes; and what the nearest mandis paid.

Where every line costs money, or is read aloud, only the range, the way and the nearest mandi are told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flows.agenda import MENU, open_flow, proceed
from flows.asks import Commodity, Where
from flows.asks.place import PIN_DIGITS
from flows.asks.price import fair_range
from flows.filling import fill
from flows.flow import Filled, Flow, Taken, Unusable
from flows.plain_words import says
from flows.reasons import briefly, direction, doubts, in_lines, way, why
from flows.registry import asked
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
#: Some are written as they stand on their gate.
LONGEST = 24


def sell(commodity: str) -> Option:
    return Option("sell", label("Sell"), deed=f"go:sell:{commodity}")


def tell_me_when(commodity: str) -> Option:
    return Option("tell", label("Tell me when"), deed=f"go:price_alert:{commodity}")


def _ahead(commodity: str) -> Option:
    return Option("ahead", label("Next 30 days"), deed=f"go:price_forecast:{commodity}")


def _others(frame: Frame) -> Option:
    where = frame.slots.get("place", {}).get("pincode", "")
    return Option("mandis", label("Other mandis"), deed=f"go:mandis:{frame.slots['commodity']}:{where}")


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
        turn.say(*(_short(quote) if briefly(turn) else _long(turn, quote)))
    else:
        turn.say(msg("I have no price for {what:commodity} yet, and I will not guess.", what=commodity))
    reported = quote and COMMODITIES[commodity].kind != "residue"
    wait = tell_me_when(commodity)
    ways = [_ahead(commodity), wait] if reported else [wait, MENU]
    if quote and len(quote.nearest) > 1 and briefly(turn):  # with a fourth way it is no one message any more
        ways = [_others(frame), *(ways[:1] if turn.channel.terse else ways)]
    turn.offer(sell(commodity), *ways)


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


def _long(turn: Turn, quote: Quote) -> Sequence[Say]:
    said = [in_lines([*why(quote), *doubts(quote)])] if quote.reasons else []
    if quote.trend and not quote.stale:
        said.append(way(quote.trend))
    if quote.nearest:
        said.append(_nearest(turn, quote))
    return [*said, msg("Source: {source}", source=quote.source)]


def _nearest(turn: Turn, quote: Quote) -> Say:
    """By SMS three of them are as much as one message carries; how old they are the price before it has said."""
    named = [_at(each, dated=not turn.channel.terse) for each in quote.nearest[:NAMED]]
    return in_lines([msg("Nearest mandis, price of a quintal:"), *named])


def _km(near: Near) -> str:
    """ "~15" where only its district is known."""
    return f"{'' if near.exact else '~'}{round(near.km)}"


def _at(near: Near, dated: bool = True) -> Say:
    name, km, price = mandi(near.market), _km(near), near.likely
    if dated:
        day = near.day.isoformat()
        return msg("{market}, {km} km: {price:money} ({day:dated})", market=name, km=km, price=price, day=day)
    short = name if len(name) <= LONGEST else f"{name[:LONGEST].rstrip()}…"
    return msg("{market}, {km} km: {price:money}", market=short, km=km, price=price)


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

    def plausible(self, value: str) -> bool:
        return len(value) == PIN_DIGITS and value.isdecimal()

    def brought(self, frame: Frame) -> Steps[None]:
        """A button brings a pincode."""
        said = frame.slots.get(self.slot)
        if isinstance(said, str):
            found = yield from self._by_pincode(frame, said)
            del frame.slots[self.slot]
            frame.slots |= {self.slot: found.value} if isinstance(found, Filled) else {}


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


def _tell_mandis(turn: Turn, frame: Frame) -> Steps[None]:
    yield from WHERE.brought(frame)
    commodity = frame.slots["commodity"]
    quote = yield from market(pricing.quote, commodity=commodity, place=place_meant(turn, frame))
    if not quote or not quote.nearest:
        yield from _tell(turn, frame)
        return
    turn.say(*((msg("That is old."),) if quote.stale else ()), _nearest(turn, quote))
    turn.offer(sell(commodity), *(() if turn.channel.terse else (tell_me_when(commodity),)), MENU)


def speaks_of_mandis(turn: Turn) -> Steps[bool]:
    """ "Nearest mandis", where a price names only one of them; right after it, it is about the same crop."""
    heard, ask = turn.heard, asked(turn.state.top)
    if not (says(heard.text, "nearest") and says(heard.text, "mandi")):
        return False
    if (ask and ask.expecting in ("name", "text", "place")) or (
        heard.intent == "ask_price" and not briefly(turn)
    ):
        return False
    door = next((option.deed for option in turn.state.options if option.id == "mandis"), None)
    frame = open_flow(turn, MANDIS)
    yield from fill(turn, frame)
    if door and "commodity" not in frame.slots:
        _, _, *known = door.split(":")
        frame.slots |= {slot: said for slot, said in zip(MANDIS.deed or (), known, strict=False) if said}
    yield from proceed(turn)
    return True


MANDIS = Flow(
    "mandis",
    title=msg("the price"),
    asks=(WHAT, WHERE),
    commit=_tell_mandis,
    deed=("commodity", "place"),
    members=False,
)
