"""Buying: search near a place, choose, see the sum, say how it is paid, book at the listed price."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flows.agenda import CHANGE, DROP, MENU, open_flow
from flows.asks import Choice, Commodity, Pick, Quantity, Row, Where
from flows.asks.price import in_words
from flows.flow import Filled, Flow, Over, Question, Taken
from flows.found import TELL, Lots, most, reach
from flows.heard import CLEAR
from flows.refusals import GONE, sorry
from flows.review import named
from flows.say import Option, Say, label, msg, verbatim
from flows.sell import COMMON
from flows.state import Frame
from flows.turn import Steps, Turn, market
from flows.wishes import MY_WISHES_DOOR, WISH
from marketplace_core.bookings.bill import quoted
from marketplace_core.bookings.terms import standard
from marketplace_core.errors import NotEnoughLeft, Refused
from marketplace_core.listings import queries as shelf
from marketplace_core.offers import commands as offers
from marketplace_core.offers.errors import LotChanged
from marketplace_core.wishes import queries as wishes


class What(Commodity):
    """Whoever looks for something already finds it here."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        question = yield from super().question(turn, frame)
        assert isinstance(question, Question)
        if not (yield from market(wishes.mine, turn.person.id)):
            return question
        return replace(question, options=(*question.options, MY_WISHES_DOOR))


@dataclass(frozen=True)
class Deal(Choice):
    """The lot with its sum: book it and pay first or in cash, name another price, or look on.

    "Yes" pays first: then the farmer's money waits before a cart is loaded.
    """

    expecting = "yes_no"  # type: ignore[assignment]

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        code = frame.slots["code"]
        listing = yield from market(shelf.by_code, code)
        if not listing or listing.state != "active":
            return Over((GONE,), (SEARCH, MENU))
        wanted = frame.slots["quantity"]
        amount = {"kg": min(wanted["kg"], listing.kg_left), "unit": wanted["unit"]}
        # what is agreed to is what is booked
        frame.note["seen"] = {
            "kg": amount["kg"],
            "price_paise": listing.price_paise,
            "per": listing.per,
            "grade": listing.grade,
        }
        terms = standard(listing.commodity, grade=listing.grade, logistics_paise=0)
        bill = quoted(amount["kg"], listing.price_paise, listing.per, terms)
        options = list(self.choices)
        if listing.negotiable:
            options.insert(2, Option("offer", label("Offer a price"), deed=f"go:make_offer:{code}"))
        if "place" not in frame.slots or turn.channel.terse:  # there is no list, or BACK leads to it
            options = [option for option in options if option.id != "list"]
        grade = (msg("Grade: {grade}.", grade=listing.grade),) if listing.grade else ()
        return Question(
            (
                msg(
                    "{what:commodity}, {amount:mass} at {price:rate} = {total:money}. Place: {place:place}.",
                    what=listing.commodity,
                    amount=amount,
                    price={"paise": listing.price_paise, "per": listing.per},
                    total=bill.sum("goods"),
                    place=listing.place.to_json(),
                ),
                *grade,
                msg("With our fee you pay {sum:money}.", sum=bill.buyer_pays),
                self.text,
            ),
            (*options, CHANGE, DROP),
        )

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        said = {"affirm": "advance", "accept": "advance", "deny": "list", "reject": "list"}
        answer = said.get(turn.heard.intent) if turn.heard.sure(CLEAR) else None
        if answer == "list" and "place" not in frame.slots:
            return None
        return Filled(answer) if answer else (yield from super().take(turn, frame))


def _at_stake(turn: Turn, frame: Frame) -> Steps[Say]:
    seen, unit = frame.note["seen"], frame.slots["quantity"]["unit"]
    listing = yield from market(shelf.by_code, frame.slots["code"])
    return named(
        DEAL.show(frame.slots["pay_by"]),
        *((msg("{what:commodity}", what=listing.commodity),) if listing else ()),
        msg("{amount:mass}", amount={"kg": seen["kg"], "unit": unit}),
        in_words({"paise": seen["price_paise"], "per": seen["per"]}),
        verbatim(frame.slots["code"]),
    )


