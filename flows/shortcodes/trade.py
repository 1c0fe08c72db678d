"""OFFER, ACC, REJ, BOOK, CONF, CANC and DISP."""

from uuid import UUID

from flows.shortcodes.answer import Answer, done, known, missing, with_their_yes, write
from flows.shortcodes.parse import Order
from flows.turn import Steps, Turn, market
from flows.wrong import reason_of
from marketplace_core.accounts.queries import may_act_for
from marketplace_core.bookings import queries as bookings
from marketplace_core.commodities import KG_PER
from marketplace_core.disputes import commands as disputes
from marketplace_core.errors import BadTerms, NotFound, NotYours
from marketplace_core.listings import queries as listings
from marketplace_core.offers import allowed
from marketplace_core.offers import commands as offers
from marketplace_core.offers import queries as standing
from marketplace_core.offers.queries import Offer


def offer(turn: Turn, order: Order) -> Steps[Answer]:
    buyer, code, qty = (yield from known(turn, order)), order.values["listing"], order.values["qty"]
    yield from _speaks_for(turn, buyer)
    if (yield from market(listings.by_code, code)) is None:
        raise NotFound("listing")
    terms = {"kg": qty["kg"], "unit": qty["unit"]}
    if price := order.values.get("price"):
        terms |= {"paise": price["paise"], "per": price["per"]}
    if price and "code" not in order.values:
        named = {"price_paise": price["paise"], "per": price["per"]}
        yield from market(allowed.may_offer, buyer_id=buyer, code=code, kg=qty["kg"], **named)
    phone = order.values.get("phone", "")
    return (yield from with_their_yes(turn, order, "offer", buyer, subject=code, terms=terms, phone=phone))


def acc(turn: Turn, order: Order) -> Steps[Answer]:
    there, side = yield from _open_offer(order)
    yield from _speaks_for(turn, side)
    terms = {"kg": there.kg, "unit": there.unit, "paise": there.price_paise, "per": there.per}
    return (yield from with_their_yes(turn, order, "acc", side, subject=there.code, terms=terms))


def rej(turn: Turn, order: Order) -> Steps[Answer]:
    """A no moves nothing; another price may be accepted at once, so whose turn it is says yes to it first."""
    there, side = yield from _open_offer(order)
    code, price = there.code, order.values.get("price")
    if _says_no(order):
        yield from market(offers.refuse, actor_id=turn.person.id, code=code)
        yield from write(turn, order, code, side)
        return done(turn, order)
    yield from _speaks_for(turn, side)
    terms = {"kg": there.kg, "unit": there.unit, "per": there.per, "was": there.price_paise}
    if price:
        paise, left = divmod(price["paise"] * KG_PER[there.per], KG_PER[price["per"]])
        if left:
            raise BadTerms("price_paise")
        if "code" not in order.values:
            yield from market(allowed.may_counter, actor_id=side, code=code, price_paise=paise)
        terms["paise"] = paise
    return (yield from with_their_yes(turn, order, "counter", side, subject=code, terms=terms))


def whose_turn(turn: Turn, order: Order) -> Steps[UUID]:
    """A no is the sender's own."""
    _, side = yield from _open_offer(order)
    return turn.person.id if order.command.code == "REJ" and _says_no(order) else side


def _says_no(order: Order) -> bool:
    return not order.values.keys() & {"price", "code"}


def _open_offer(order: Order) -> Steps[tuple[Offer, UUID]]:
    """With the side whose turn it is."""
    there = yield from market(standing.by_code, order.values["offer"])
    if there is None or there.turn is None:
        raise NotFound("offer")
    return there, there.seller_id if there.turn == "seller" else there.buyer_id


def book(turn: Turn, order: Order) -> Steps[Answer]:
    buyer, code, qty = (yield from known(turn, order)), order.values["listing"], order.values["qty"]
    yield from _speaks_for(turn, buyer)
    lot = yield from market(listings.by_code, code)
    if lot is None:
        raise NotFound("listing")
    if "code" not in order.values:
        yield from market(allowed.may_book, buyer_id=buyer, code=code, kg=qty["kg"])
    phone = order.values.get("phone", "")
    seen = {"paise": lot.price_paise, "per": lot.per, "grade": lot.grade}
    terms = {"kg": qty["kg"], "unit": qty["unit"], **seen}
    return (yield from with_their_yes(turn, order, "book", buyer, subject=code, terms=terms, phone=phone))


def conf(turn: Turn, order: Order) -> Steps[Answer]:
    booking = yield from market(bookings.known, order.values["booking"])
    yield from _speaks_for(turn, booking.seller_id)
    return (yield from with_their_yes(turn, order, "conf", booking.seller_id, subject=booking.code, terms={}))


def seller(turn: Turn, order: Order) -> Steps[UUID]:
    return (yield from market(bookings.known, order.values["booking"])).seller_id


def canc(turn: Turn, order: Order) -> Steps[Answer]:
    whose = yield from side(turn, order)
    yield from _speaks_for(turn, whose)
    if not order.values.keys() & {"code", "words"}:  # whoever sends the code has said why before
        return missing(order, "why")
    terms = {} if "code" in order.values else {"why": order.values["words"]}
    code = order.values["booking"]
    return (yield from with_their_yes(turn, order, "canc", whose, subject=code, terms=terms))


def side(turn: Turn, order: Order) -> Steps[UUID]:
    """The seller's, where the agent may speak for them."""
    booking = yield from market(bookings.known, order.values["booking"])
    sells = yield from market(may_act_for, turn.person.id, booking.seller_id)
    return booking.seller_id if sells else booking.buyer_id


def disp(turn: Turn, order: Order) -> Steps[Answer]:
    code, said = order.values["booking"], order.values["words"]
    booking = yield from market(bookings.known, code)
    yield from market(
        disputes.open_dispute,
        actor_id=turn.person.id,
        code=code,
        reason=reason_of(said),
        said=said,
        photos=[UUID(photo) for photo in turn.heard.photos],
        language=turn.person.language,
    )
    yield from write(turn, order, code, booking.seller_id)
    return done(turn, order)


def _speaks_for(turn: Turn, person_id: UUID) -> Steps[None]:
    if not (yield from market(may_act_for, turn.person.id, person_id)):
        raise NotYours
