"""Buying: search near a place, choose, see the sum, book at the listed price."""

from collections.abc import Sequence
from typing import Any

from flows.agenda import MENU
from flows.asks import Commodity, Pick, Quantity, Row, Where
from flows.flow import Flow, Over, Question
from flows.refusals import sorry
from flows.say import Option, label, msg
from flows.sell import COMMON
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.bookings.rules import total_paise
from marketplace_core.errors import Refused
from marketplace_core.listings import queries as shelf
from marketplace_core.listings.queries import Listing
from marketplace_core.offers import commands as offers
from marketplace_core.places.place import Place

#: As far as a tractor trolley or a small truck goes and comes back in a day.
REACH_KM = 100


def _rows(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    place = Place.from_json(frame.slots["place"])
    found = yield from market(
        shelf.near,
        commodity=frame.slots["commodity"],
        lat=place.lat,
        lon=place.lon,
        km=REACH_KM,
        not_seller=turn.person.id,
    )
    if not found:
        return Over(
            (
                msg(
                    "Nobody sells {what:commodity} within {km} km of there now.",
                    what=frame.slots["commodity"],
                    km=REACH_KM,
                ),
            ),
            (MENU,),
        )
    return [
        Row(
            one.listing.code,
            msg("{left:mass}", left={"kg": one.listing.kg_left, "unit": one.listing.unit}),
            msg(
                "{price:rate}, {where}, {km} km",
                price={"paise": one.listing.price_paise, "per": one.listing.per},
                where=one.listing.place.village or one.listing.place.district,
                km=round(one.km),
            ),
        )
        for one in found
    ]


def _check(turn: Turn, frame: Frame) -> Steps[Question]:
    listing = yield from market(shelf.by_code, frame.slots["code"])
    if not listing:
        return Question((msg("This listing is no longer for sale."),), (MENU,))
    amount = _amount(frame, listing)
    return Question(
        (
            msg(
                "{what:commodity}, {amount:mass} at {price:rate} = {total:money}. Place: {place:place}.",
                what=listing.commodity,
                amount=amount,
                price={"paise": listing.price_paise, "per": listing.per},
                total=total_paise(amount["kg"], listing.price_paise, listing.per),
                place=listing.place.to_json(),
            ),
            msg("Shall I book it? The farmer then has 24 hours to confirm."),
        )
    )


def _amount(frame: Frame, listing: Listing) -> dict[str, Any]:
    wanted = frame.slots["quantity"]
    return {"kg": min(wanted["kg"], listing.kg_left), "unit": wanted["unit"]}


def _book(turn: Turn, frame: Frame) -> Steps[None]:
    code = frame.slots["code"]
    try:
        listing = yield from market(shelf.by_code, code)
        kg = _amount(frame, listing)["kg"] if listing else frame.slots["quantity"]["kg"]
        booking = yield from market(offers.book_at_listed_price, buyer_id=turn.person.id, code=code, kg=kg)
    except Refused as refusal:
        sorry(turn, refusal)
        return
    turn.say(
        msg("Booked, waiting for the farmer: {code}.", code=booking.code),
        msg("I write to you when the farmer answers."),
    )
    turn.offer(Option("bookings", label("My bookings"), deed="go:my_bookings"), MENU)


BUY = Flow(
    "buy",
    title=msg("your search"),
    asks=(
        Commodity(
            "commodity",
            text=msg("What do you want to buy?"),
            name=msg("What"),
            example=msg("Write it like this: paddy straw"),
            why=msg("I search by it."),
            common=COMMON,
            resets=("code",),
        ),
        Quantity(
            "quantity",
            text=msg("How much do you need? In tonnes, quintals or kilograms."),
            name=msg("Quantity"),
            example=msg("Write it like this: 12 tonnes, or 40 quintal"),
            why=msg("I book this much, or what is left."),
        ),
        Where(
            "place",
            text=msg("Near which place? Send the pincode, the village, or the location."),
            name=msg("Place"),
            example=msg("Write it like this: 142001"),
            why=msg("I search around it."),
            resets=("code",),
        ),
        Pick(
            "code",
            text=msg("Nearest first. Which one?"),
            name=msg("Listing"),
            example=msg("Choose one of the list."),
            why=msg("I book the one you choose."),
            rows=_rows,
        ),
    ),
    review=_check,
    commit=_book,
    deed=(),
    intents=("buy",),
)
