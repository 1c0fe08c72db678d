"""OFFER, ACC, REJ, BOOK, CONF, CANC and DISP."""

import re
from uuid import UUID

from flows.shortcodes.answer import Answer, done, known, missing, with_their_yes, write
from flows.shortcodes.parse import Order
from flows.turn import Steps, Turn, market
from marketplace_core.accounts.queries import may_act_for
from marketplace_core.bookings import queries as bookings
from marketplace_core.commodities import KG_PER
from marketplace_core.disputes import commands as disputes
from marketplace_core.errors import BadTerms, NotFound, NotYours
from marketplace_core.listings import queries as listings
from marketplace_core.offers import commands as offers
from marketplace_core.offers import queries as standing

#: Words that say what a dispute is about; all else is "other", and the words themselves say it.
REASONS = {
    "weight": {"weight", "weighed", "short", "wazan", "vajan", "tol", "kam", "kg"},
    "quality": {"quality", "grade", "wet", "moist", "moisture", "rotten", "kharab", "gila", "geela"},
    "payment": {"pay", "paid", "payment", "money", "paisa", "paise", "cash", "rupee", "rupees"},
    "not_delivered": {"deliver", "delivered", "delivery", "come", "came", "missing", "nahi", "not"},
}
LETTERS = re.compile(r"[^\W\d_]+")


def offer(turn: Turn, order: Order) -> Steps[Answer]:
    buyer, price = (yield from known(turn, order)), order.values["price"]
    yield from _speaks_for(turn, buyer)
    code, qty = order.values["listing"], order.values["qty"]
    if (yield from market(listings.by_code, code)) is None:
        raise NotFound("listing")
    terms = {"kg": qty["kg"], "unit": qty["unit"], "paise": price["paise"], "per": price["per"]}
    phone = order.values.get("phone", "")
    return (yield from with_their_yes(turn, order, "offer", buyer, subject=code, terms=terms, phone=phone))


def acc(turn: Turn, order: Order) -> Steps[Answer]:
    there = yield from market(standing.by_code, order.values["offer"])
    if there is None or there.turn is None:
        raise NotFound("offer")
    side = there.seller_id if there.turn == "seller" else there.buyer_id
    yield from _speaks_for(turn, side)
    terms = {"kg": there.kg, "unit": there.unit, "paise": there.price_paise, "per": there.per}
    return (yield from with_their_yes(turn, order, "acc", side, subject=there.code, terms=terms))


def rej(turn: Turn, order: Order) -> Steps[Answer]:
    """A no moves nothing; another price may be accepted at once, so whose turn it is says yes to it first."""
    code, price = order.values["offer"], order.values.get("price")
    there = yield from market(standing.by_code, code)
    if there is None or there.turn is None:
        raise NotFound("offer")
    side = there.seller_id if there.turn == "seller" else there.buyer_id
    if price is None:
        yield from market(offers.refuse, actor_id=turn.person.id, code=code)
        yield from write(turn, order, code, side)
        return done(order)
    paise, left = divmod(price["paise"] * KG_PER[there.per], KG_PER[price["per"]])
    if left:
        raise BadTerms("price_paise")
    yield from _speaks_for(turn, side)
    terms = {
        "kg": there.kg,
        "unit": there.unit,
        "paise": paise,
        "per": there.per,
        "was": there.price_paise,
    }
    return (yield from with_their_yes(turn, order, "counter", side, subject=there.code, terms=terms))


def book(turn: Turn, order: Order) -> Steps[Answer]:
    buyer, code, qty = (yield from known(turn, order)), order.values["listing"], order.values["qty"]
    yield from _speaks_for(turn, buyer)
    lot = yield from market(listings.by_code, code)
    if lot is None:
        raise NotFound("listing")
    phone = order.values.get("phone", "")
    seen = {"paise": lot.price_paise, "per": lot.per, "grade": lot.grade}
    terms = {"kg": qty["kg"], "unit": qty["unit"], **seen}
    return (yield from with_their_yes(turn, order, "book", buyer, subject=code, terms=terms, phone=phone))


def conf(turn: Turn, order: Order) -> Steps[Answer]:
    booking = yield from market(bookings.known, order.values["booking"])
    yield from _speaks_for(turn, booking.seller_id)
    return (yield from with_their_yes(turn, order, "conf", booking.seller_id, subject=booking.code, terms={}))


def canc(turn: Turn, order: Order) -> Steps[Answer]:
    booking = yield from market(bookings.known, order.values["booking"])
    side = booking.seller_id
    if not (yield from market(may_act_for, turn.person.id, side)):
        side = booking.buyer_id
    yield from _speaks_for(turn, side)
    if not order.values.keys() & {"code", "words"}:  # whoever sends the code has said why before
        return missing(order, "why")
    terms = {} if "code" in order.values else {"why": order.values["words"]}
    return (yield from with_their_yes(turn, order, "canc", side, subject=booking.code, terms=terms))


def disp(turn: Turn, order: Order) -> Steps[Answer]:
    code, said = order.values["booking"], order.values["words"]
    booking = yield from market(bookings.known, code)
    yield from market(
        disputes.open_dispute, actor_id=turn.person.id, code=code, reason=reason_of(said), said=said
    )
    yield from write(turn, order, code, booking.seller_id)
    return done(order)


def reason_of(said: str) -> str:
    """By whole words: "nothing" is no "not", "kaam" no "kam"."""
    spoken = set(LETTERS.findall(said.casefold()))
    return next((name for name, words in REASONS.items() if words & spoken), "other")


def _speaks_for(turn: Turn, person_id: UUID) -> Steps[None]:
    if not (yield from market(may_act_for, turn.person.id, person_id)):
        raise NotYours
