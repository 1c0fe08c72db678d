"""My offers, as seller or buyer: one that waits is accepted, refused, answered with another price, or taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from flows.agenda import MENU
from flows.asks import Pick, Price, Quantity, Row
from flows.asks.price import rate
from flows.flow import Ask, Filled, Flow, Over, Question, Taken, Unusable
from flows.heard import CLEAR, Heard
from flows.offer_acts import (
    ASKED,
    MY_BOOKINGS,
    OFFERED,
    OVER,
    PAID_BY,
    Side,
    do,
    meaning,
    own_price,
    side_of,
    told,
    write_to,
)
from flows.say import Option, Say, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.commodities import KG_PER
from marketplace_core.listings import queries as shelf
from marketplace_core.offers import queries as board
from marketplace_core.offers.queries import Offer
from marketplace_core.pricing import queries as pricing
from marketplace_core.pricing.queries import Quote

#: What may be done, by whose answer is awaited.
MY_TURN = {
    "accept": label("Accept"),
    "refuse": label("Refuse"),
    "counter": label("Other price"),
}
THEIR_TURN = {"withdraw": label("Take it back")}
WORDS: Mapping[str, Say] = MY_TURN | THEIR_TURN
#: Intents that name an act; "no" is one only where the question is open.
YES, NO = frozenset({"accept", "affirm"}), frozenset({"reject", "deny"})
#: Beside these a bare number is a price; "do" in "mana kar do" is not.
HAGGLING = frozenset({"counter_offer", "make_offer", "inform", "correct"})


def _rows(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    mine = yield from market(board.open_of, turn.person.id)
    if not mine:
        return Over((msg("No offer waits now."),), (MY_BOOKINGS, MENU))
    return [Row(offer.code, msg("{code}", code=offer.code), _row(turn, offer)) for offer in mine]


def _row(turn: Turn, offer: Offer) -> Say:
    known: dict[str, Any] = {
        "what": offer.commodity,
        "amount": {"kg": offer.kg, "unit": offer.unit},
        "price": {"paise": offer.price_paise, "per": offer.per},
    }
    if Side(offer, turn.person.id == offer.seller_id).my_turn:
        return msg("{what:commodity}, {amount:mass}, {price:rate}: waits for you", **known)
    return msg("{what:commodity}, {amount:mass}, {price:rate}: waits for the other", **known)


class Which(Pick):
    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        """A code, or the only offer that "I agree" can be about."""
        code = str(heard.values.get("reference", ""))
        if code.startswith("F"):
            return Filled(code)
        if frame.asking or heard.intent not in ("accept", "reject", "counter_offer"):
            return None
        mine = yield from market(board.open_of, turn.person.id)
        waiting = [offer for offer in mine if Side(offer, turn.person.id == offer.seller_id).my_turn]
        return Filled(waiting[0].code) if len(waiting) == 1 else None


@dataclass(frozen=True)
class Answer(Ask):
    """A tap that answers the open question is done at once; what was only said beside it is read back first."""

    expecting = "yes_no"
    answers = YES | NO | {"cancel", "counter_offer", "make_offer"}

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        side = yield from side_of(turn, frame.slots["code"])
        if not side:
            return Over((OVER,), (MENU,))
        offer = side.offer
        frame.note |= {"prices": offer.prices, "code": offer.code}
        if not side.my_turn:
            waits = (msg("{name} has not answered yet.", name=side.other),)
            mine = yield from own_price(side)
            ways = (*self._acts(side, offer.code), write_to(offer.code), MENU)
            return Question(((mine,) if mine else ()) + waits, ways)
        before = yield from own_price(side)
        parts = [told(OFFERED if side.selling else ASKED, offer, side.other)]
        parts += [before] if before else []
        parts += _graded(side)
        parts.append(meaning(side, offer.kg, offer.price_paise))
        if side.selling and not turn.channel.terse:
            parts.append(PAID_BY[offer.pay_by])
        if turn.heard.news and not turn.channel.terse:
            parts.append(msg("Please answer within 24 hours."))
        return Question(tuple(parts), self._acts(side, offer.code))

    def _acts(self, side: Side, code: str) -> tuple[Option, ...]:
        return tuple(Option(act, WORDS[act], deed=f"go:my_offers:{act}:{code}") for act in _open_acts(side))

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        intent, side = turn.heard.intent, (yield from side_of(turn, frame.slots["code"]))
        frame.note["by_word"] = not side or intent == "cancel"
        if not side:
            return Filled("refuse")  # looking at it shows that it is over
        if not side.my_turn:
            return Filled("withdraw") if intent in NO | {"cancel"} else None
        named = _price_named(turn.heard, side.offer)
        if named or "quantity" in turn.heard.values or intent == "counter_offer":
            return self._another(side, frame, named)
        if intent in YES:
            frame.note["by_word"] |= not turn.heard.sure(CLEAR)  # only guessed at, it is read back
            return Filled("accept")
        return Filled("refuse") if intent in NO | {"cancel"} else None

    def _another(self, side: Side, frame: Frame, named: int | None) -> Taken:
        if named == side.offer.price_paise and side.offer.as_graded:  # "2300, all right"
            frame.note["by_word"] = True
            return Filled("accept")
        if not side.prices_left:
            return Unusable(msg("You have named your price five times. Please accept or refuse."))
        return Filled("counter")

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        """What was said before any offer was shown."""
        said = {"accept": "accept", "reject": "refuse", "counter_offer": "counter"}.get(heard.intent)
        return Filled(said) if said and "act" not in frame.slots else None
        yield

    def pick(self, turn: Turn, frame: Frame, choice: str) -> Steps[Taken]:
        frame.note["by_word"] = False
        return Filled(choice) if choice in WORDS else None
        yield

    def plausible(self, value: str) -> bool:
        return value in WORDS

    def show(self, value: Any) -> Say:
        return WORDS[value]


def _open_acts(side: Side) -> tuple[str, ...]:
    if not side.my_turn:
        return tuple(THEIR_TURN)
    shut = {
        "accept": not (side.offer.as_graded or side.prices_left),
        "counter": not side.prices_left,
    }
    return tuple(act for act in MY_TURN if not shut.get(act))


def _graded(side: Side) -> list[Say]:
    """A buyer sees what they buy; a farmer, when it is no longer what was offered for."""
    offer = side.offer
    changed = [] if offer.as_graded else [msg("Price or grade has changed. Please look again.")]
    show = offer.grade and (changed or not side.selling)
    return [*changed, *([msg("Grade: {grade}.", grade=offer.grade)] if show else [])]


def _price_named(heard: Heard, offer: Offer) -> int | None:
    """In paise for the offer's own measure."""
    said, number = heard.values.get("price"), heard.values.get("number")
    if said:
        return _in_measure(rate(said["rupees"], said["per"] or offer.per), offer)
    if number and heard.intent in HAGGLING:
        return _in_measure(rate(number, offer.per), offer)
    return None


