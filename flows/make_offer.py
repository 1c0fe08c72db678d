"""A buyer names a price for somebody's lot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.agenda import MENU
from flows.asks import Choice, Price, Quantity
from flows.asks.quantity import in_words as mass_in_words
from flows.flow import Ask, Filled, Flow, Over, Question, Taken, Unusable
from flows.heard import Heard
from flows.offer_acts import MY_OFFERS, to_pay
from flows.refusals import WORDS, sorry
from flows.review import in_short
from flows.say import Option, Say, label, msg, verbatim
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.bookings.bill import quoted
from marketplace_core.bookings.terms import standard
from marketplace_core.errors import ListingGone, NotEnoughLeft, OwnListing, Refused
from marketplace_core.listings import queries as shelf
from marketplace_core.listings.queries import Listing
from marketplace_core.offers import commands as market_offers
from marketplace_core.offers.errors import LotChanged, NotNegotiable

BUY = Option("buy", label("Buy"), deed="go:buy")


def _lot(turn: Turn, code: str) -> Steps[Listing | Refused]:
    """The listing, or why it takes no offer of theirs."""
    lot = yield from market(shelf.by_code, code)
    if not lot or lot.state != "active":
        return ListingGone()
    if lot.seller_id == turn.person.id:
        return OwnListing()
    return lot if lot.negotiable else NotNegotiable()


def _as_it_is(turn: Turn, frame: Frame, lot: Listing, *, told: bool) -> Sequence[Say]:
    """The price is named for the lot as it is shown here; where it has changed since they saw it, that is said.

    `told`: what it costs is said in any case.
    """
    now = {"price_paise": lot.price_paise, "per": lot.per, "grade": lot.grade}
    # their search shows it too
    before = [other.note for other in turn.state.frames if other.slots.get("code") == lot.code]
    saw = next((note["seen"] for note in (frame.note, *before) if "seen" in note), now)
    changed = any(saw[name] != is_now for name, is_now in now.items())
    frame.note["seen"] = now
    asked = msg(
        "{what:commodity}, {amount:mass}. The farmer asks {price:rate}.",
        price={"paise": lot.price_paise, "per": lot.per},
        what=lot.commodity,
        amount={"kg": lot.kg_left, "unit": lot.unit},
    )
    return (
        *((WORDS[LotChanged](None),) if changed else ()),
        *((asked,) if told or changed else ()),
        *((msg("Grade: {grade}.", grade=lot.grade),) if lot.grade else ()),
    )


@dataclass(frozen=True)
class LotCode(Ask):
    """The code of a listing, as a search shows it."""

    expecting = "choice"

    def question(self, turn: Turn, frame: Frame) -> Steps[Question]:
        return Question((self.text,), (BUY,))
        yield

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        return (yield from self.hear(turn, frame, turn.heard))

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        code = str(heard.values.get("reference", ""))
        if not code.startswith("L"):
            return None
        lot = yield from _lot(turn, code)
        return Unusable(WORDS[type(lot)](lot)) if isinstance(lot, Refused) else Filled(lot.code)

    def show(self, value: Any) -> Say:
        return verbatim(value)


@dataclass(frozen=True)
class Bid(Price):
    """Beside the price that is asked; without a measure it is for that of the listing."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:  # type: ignore[override]
        lot = yield from _lot(turn, frame.slots["code"])
        if isinstance(lot, Refused):
            return Over((WORDS[type(lot)](lot),), (BUY, MENU))
        return Question((*_as_it_is(turn, frame, lot, told=True), self.text))

    def _read(self, frame: Frame, rupees: Any, per: str | None) -> Steps[Taken]:
        code = frame.slots.get("code")
        lot = (yield from market(shelf.by_code, code)) if code and not per else None
        return (yield from super()._read(frame, rupees, lot.per if lot else per))


