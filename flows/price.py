"""Today's fair price: a range, its date and where it comes from, or an honest "I do not know"."""

from flows.agenda import MENU
from flows.asks import Commodity, Where
from flows.asks.price import fair_range
from flows.flow import Flow
from flows.say import Option, label, msg
from flows.sell import COMMON
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.places.place import Place
from marketplace_core.pricing import queries as pricing


def _tell(turn: Turn, frame: Frame) -> Steps[None]:
    commodity = frame.slots["commodity"]
    said = frame.slots.get("place")
    place = Place.from_json(said) if said else turn.person.place
    quote = yield from market(pricing.quote, commodity=commodity, place=place)
    if quote:
        turn.say(fair_range(quote))
        if not turn.channel.terse:
            turn.say(msg("Source: {source}", source=quote.source))
    else:
        turn.say(msg("I have no price for {what:commodity} yet, and I will not guess.", what=commodity))
    turn.offer(Option("sell", label("Sell"), deed=f"go:sell:{commodity}"), MENU)


PRICE = Flow(
    "price",
    title=msg("the price"),
    asks=(
        Commodity(
            "commodity",
            text=msg("The price of what?"),
            name=msg("What"),
            example=msg("Write it like this: wheat"),
            why=msg("Each crop has its own price."),
            common=COMMON,
        ),
        Where(
            "place",
            text=msg("For which place? Send the pincode, the village, or the location."),
            name=msg("Place"),
            example=msg("Write it like this: 142001"),
            why=msg("Prices differ from district to district."),
            when=lambda turn, frame: turn.person.place is None or "place" in frame.slots,
        ),
    ),
    commit=_tell,
    deed=(),
    intents=("ask_price",),
    members=False,
)