def _in_measure(price: Mapping[str, Any], offer: Offer) -> int:
    """An offer keeps its measure: ₹26 a kilogram is ₹2,600 a quintal."""
    return round(Fraction(price["paise"] * KG_PER[offer.per], KG_PER[price["per"]]))


def _at_once(turn: Turn, frame: Frame) -> Steps[None]:
    """Yes and no to what was just shown need no second look; another price is read back.

    Yes where the lot was graded since is the same price named anew: whether it is good for this grade, the other says.
    """
    code = frame.slots.get("code")  # "I accept", before anybody knows which
    side = (yield from side_of(turn, code)) if code else None
    if side and frame.slots["act"] == "accept" and not side.offer.as_graded and side.prices_left:
        frame.slots |= {"act": "counter", "price": {"paise": side.offer.price_paise, "per": side.offer.per}}
    if frame.asking == "act" and frame.slots["act"] != "counter" and not frame.note.get("by_word"):
        frame.note["agreed"] = True


def _haggling(turn: Turn, frame: Frame) -> bool:
    return frame.slots.get("act") == "counter"


@dataclass(frozen=True)
class OtherPrice(Price):
    """In the offer's measure where none is said."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question]:
        side = yield from side_of(turn, frame.slots["code"])
        text = self.text if not side or side.selling else msg("What price do you offer?")
        ways = (write_to(side.offer.code),) if side else ()
        if turn.channel.terse:
            return Question((text,), ways)
        asked = yield from Price.question(replace(self, text=text), turn, frame)
        return replace(asked, options=(*asked.options, *ways))

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        if not _haggling(turn, frame):
            return None
        said, number = heard.values.get("price"), heard.values.get("number")
        if not said and number and heard.intent in HAGGLING:
            return (yield from self._read(frame, number, None))
        return (yield from super().hear(turn, frame, heard))

    def _read(self, frame: Frame, rupees: Any, per: str | None) -> Steps[Taken]:
        offer = yield from self._offer(frame)
        return (yield from super()._read(frame, rupees, per or offer.per)) if offer else None

    def quote(self, frame: Frame) -> Steps[Quote | None]:
        offer = yield from self._offer(frame)
        lot = (yield from market(shelf.by_code, offer.listing_code)) if offer else None
        if not lot:
            return None
        return (yield from market(pricing.quote, commodity=lot.commodity, place=lot.place))

    def _offer(self, frame: Frame) -> Steps[Offer | None]:
        code = frame.slots.get("code")
        return (yield from market(board.by_code, code)) if code else None


class OtherAmount(Quantity):
    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        return (yield from super().hear(turn, frame, heard)) if _haggling(turn, frame) else None


def _check(turn: Turn, frame: Frame) -> Steps[Question | None]:
    side = yield from side_of(turn, frame.slots["code"])
    act = frame.slots["act"]
    if not side or act not in _open_acts(side):
        del frame.slots["act"]  # the question says how it stands
        return None
    offer = side.offer
    frame.note["prices"] = offer.prices
    if act != "counter":
        meant = (meaning(side, offer.kg, offer.price_paise),) if act == "accept" else ()
        return Question((told(LOOK, offer, act=WORDS[act].to_json()), *meant))
    kg, paise = _named(frame, offer)
    mine = {
        "price": {"paise": paise, "per": offer.per},
        "amount": {"kg": kg, "unit": offer.unit},
        "code": offer.listing_code,
    }
    ask = (
        msg("You ask {price:rate} for {amount:mass} of {code}.", **mine)
        if side.selling
        else msg("You offer {price:rate} for {amount:mass} of {code}.", **mine)
    )
    changed = () if offer.as_graded else _graded(side)
    return Question((*changed, ask, meaning(side, kg, paise), msg("Shall I send it?")))


def _named(frame: Frame, offer: Offer) -> tuple[int, int]:
    amount = frame.slots.get("quantity")
    return (amount["kg"] if amount else offer.kg, _in_measure(frame.slots["price"], offer))


def _act(turn: Turn, frame: Frame) -> Steps[bool]:
    side = yield from side_of(turn, frame.slots["code"])
    act = frame.slots["act"]
    if not side or side.offer.prices != frame.note.get("prices") or act not in _open_acts(side):
        del frame.slots["act"]  # another price or grade came in between: what was agreed to is no more
        return False
    offer = side.offer
    kg, paise = _named(frame, offer) if act == "counter" else (offer.kg, offer.price_paise)
    yield from do(turn, side, act, kg, paise)
    yield from _clear_away(turn, frame)
    return True


def _at_stake(turn: Turn, frame: Frame) -> Steps[Say]:
    offer = yield from market(board.by_code, frame.slots["code"])
    assert offer  # it was looked at a moment ago
    act = frame.slots["act"]
    kg, paise = _named(frame, offer) if act == "counter" else (offer.kg, offer.price_paise)
    return told(LOOK, replace(offer, kg=kg, price_paise=paise), act=WORDS[act].to_json())


def _clear_away(turn: Turn, frame: Frame) -> Steps[None]:
    """What waits below about this offer, or about one that this answer has ended, is no question any more."""
    for other in [one for one in turn.state.frames if one.flow == frame.flow and one is not frame]:
        code = other.slots.get("code")
        if code == frame.slots["code"] or (code and not (yield from side_of(turn, code))):
            turn.state.frames.remove(other)


def forget_what_is_over(turn: Turn) -> Steps[None]:
    """Whoever has just heard how an offer ended needs no question about it any more."""
    for frame in [one for one in turn.state.frames if one.flow == MY_OFFERS.name]:
        code = frame.slots.get("code")
        if code and not (yield from side_of(turn, code)):
            turn.state.frames.remove(frame)


#: Where it was not the question's own button: what is about to be done.
LOOK = msg("{act:say}: {price:rate}, {amount:mass}, {code}?")

WHICH = Which(
    "code",
    text=msg("Your offers. Choose one to see or answer it."),
    name=msg("Offer"),
    example=msg("Choose one of the list."),
    why=msg("I show how it stands."),
    rows=_rows,
)

MY_OFFERS = Flow(
    "my_offers",
    title=msg("the offer"),
    asks=(
        WHICH,
        Answer(
            "act",
            text=msg("What shall I do?"),
            name=msg("What to do"),
            example=msg("Answer Yes or No, or write your price: 210 a quintal"),
            why=msg("Accepting binds you. Another price goes to the other side."),
            then=_at_once,
        ),
        OtherPrice(
            "price",
            text=msg("What price do you ask?"),
            name=msg("Price"),
            example=msg("Write it like this: 250 a quintal"),
            why=msg("The other side can then accept it, refuse it or name another."),
            when=_haggling,
        ),
        OtherAmount(
            "quantity",
            text=msg("How much is it? In tonnes, quintals or kilograms."),
            name=msg("Quantity"),
            example=msg("Write it like this: 12 tonnes, or 40 quintal"),
            why=msg("The other side can then accept it, refuse it or name another."),
            # asked for only where somebody has begun to speak of it
            when=lambda turn, frame: _haggling(turn, frame) and "quantity" in frame.slots,
        ),
    ),
    review=_check,
    commit=_act,
    intents=("my_offers", "accept", "reject", "counter_offer"),
    deed=("act", "code"),
    guarded=lambda turn, frame: True,
    at_stake=_at_stake,
    keyed="code",
    binds=True,
)
