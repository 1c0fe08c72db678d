"""What I have for sale: see it, change its terms, renew it, take it down; by taps or in one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.agenda import MENU
from flows.asks import Day, Pick, Price, Quantity, Row, YesNo
from flows.flow import Filled, Flow, Over, Taken
from flows.heard import Heard
from flows.offer_acts import MY_OFFERS, door_to_offers
from flows.refusals import sorry
from flows.review import in_short
from flows.say import Option, Say, count, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.errors import Refused
from marketplace_core.grading import queries as gradings
from marketplace_core.listings import commands as listings
from marketplace_core.listings import queries as shelf
from marketplace_core.listings.errors import LessThanBooked
from marketplace_core.listings.queries import Listing
from marketplace_core.offers import queries as offers

SELL = Option("sell", label("Sell"), deed="go:sell")
ACTS = {
    "renew": label("Renew"),
    "cancel": label("Take down"),
    "price": label("Change price"),
    "quantity": label("Change quantity"),
    "from": label("Change day"),
    "leave": label("Leave it"),
}
#: Only what is for sale takes other terms.
TERMS = ("price", "quantity", "from")
#: Said along with a listing, these say what shall become of it.
SAID = {"price": "price", "quantity": "quantity", "date": "from"}


@dataclass(frozen=True)
class Mine(Pick):
    """A code names it before it was shown; who has one lot alone need not name it to change it."""

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        code = str(heard.values.get("reference", ""))
        if code.startswith("L"):
            return Filled(code)
        if heard.values.keys() & SAID.keys() and self.slot not in frame.slots:
            mine = yield from market(shelf.mine, turn.person.id)
            if len(mine) == 1:
                return Filled(mine[0].code)
        return None


@dataclass(frozen=True)
class Act(Pick):
    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        if "code" not in frame.slots or self.slot in frame.slots:
            return None
        act = next((act for value, act in SAID.items() if value in heard.values), None)
        return (
            Filled("cancel" if heard.intent == "cancel_listing" else act)
            if (act or heard.intent == "cancel_listing")
            else None
        )
        yield

    def show(self, value: Any) -> Say:
        return ACTS.get(value, msg("{value}", value=value))


def _rows(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    mine = yield from market(shelf.mine, turn.person.id)
    if not mine:
        return Over((msg("You have nothing for sale now."),), (SELL, MENU))
    return [Row(listing.code, msg("{code}", code=listing.code), in_words(listing)) for listing in mine]


def in_words(listing: Listing) -> Say:
    return msg(
        "{what:commodity}, {left:mass}, {price:rate}: {state:state}",
        what=listing.commodity,
        left={"kg": listing.kg_left, "unit": listing.unit},
        price={"paise": listing.price_paise, "per": listing.per},
        state=listing.state,
    )


def _found(turn: Turn, frame: Frame) -> Steps[Listing | None]:
    listing = yield from market(shelf.by_code, frame.slots["code"])
    return listing if listing and listing.seller_id == turn.person.id else None


def _keep_in_mind(turn: Turn, frame: Frame) -> Steps[None]:
    """A new price is heard in the unit of the old one, and beside the fair range of this lot."""
    if listing := (yield from _found(turn, frame)):
        frame.slots |= {"commodity": listing.commodity, "place": listing.place.to_json()}
        frame.note["was"] = {"price": {"paise": listing.price_paise, "per": listing.per}}


def _acts(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    listing = yield from _found(turn, frame)
    if not listing:
        return Over((msg("This is not yours, so I left it as it is."),), (MENU,))
    yield from _keep_in_mind(turn, frame)
    turn.say(in_words(listing), *(yield from _how_it_stands(turn, listing)))
    open_acts = [act for act in ACTS if act not in TERMS or listing.state == "active"]
    return [Row(act, ACTS[act]) for act in open_acts if act != "leave" or not turn.channel.terse]


def _ways(turn: Turn, frame: Frame) -> Steps[Sequence[Option]]:
    """To what is said of it: its grade, its offers."""
    listing = yield from _found(turn, frame)
    if not listing:
        return ()
    agent = yield from _for_an_agent(turn, listing)
    waiting = yield from market(offers.open_on, listing.code, turn.person.id)
    return (*((agent,) if agent else ()), *((MY_OFFERS,) if waiting else ()))


def _how_it_stands(turn: Turn, listing: Listing) -> Steps[list[Say]]:
    """Sold in parts, graded, asked for: only what there is to tell."""
    said = []
    if booked := listing.kg - listing.kg_left:
        whole, part = ({"kg": kg, "unit": listing.unit} for kg in (listing.kg, booked))
        said.append(msg("Booked: {part:mass} of {whole:mass}.", part=part, whole=whole))
    if listing.grade:
        said.append(msg("Grade: {grade}.", grade=listing.grade))
    if waiting := (yield from market(offers.open_on, listing.code, turn.person.id)):
        said.append(count("{n} open offer.", "{n} open offers.", len(waiting)))
    return said


def _for_an_agent(turn: Turn, listing: Listing) -> Steps[Option | None]:
    """What the eyes said of it may be looked at again."""
    if listing.graded_by != "eyes":
        return None
    mine = yield from market(gradings.mine, turn.person.id, limit=9)
    for one in mine:
        if one.listing == listing.code and one.judged_by == "eyes" and one.appealed_at is None:
            return Option("agent", label("Ask an agent"), deed=f"go:appeal:{one.code}")
    return None


def _act(turn: Turn, frame: Frame) -> Steps[bool | None]:
    code, act = frame.slots["code"], frame.slots["act"]
    if act == "leave" or (act == "cancel" and not frame.slots["sure"]):
        turn.say(msg("{code} stays for sale.", code=code))
        return None
    try:
        if act == "renew":
            listing = yield from market(listings.renew, seller_id=turn.person.id, code=code)
            turn.say(msg("{code} is renewed until {day:day}.", code=code, day=_day(turn, listing.expires_at)))
        elif act == "cancel":
            yield from market(listings.cancel, seller_id=turn.person.id, code=code)
            turn.say(msg("{code} is taken down.", code=code))
        else:
            listing = yield from market(
                listings.change, seller_id=turn.person.id, code=code, sure=True, **_terms(frame.slots)
            )
            turn.say(msg("Changed: {code}.", code=code), in_words(listing))
            if act == "from":
                turn.say(msg("From: {day:day}.", day=listing.available_from.isoformat()))
    except LessThanBooked as refusal:
        booked = {"kg": refusal.booked_kg, "unit": frame.slots["quantity"]["unit"]}
        turn.say(msg("{booked:mass} of it are booked already. It must be more.", booked=booked))
        del frame.slots["quantity"]
        return False
    except Refused as refusal:
        sorry(turn, refusal)
    return None


def _terms(slots: dict[str, Any]) -> dict[str, Any]:
    """Everything that was said anew, though one thing was asked."""
    terms: dict[str, Any] = {}
    if price := slots.get("price"):
        terms |= {"price_paise": price["paise"], "per": price["per"]}
    if quantity := slots.get("quantity"):
        terms |= {"kg": quantity["kg"], "unit": quantity["unit"]}
    if day := slots.get("from"):
        terms["available_from"] = date.fromisoformat(day)
    return terms


def _day(turn: Turn, moment: Any) -> str:
    return str(moment.astimezone(turn.now.tzinfo).date().isoformat())


def _guarded(turn: Turn, frame: Frame) -> bool:
    """A forger could sell for a rupee as well as take down."""
    act = frame.slots["act"]
    return act in TERMS or (act == "cancel" and bool(frame.slots["sure"]))


def _asks_for(act: str) -> Any:
    return lambda turn, frame: frame.slots.get("act") == act


MY_LISTINGS = Flow(
    "my_listings",
    title=msg("your listings"),
    asks=(
        Mine(
            "code",
            text=msg("Your listings. Choose one to change it."),
            name=msg("Listing"),
            example=msg("Choose one of the list."),
            why=msg("I show what you have for sale."),
            rows=_rows,
            ways=door_to_offers,
            then=_keep_in_mind,
        ),
        Act(
            "act",
            text=msg("What shall I do with it?"),
            name=msg("What to do"),
            example=msg("Choose one of these."),
            why=msg("Renewing keeps it for 30 more days. Taking down ends the sale."),
            rows=_acts,
            ways=_ways,
        ),
        Price(
            "price",
            text=msg("What price do you ask?"),
            name=msg("Price"),
            example=msg("Write it like this: 250 a quintal"),
            why=msg("A buyer can book at once when the price is known."),
            when=_asks_for("price"),
        ),
        Quantity(
            "quantity",
            text=msg("How much is it in all, with what is booked?"),
            name=msg("Quantity"),
            example=msg("Write it like this: 12 tonnes, or 40 quintal"),
            why=msg("Buyers look for enough to fill a truck."),
            when=_asks_for("quantity"),
        ),
        Day(
            "from",
            text=msg("From which day can it be picked up?"),
            name=msg("From"),
            example=msg("Write it like this: tomorrow, or 25 November"),
            why=msg("The buyer plans the truck by it."),
            when=_asks_for("from"),
        ),
        YesNo(
            "sure",
            text=msg("Take it down? Buyers will not see it any more."),
            name=msg("Sure"),
            example=msg("Answer Yes or No."),
            why=msg("I ask so that no sale is lost by a slip."),
            when=_asks_for("cancel"),
        ),
    ),
    commit=_act,
    guarded=_guarded,
    at_stake=in_short(msg("Listing")),
    binds=True,
    deed=("code",),
    intents=("my_listings", "cancel_listing", "edit_listing"),
)
