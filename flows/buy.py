"""Buying: search near a place, choose, see the sum, book at the listed price."""

from collections.abc import Sequence

from flows.agenda import MENU
from flows.asks import Commodity, Pick, Quantity, Row, Where
from flows.flow import Flow, Over, Question
from flows.refusals import sorry
from flows.say import Option, label, msg
from flows.sell import COMMON
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.bookings.rules import total_paise
from marketplace_core.errors import NotEnoughLeft, Refused
from marketplace_core.listings import queries as shelf
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


def _check(turn: Turn, frame: Frame) -> Steps[Question | None]:
    listing = yield from market(shelf.by_code, frame.slots["code"])
    if not listing or listing.state != "active":
        turn.say(msg("This listing is no longer for sale."))
        del frame.slots["code"]
        return None
    wanted = frame.slots["quantity"]
    amount = {"kg": min(wanted["kg"], listing.kg_left), "unit": wanted["unit"]}
    frame.note["kg"] = amount["kg"]  # what is agreed to is what is booked
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


def _book(turn: Turn, frame: Frame) -> Steps[bool]:
    code = frame.slots["code"]
    try:
        booking = yield from market(
            offers.book_at_listed_price,
            buyer_id=turn.person.id,
            code=code,
            kg=frame.note["kg"],
            pay_by="cash",  # the two settle at the cart
        )
    except NotEnoughLeft as refusal:
        sorry(turn, refusal)
        return False  # the review shows what is left
    except Refused as refusal:
        sorry(turn, refusal)
        del frame.slots["code"]
        return False
    turn.say(
        msg("Booked, waiting for the farmer: {code}.", code=booking.code),
        msg("I write to you when the farmer answers."),
    )
    turn.offer(Option("bookings", label("My bookings"), deed="go:my_bookings"), MENU)
    return True


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
    guarded=lambda turn, frame: True,
    binds=True,
)
