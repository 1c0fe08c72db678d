"""An offer as each side sees it, in words, and what a farmer or a buyer does with it in chat."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flows.agenda import MENU
from flows.booking_acts import to_do
from flows.money import ask_to_pay
from flows.refusals import sorry
from flows.say import Option, Say, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.bookings.bill import Bill, quoted
from marketplace_core.bookings.terms import standard
from marketplace_core.errors import Moved, NotMet, Refused
from marketplace_core.listings import queries as shelf
from marketplace_core.offers import commands as market_offers
from marketplace_core.offers import queries as board
from marketplace_core.offers.errors import LotChanged
from marketplace_core.offers.queries import Offer
from marketplace_core.offers.rules import MOST_PRICES
from marketplace_core.offers.transitions import OPEN

OFFERED = msg("{name} offers {price:rate} for {amount:mass} of your {code}.")
ASKED = msg("{name} asks {price:rate} for {amount:mass} of {code}.")
OVER = msg("This offer is no longer open.")
MY_BOOKINGS = Option("bookings", label("My bookings"), deed="go:my_bookings")
#: Said to whoever sells.
PAID_BY = {
    "advance": msg("The buyer pays first. The money waits with us."),
    "cash": msg("The buyer pays in cash at pickup."),
}
MY_OFFERS = Option("offers", label("My offers"), deed="go:my_offers")


def write_to(code: str) -> Option:
    return Option("write", label("Write to them"), deed=f"go:write_to:{code}")


def door_to_offers(turn: Turn, frame: Frame) -> Steps[Sequence[Option]]:
    """Shown while an offer waits: behind it there is nothing else."""
    return (MY_OFFERS,) if (yield from market(board.open_of, turn.person.id, limit=1)) else ()


@dataclass(frozen=True)
class Side:
    """An open offer and the one of its two sides that looks at it."""

    offer: Offer
    selling: bool

    @property
    def name(self) -> str:
        return "seller" if self.selling else "buyer"

    @property
    def my_turn(self) -> bool:
        return self.offer.turn == self.name

    @property
    def other(self) -> str:
        there = self.offer.buyer_name if self.selling else self.offer.seller_name
        return there or self.offer.code

    @property
    def prices_left(self) -> bool:
        named = self.offer.seller_prices if self.selling else self.offer.buyer_prices
        return named < MOST_PRICES


def side_of(turn: Turn, code: str) -> Steps[Side | None]:
    """None when it is over, or none of theirs."""
    offer = yield from market(board.by_code, code)
    if not offer or offer.state not in OPEN or turn.person.id not in (offer.seller_id, offer.buyer_id):
        return None
    return Side(offer, turn.person.id == offer.seller_id)


def told(text: Say, offer: Offer, name: str = "", **more: Any) -> Say:
    """This sentence with the offer's price, quantity and listing in its blanks."""
    return Say(
        text.text,
        {
            "name": name,
            "code": offer.listing_code,
            "price": {"paise": offer.price_paise, "per": offer.per},
            "amount": {"kg": offer.kg, "unit": offer.unit},
            **more,
        },
    )


def meaning(side: Side, kg: int, price_paise: int) -> Say:
    """What a price comes to: the farmer pays no fee, the buyer does."""
    offer = side.offer
    terms = standard(offer.commodity, grade=offer.grade, logistics_paise=offer.logistics_paise)
    bill = quoted(kg, price_paise, offer.per, terms)
    if side.selling:
        return msg(
            "You get {total:money} if weight and quality are as agreed. No fee.", total=bill.farmer_gets
        )
    return to_pay(bill)


def to_pay(bill: Bill) -> Say:
    return msg(
        "That is {goods:money}. With our fee you pay {total:money}.",
        goods=bill.farmer_gets,
        total=bill.buyer_pays,
    )


def own_price(side: Side) -> Steps[Say | None]:
    """What this side has named last; a farmer who has not haggled yet, what the listing asks."""
    steps = yield from market(board.history, side.offer.id)
    mine = [{"paise": step.price_paise, "per": step.per} for step in steps if step.by == side.name]
    if not side.selling:
        return msg("You offered {price:rate}.", price=mine[-1]) if mine else None
    if not mine:
        lot = yield from market(shelf.by_code, side.offer.listing_code)
        mine = [{"paise": lot.price_paise, "per": lot.per}] if lot else []
    return msg("You asked {price:rate}.", price=mine[-1]) if mine else None


def do(turn: Turn, side: Side, act: str, kg: int, price_paise: int) -> Steps[None]:
    try:
        yield from ACTS[act](turn, side, kg, price_paise)
    except LotChanged as refusal:  # its question now says the grade
        sorry(turn, refusal)
        turn.offer(MY_OFFERS, MENU)
    except (Moved, NotMet):  # the other side was quicker
        turn.say(OVER)
        turn.offer(MY_OFFERS, MENU)
    except Refused as refusal:
        sorry(turn, refusal)


def _accept(turn: Turn, side: Side, kg: int, price_paise: int) -> Steps[None]:
    booking = yield from market(market_offers.accept, actor_id=turn.person.id, code=side.offer.code)
    turn.say(msg("Agreed. Your booking is {code}. I tell {name}.", code=booking.code, name=side.other))
    pickup = to_do("agree_pickup", label("Pickup day"), booking.code)
    next_step = (pickup,) if side.selling else (yield from ask_to_pay(turn, booking))
    turn.offer(*next_step, MY_BOOKINGS, MENU)


def _refuse(turn: Turn, side: Side, kg: int, price_paise: int) -> Steps[None]:
    yield from market(market_offers.refuse, actor_id=turn.person.id, code=side.offer.code)
    turn.say(msg("Refused. I tell {name}.", name=side.other))
    turn.offer(MENU)


def _withdraw(turn: Turn, side: Side, kg: int, price_paise: int) -> Steps[None]:
    yield from market(market_offers.withdraw, actor_id=turn.person.id, code=side.offer.code)
    turn.say(msg("Taken back. I tell {name}.", name=side.other))
    turn.offer(MENU)


def _counter(turn: Turn, side: Side, kg: int, price_paise: int) -> Steps[None]:
    yield from market(
        market_offers.counter,
        actor_id=turn.person.id,
        code=side.offer.code,
        kg=kg,
        price_paise=price_paise,
        sure=True,  # it was read back
    )
    turn.say(msg("Sent. I write to you when {name} answers.", name=side.other))
    turn.offer(MY_OFFERS, MENU)


#: By what is tapped.
ACTS = {"accept": _accept, "refuse": _refuse, "counter": _counter, "withdraw": _withdraw}
