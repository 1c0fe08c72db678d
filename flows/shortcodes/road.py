"""ROUTE, PICK, DLV, QC and FAIL, and the cash on the way: COD, BAL and DEP."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from flows.say import Say, msg
from flows.shortcodes.answer import Answer, done, listed, with_their_yes, write, wrong_code
from flows.shortcodes.parse import Order
from flows.turn import KOLKATA, Steps, Turn, market
from marketplace_core.agents import field
from marketplace_core.bookings import queries as bookings
from marketplace_core.bookings.fetching import WrongCode
from marketplace_core.bookings.queries import Booking
from marketplace_core.escrow import queries as escrow
from marketplace_core.payments import commands as payments

STOP, AND_PHONE = "{when} {code} {place} {amount:mass}", " {phone}"
#: In percent of what was booked. A weight further off is asked back: nobody but the office corrects one that stands.
MOST_OFF = 20


def route(turn: Turn, order: Order) -> Steps[Answer]:
    day = date.fromisoformat(order.values.get("day", turn.today.isoformat()))
    begin = datetime.combine(day, time(), KOLKATA)
    stops = yield from market(field.round_of, turn.person.id, begin=begin, end=begin + timedelta(days=1))
    return listed(
        turn,
        [
            Say(
                STOP + AND_PHONE * bool(stop.phone),
                {
                    "phone": stop.phone,
                    "when": f"{stop.window_from.astimezone(KOLKATA):%H:%M}" if stop.window_from else "-",
                    "code": stop.code,
                    "place": stop.pincode,
                    "amount": {"kg": stop.kg, "unit": "quintal"},
                },
            )
            for stop in stops
        ],
    )


def booked_otherwise(turn: Turn, order: Order) -> Steps[int | None]:
    """How much was booked, where the weight is far from it and nobody has said yet that it is meant."""
    if order.sure or "qty" not in order.values:
        return None
    booking = yield from _mine(turn, order)
    off = 100 * abs(order.values["qty"]["kg"] - booking.kg) > MOST_OFF * booking.kg
    if not off:
        return None
    weighed = yield from market(bookings.weighed, booking.id)
    return booking.kg if weighed is None or order.command.code == "PICK" else None


def pick(turn: Turn, order: Order) -> Steps[Answer]:
    """The farmer's code is their word that the goods are on the cart."""
    code, kg = order.values["booking"], order.values["qty"]["kg"]
    picked = yield from market(
        field.load, actor_id=turn.person.id, code=code, pickup_code=order.values["pickup"], kg=kg
    )
    if isinstance(picked, WrongCode):
        return (wrong_code(code, picked.tries_left),)
    undo = {"how": "scales", "code": code, "report": "weight"}
    yield from write(turn, order, code, picked.seller_id, undo)
    return done(turn, order)


def buyer(turn: Turn, order: Order) -> Steps[UUID]:
    return (yield from market(bookings.known, order.values["booking"])).buyer_id


def dlv(turn: Turn, order: Order) -> Steps[Answer]:
    booking = yield from _mine(turn, order)
    return (yield from with_their_yes(turn, order, "dlv", booking.buyer_id, subject=booking.code, terms={}))


def qc(turn: Turn, order: Order) -> Steps[Answer]:
    """A weight that stands already is not written again; where it is another, the answer says which stands."""
    code, said = order.values["booking"], order.values
    kg = said["qty"]["kg"] if "qty" in said else None
    found = yield from market(
        field.assay,
        actor_id=turn.person.id,
        code=code,
        grade=said["grade"],
        moisture=said["moisture"],
        kg=kg,
    )
    undo = {"how": "scales", "code": code, "report": "grade"}
    yield from write(turn, order, code, found.seller_id, undo)
    if kg in (None, found.weighed_kg):
        return done(turn, order)
    stands = {"kg": found.weighed_kg, "unit": "quintal"}
    line = order.line.rpartition(" ")[0]  # the weight is its last word
    return (msg("Done: {line}. The weight stays {amount:mass}.", line=line, amount=stands),)


def fail(turn: Turn, order: Order) -> Steps[Answer]:
    code = order.values["booking"]
    seller = yield from market(field.failed, actor_id=turn.person.id, code=code, why=order.values["words"])
    yield from write(turn, order, code, seller)
    return (msg("I tell both sides. The booking {code} stands.", code=code),)


def cod(turn: Turn, order: Order) -> Steps[Answer]:
    booking = yield from _mine(turn, order)
    terms = {"paise": order.values["amount"]} if "amount" in order.values else {}
    if terms:
        yield from market(payments.may_collect, agent_id=turn.person.id, booking_code=booking.code, **terms)
    return (
        yield from with_their_yes(turn, order, "cod", booking.buyer_id, subject=booking.code, terms=terms)
    )


def bal(turn: Turn, order: Order) -> Steps[Answer]:
    cash = yield from market(escrow.cash, turn.person.id)
    return (
        msg(
            "In hand: {sum:money}. Limit: {limit:money}.",
            sum=cash.in_hand_paise,
            limit=cash.limit_paise,
        ),
    )


def dep(turn: Turn, order: Order) -> Steps[Answer]:
    paise, ref = order.values["amount"], order.values["ref"]
    yield from market(field.said_paid_in, actor_id=turn.person.id, paise=paise, ref=ref)
    yield from write(turn, order, ref, None)
    said = msg("Noted: {sum:money}, {ref}. It counts once the office has counted it.", sum=paise, ref=ref)
    return (said, *(yield from bal(turn, order)))


def _mine(turn: Turn, order: Order) -> Steps[Booking]:
    """Only who has a part in it, as its driver or for one of its sides."""
    booking = yield from market(bookings.known, order.values["booking"])
    yield from market(bookings.roles, booking, turn.person.id)
    return booking
