"""My bookings, as seller or buyer: how they stand, and what I can do with them now."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flows.agenda import MENU, open_flow
from flows.asks import Pick, Row
from flows.booking_acts import in_words, known, to_ring, which
from flows.dispute import TAKE_BACK
from flows.flow import Flow, Over
from flows.offer_acts import door_to_offers
from flows.pay import PAID_FOR, PAY, claimed
from flows.pickup import window
from flows.registry import flow_named
from flows.say import Say, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.bookings import queries as ledger
from marketplace_core.bookings.queries import Booking
from marketplace_core.bookings.standing import stands
from marketplace_core.disputes import queries as disputes
from marketplace_core.disputes.transitions import UNDER_WAY
from marketplace_core.errors import NotYours
from marketplace_core.parties import DRIVER
from marketplace_core.payments import showing
from marketplace_core.ratings.commands import is_over

#: By the name of the move, as offered; then the flow that makes it. What is no move is only a look.
ACTS: Mapping[str, tuple[Say, str]] = {
    "pay": (PAY.label, "pay"),
    "confirm": (label("Confirm"), "confirm"),
    "agree_pickup": (label("Pickup day"), "pickup"),
    "assign_driver": (label("Driver"), "driver"),
    "code": (label("Pickup code"), "pickup_code"),
    "pick_up": (label("Loaded"), "loading"),
    "weigh": (label("Weighed"), "weighing"),
    "deliver": (label("Arrived"), "arrival"),
    "bill": (label("Bill"), "bill"),
    "answer": (label("Answer"), "dispute_answer"),
    "withdraw": (TAKE_BACK, "dispute_back"),
    "rate": (label("Rate the deal"), "rate"),
    "dispute": (label("Complain"), "dispute"),
    "write": (label("Write to them"), "write_to"),
    "cancel": (label("Cancel booking"), "call_off"),
}


def _acts(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    booking = yield from known(turn, frame.slots["code"])
    if isinstance(booking, Over):
        return booking
    told = yield from _stands(turn, booking)
    may = yield from _may(turn, booking)
    if not may:
        return Over(told, (MENU,))
    turn.say(*told)
    return [Row(act, text) for act, (text, _) in ACTS.items() if act in may]


def _stands(turn: Turn, booking: Booking) -> Steps[tuple[Say, ...]]:
    other = booking.buyer_name if turn.person.id == booking.seller_id else booking.seller_name
    told = [in_words(booking)]
    if not turn.channel.terse:
        told.append(msg("With {name}, {place:place}.", name=other, place=booking.place.to_json()))
    told += yield from to_ring(turn, booking)
    if booking.state == "confirmed":
        told += yield from window(booking)
    return tuple(told)


def _may(turn: Turn, booking: Booking) -> Steps[set[str]]:
    """What is open to this person, less what is done already."""
    moves = yield from market(ledger.what_next, booking.code, turn.person.id)
    roles = yield from market(ledger.roles, booking, turn.person.id)
    may = {move.name for move in moves if move.name in ACTS}
    weighed = (yield from market(ledger.weighed, booking.id)) is not None
    may -= {"weigh"} if weighed else {"deliver"}
    if roles == (DRIVER,):
        return may
    if weighed and booking.state != "cancelled":
        may.add("bill")
    if is_over(booking):
        may.add("rate")
    if turn.person.id in (booking.seller_id, booking.buyer_id) and stands(booking, turn.now):
        may.add("write")
    if (yield from _owes(turn, booking)):
        may.add("pay")
    if booking.state == "confirmed" and (yield from _holds_the_code(turn, booking)):
        may.add("code")
    if booking.state == "disputed":
        quarrel = yield from market(disputes.of_booking, booking.code)
        if quarrel and quarrel.state in UNDER_WAY:
            if quarrel.opened_by in roles:
                may.add("withdraw")
            elif not quarrel.answer:
                may.add("answer")
    return may


def _owes(turn: Turn, booking: Booking) -> Steps[bool]:
    """Cash is paid at the cart; what the buyer says they have paid is looked for."""
    if booking.buyer_id != turn.person.id or booking.pay_by == "cash" or booking.state not in PAID_FOR:
        return False
    secured = (yield from market(showing.due, booking)).secured
    return not secured and not (yield from claimed(booking))


def _holds_the_code(turn: Turn, booking: Booking) -> Steps[bool]:
    try:
        return bool((yield from market(ledger.pickup_code, booking.code, turn.person.id)))
    except NotYours:
        return False


def _act(turn: Turn, frame: Frame) -> Steps[None]:
    _, flow = ACTS[frame.slots["act"]]
    open_flow(turn, flow_named(flow), {"code": frame.slots["code"]})
    return
    yield


MY_BOOKINGS = Flow(
    "my_bookings",
    title=msg("your bookings"),
    asks=(
        replace(
            which(),
            text=msg("Your bookings. Choose one to see or change it."),
            ways=door_to_offers,
        ),
        Pick(
            "act",
            text=msg("What shall I do?"),
            name=msg("What to do"),
            example=msg("Choose one of these."),
            why=msg("Confirming binds you. Cancelling frees the goods again."),
            rows=_acts,
            known=tuple(ACTS),
        ),
    ),
    commit=_act,
    intents=("booking_status",),
    deed=("act", "code"),
)