@dataclass(frozen=True)
class SoMuch(Quantity):
    """All that is left, or a part of it."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question]:
        lot = yield from market(shelf.by_code, frame.slots["code"])
        whole = {"kg": lot.kg_left, "unit": lot.unit} if lot else None
        frame.note["whole"] = whole
        return Question((self.text,), (Option("whole", mass_in_words(whole)),) if whole else ())

    def _read(self, note: dict[str, Any], number: Any, unit: str | None) -> Taken:
        taken, whole = super()._read(note, number, unit), note.get("whole")
        if isinstance(taken, Filled) and whole and taken.value["kg"] > whole["kg"]:
            return Unusable(WORDS[NotEnoughLeft](NotEnoughLeft(whole["kg"])))
        return taken

    def pick(self, turn: Turn, frame: Frame, choice: str) -> Steps[Taken]:
        whole: Mapping[str, Any] | None = frame.note.get("whole")
        if choice == "whole" and whole:
            return Filled(dict(whole))
        return (yield from super().pick(turn, frame, choice))


def _as_much_as_they_seek(turn: Turn, frame: Frame) -> Steps[None]:
    """Who names a price in the middle of a search has said how much; the review shows it."""
    code = frame.slots.get("code")
    if not code or "quantity" in frame.slots or "quantity" in turn.heard.values:
        return
    searches = (other.slots for other in turn.state.frames if other is not frame)
    sought = next((each.get("quantity") for each in searches if each.get("code") == code), None)
    lot = yield from _lot(turn, code)
    if sought and not isinstance(lot, Refused) and sought["kg"] <= lot.kg_left:
        frame.slots["quantity"] = sought


def _check(turn: Turn, frame: Frame) -> Steps[Question | None]:
    slots = frame.slots
    lot = yield from _lot(turn, slots["code"])
    if isinstance(lot, Refused):
        turn.say(WORDS[type(lot)](lot))
        del slots["code"]
        return None
    amount, price = slots["quantity"], slots["price"]
    if amount["kg"] > lot.kg_left:
        turn.say(WORDS[NotEnoughLeft](NotEnoughLeft(lot.kg_left)))
        del slots["quantity"]
        return None
    terms = standard(lot.commodity, grade=lot.grade, logistics_paise=0)
    return Question(
        (
            *_as_it_is(turn, frame, lot, told=False),
            msg(
                "You offer {price:rate} for {amount:mass} of {code}.",
                price=price,
                amount=amount,
                code=lot.code,
            ),
            to_pay(quoted(amount["kg"], price["paise"], price["per"], terms)),
            msg("Shall I send it?"),
        )
    )


def _make(turn: Turn, frame: Frame) -> Steps[bool]:
    slots = frame.slots
    try:
        offer = yield from market(
            market_offers.make,
            buyer_id=turn.person.id,
            code=slots["code"],
            kg=slots["quantity"]["kg"],
            price_paise=slots["price"]["paise"],
            per=slots["price"]["per"],
            pay_by=slots["pay_by"],
            sure=True,  # it was read back
            seen=frame.note.get("seen"),
        )
    except LotChanged:
        return False  # the review says it
    except NotEnoughLeft as refusal:
        sorry(turn, refusal)
        del slots["quantity"]
        return False
    except Refused as refusal:
        sorry(turn, refusal)
        return True
    turn.say(msg("Sent. I write to you when {name} answers.", name=offer.seller_name))
    turn.offer(MY_OFFERS, MENU)
    # whoever was asked whether to book it has answered that with a price
    frames = turn.state.frames
    frames[:] = [other for other in frames if other is frame or other.slots.get("code") != slots["code"]]
    return True


MAKE_OFFER = Flow(
    "make_offer",
    title=msg("the offer"),
    asks=(
        LotCode(
            "code",
            text=msg("For which listing? Write its code, or search first."),
            name=msg("Listing"),
            example=msg("Write it like this: L4K7QA"),
            why=msg("The code says whose goods you mean. A search shows it."),
        ),
        Bid(
            "price",
            text=msg("What price do you offer?"),
            name=msg("Price"),
            example=msg("Write it like this: 250 a quintal"),
            why=msg("The other side can then accept it, refuse it or name another."),
            then=_as_much_as_they_seek,
        ),
        SoMuch(
            "quantity",
            text=msg("How much do you need? In tonnes, quintals or kilograms."),
            name=msg("Quantity"),
            example=msg("Write it like this: 12 tonnes, or 40 quintal"),
            why=msg("The other side can then accept it, refuse it or name another."),
        ),
        Choice(
            "pay_by",
            text=msg("How do you pay when the farmer accepts?"),
            name=msg("Payment"),
            example=msg("Choose one of these."),
            why=msg(
                "Paid first, the money waits with us until the goods are weighed. Then the farmer gets it."
            ),
            choices=(Option("advance", label("Pay first")), Option("cash", label("Pay cash"))),
        ),
    ),
    review=_check,
    commit=_make,
    intents=("make_offer",),
    deed=("code",),
    guarded=lambda turn, frame: True,
    at_stake=in_short(label("Offer a price")),
    binds=True,
)