def _look_on(turn: Turn, frame: Frame) -> Steps[None]:
    if frame.slots["pay_by"] == "list":
        for slot in ("code", "pay_by"):
            del frame.slots[slot]
    return
    yield


def _book(turn: Turn, frame: Frame) -> Steps[bool]:
    code = frame.slots["code"]
    if code == TELL:
        _wish(turn, frame)
        return True
    try:
        booking = yield from market(
            offers.book_at_listed_price,
            buyer_id=turn.person.id,
            code=code,
            **frame.note["seen"],
            pay_by=frame.slots["pay_by"],
        )
    except (NotEnoughLeft, LotChanged) as refusal:
        sorry(turn, refusal)
        del frame.slots["pay_by"]  # asked again, with what is left as it is now
        return False
    except Refused as refusal:
        sorry(turn, refusal)
        if "place" not in frame.slots:
            return True
        for slot in ("code", "pay_by"):
            del frame.slots[slot]
        return False
    turn.say(
        msg("Booked, waiting for the farmer: {code}.", code=booking.code),
        msg("I write to you when the farmer answers."),
    )
    turn.offer(Option("bookings", label("My bookings"), deed="go:my_bookings"), MENU)
    return True


def _wish(turn: Turn, frame: Frame) -> None:
    known = {"commodity": frame.slots["commodity"], "place": frame.slots["place"], "km": reach(frame)}
    if grade := frame.note.get("grade"):
        known["grade"] = grade
    if price := most(frame):
        known["price"] = price
    open_flow(turn, WISH, known)


def _one(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    """A lot that a button brought cannot be asked for: without its code there is nothing here."""
    return Over((GONE,), (SEARCH, MENU))
    yield


def _is_lot(turn: Turn, frame: Frame) -> bool:
    return frame.slots.get("code") != TELL


SEARCH = Option("buy", label("Buy"), deed="go:buy")

QUANTITY = Quantity(
    "quantity",
    text=msg("How much do you need? In tonnes, quintals or kilograms."),
    name=msg("Quantity"),
    example=msg("Write it like this: 12 tonnes, or 40 quintal"),
    why=msg("I book this much, or what is left."),
    resets=("pay_by",),
)
DEAL = Deal(
    "pay_by",
    text=msg("Shall I book it? The farmer then has 24 hours to confirm."),
    name=msg("Payment"),
    example=msg("Choose one of these."),
    why=msg("Paid first, the money waits with us until the goods are weighed. Then the farmer gets it."),
    choices=(
        Option("advance", label("Yes, pay first")),
        Option("cash", label("Yes, pay cash")),
        Option("list", label("Back to the list")),
    ),
    when=_is_lot,
    then=_look_on,
)

BUY = Flow(
    "buy",
    title=msg("your search"),
    asks=(
        What(
            "commodity",
            text=msg("What do you want to buy?"),
            name=msg("What"),
            example=msg("Write it like this: paddy straw"),
            why=msg("I search by it."),
            common=COMMON,
            resets=("code", "pay_by"),
        ),
        QUANTITY,
        Where(
            "place",
            text=msg("Near which place? Send the pincode, the village, or the location."),
            name=msg("Place"),
            example=msg("Write it like this: 142001"),
            why=msg("I search around it."),
            resets=("code", "pay_by"),
        ),
        Lots(
            "code",
            text=msg("Nearest first. Which one?"),
            name=msg("Listing"),
            example=msg("Choose one of the list."),
            why=msg("I book the one you choose."),
            rows=_one,
            resets=("pay_by",),
        ),
        DEAL,
    ),
    commit=_book,
    deed=(),
    intents=("buy",),
    guarded=_is_lot,
    at_stake=_at_stake,
    binds=True,
)

#: One lot, by a button in a message about it.
LOT = Flow(
    "lot",
    title=msg("your search"),
    asks=(
        Pick(
            "code",
            text=msg("Nearest first. Which one?"),
            name=msg("Listing"),
            example=msg("Choose one of the list."),
            why=msg("I book the one you choose."),
            rows=_one,
        ),
        QUANTITY,
        DEAL,
    ),
    commit=_book,
    deed=("code",),
    keyed="code",
    guarded=lambda turn, frame: True,
    at_stake=_at_stake,
    binds=True,
)
