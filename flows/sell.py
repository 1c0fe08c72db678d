"""Selling: what, how much, where, from when, at what price, with photos where there is a camera."""

from datetime import date
from uuid import UUID

from flows.agenda import MENU
from flows.asks import Brought, Commodity, Day, Lies, Photo, Price, Quantity
from flows.asks.lies import the_day_too
from flows.flow import Flow, Question
from flows.refusals import sorry
from flows.review import check
from flows.say import Option, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.errors import BadTerms, Refused
from marketplace_core.grading import commands as gradings
from marketplace_core.grading.commands import MOST_PHOTOS
from marketplace_core.grading.for_sale import bring_along, judged_before
from marketplace_core.grading.queries import Grading
from marketplace_core.grading.rules import judged
from marketplace_core.listings import commands as listings
from marketplace_core.listings.rules import MOST_PHOTOS as MOST_SHOWN
from marketplace_core.places.place import Place

COMMON = (
    "paddy_straw",
    "wheat_straw",
    "sugarcane_trash",
    "maize_stover",
    "cotton_stalk",
    "paddy",
    "wheat",
    "onion",
    "tomato",
)

LOOKING = msg("I look at your photos and write to you what I see.")

#: Which answer a refused term came from.
SLOTS = {
    "commodity": "commodity",
    "kg": "quantity",
    "unit": "quantity",
    "place": "place",
    "available_from": "from",
    "price_paise": "price",
    "per": "price",
    "photos": "photos",
}


def _look_over(turn: Turn, frame: Frame) -> Steps[Question]:
    """Photos that were judged before it was for sale are sent by nobody a second time."""
    slots = frame.slots
    if (code := slots.get("grading")) and "brought" not in frame.note:
        given: Grading | None = yield from market(judged_before, person_id=turn.person.id, code=code)
        if given and given.commodity == slots["commodity"]:
            frame.note["brought"] = True
            mine = [str(photo) for photo in given.photos] + (slots.get("photos") or [])
            slots["photos"] = mine[:MOST_SHOWN]
    return (yield from check(turn, frame))


def _publish(turn: Turn, frame: Frame) -> Steps[bool]:
    slots = frame.slots
    try:
        listing = yield from market(
            listings.publish,
            seller_id=turn.person.id,
            commodity=slots["commodity"],
            kg=slots["quantity"]["kg"],
            unit=slots["quantity"]["unit"],
            price_paise=slots["price"]["paise"],
            per=slots["price"]["per"],
            place=Place.from_json(slots["place"]),
            available_from=date.fromisoformat(slots["from"]),
            photos=tuple(UUID(photo) for photo in slots.get("photos") or ()),
            sure=True,  # a price far off was read back when it was said
        )
    except BadTerms as refusal:  # the day agreed to may have passed since
        sorry(turn, refusal)
        del slots[SLOTS[refusal.field]]
        return False
    turn.say(msg("Published. Your listing is {code}.", code=listing.code))
    if not turn.channel.terse:
        turn.say(msg("When somebody books it I write to you. It stays for 30 days."))
    yield from _show_the_eyes(turn, frame, listing.code)
    mine = Option("mine", label("My listings"), deed="go:my_listings")
    turn.offer(*((mine,) if turn.channel.terse else (mine, MENU)))
    return True


def _show_the_eyes(turn: Turn, frame: Frame, code: str) -> Steps[None]:
    """The grade comes onto the listing when it is there. Nobody asked for one: a refusal is nothing to tell."""
    photos, commodity = frame.slots.get("photos") or [], frame.slots["commodity"]
    if brought := (yield from _brought(turn, frame, code)):
        turn.say(msg("Grade: {grade}.", grade=brought.grade) if brought.grade else LOOKING)
        return
    if not photos or not judged(commodity):
        return
    try:
        yield from market(
            gradings.ask,
            person_id=turn.person.id,
            commodity=commodity,
            photos=[UUID(photo) for photo in photos[:MOST_PHOTOS]],
            listing_code=code,
            on_their_way=True,
        )
    except Refused:
        return
    turn.say(LOOKING)


def _brought(turn: Turn, frame: Frame, code: str) -> Steps[Grading | None]:
    """The grade that it was given before, or is still to be given."""
    if "brought" not in frame.note:
        return None
    return (
        yield from market(
            bring_along, person_id=turn.person.id, code=frame.slots["grading"], listing_code=code
        )
    )


SELL = Flow(
    "sell",
    title=msg("your sale"),
    asks=(
        Commodity(
            "commodity",
            text=msg("What do you want to sell?"),
            name=msg("What"),
            example=msg("Write it like this: paddy straw"),
            why=msg("Buyers search by it."),
            common=COMMON,
            resets=("price",),
        ),
        Quantity(
            "quantity",
            text=msg("How much is it? In tonnes, quintals or kilograms."),
            name=msg("Quantity"),
            example=msg("Write it like this: 12 tonnes, or 40 quintal"),
            why=msg("Buyers look for enough to fill a truck."),
        ),
        Lies(
            "place",
            text=msg("Where does it lie? Send the pincode, the village, or the location."),
            name=msg("Place"),
            example=msg("Write it like this: tomorrow, or 142001"),
            why=msg("The buyer must know how far to drive. Strangers see it only roughly."),
            then=the_day_too,
        ),
        Day(
            "from",
            text=msg("From which day can it be picked up?"),
            name=msg("From"),
            example=msg("Write it like this: tomorrow, or 25 November"),
            why=msg("The buyer plans the truck by it."),
        ),
        Price(
            "price",
            text=msg("What price do you ask?"),
            name=msg("Price"),
            example=msg("Write it like this: 250 a quintal"),
            why=msg("A buyer can book at once when the price is known."),
        ),
        Photo(
            "photos",
            text=msg("Send a photo if you have one. A photo sells better."),
            name=msg("Photos"),
            example=msg("Take a photo of the lot in daylight, from two steps away."),
            why=msg("Buyers trust what they see."),
            when=lambda turn, frame: bool(frame.slots.get("photos")),  # the review invites it
            optional=True,
        ),
        Brought("grading"),  # with the button under a grade
    ),
    review=_look_over,
    commit=_publish,
    deed=("commodity", "grading"),
    intents=("sell",),
    binds=True,
)
