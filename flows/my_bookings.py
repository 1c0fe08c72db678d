"""My bookings, as seller or buyer: how they stand, confirm, cancel."""

from collections.abc import Sequence

from flows.agenda import MENU
from flows.asks import Pick, Row, YesNo
from flows.booking_acts import call_off, confirm, in_words
from flows.flow import Flow, Over
from flows.say import label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.bookings import queries as ledger
from marketplace_core.bookings.transitions import BOOKING_LIFE


def _rows(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    mine = yield from market(ledger.mine, turn.person.id)
    if not mine:
        return Over((msg("You have no bookings now."),), (MENU,))
    return [Row(booking.code, msg("{code}", code=booking.code), in_words(booking)) for booking in mine]


def _acts(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    booking = yield from market(ledger.by_code, frame.slots["code"])
    if not booking or turn.person.id not in (booking.seller_id, booking.buyer_id):
        return Over((msg("I do not know this booking."),), (MENU,))
    role = "seller" if booking.seller_id == turn.person.id else "buyer"
    may = {move.name for move in BOOKING_LIFE.open_to(role, booking.state)}
    open_acts = [row for act, row in ACTS.items() if act in may]
    other = booking.buyer_name if role == "seller" else booking.seller_name
    told = (
        in_words(booking),
        msg("With {name}, {place:place}.", name=other, place=booking.place.to_json()),
    )
    if not open_acts:
        return Over(told, (MENU,))
    turn.say(*told)
    return open_acts


def _act(turn: Turn, frame: Frame) -> Steps[None]:
    code, act = frame.slots["code"], frame.slots["act"]
    if act == "cancel" and not frame.slots["sure"]:
        turn.say(msg("{code} stays as it is.", code=code))
        return
    yield from (confirm if act == "confirm" else call_off)(turn, code)


#: By the name of the move.
ACTS = {"confirm": Row("confirm", label("Confirm")), "cancel": Row("cancel", label("Cancel booking"))}

MY_BOOKINGS = Flow(
    "my_bookings",
    title=msg("your bookings"),
    asks=(
        Pick(
            "code",
            text=msg("Your bookings. Choose one to see or change it."),
            name=msg("Booking"),
            example=msg("Choose one of the list."),
            why=msg("I show what is agreed."),
            rows=_rows,
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
        YesNo(
            "sure",
            text=msg("Cancel this booking? The goods are for sale again."),
            name=msg("Sure"),
            example=msg("Answer Yes or No."),
            why=msg("I ask so that nothing is lost by a slip."),
            when=lambda turn, frame: frame.slots.get("act") == "cancel",
        ),
    ),
    commit=_act,
    intents=("booking_status", "cancel_booking", "accept", "reject", "my_offers"),
    deed=("act", "code"),
    guarded=lambda turn, frame: frame.slots["act"] != "cancel" or frame.slots["sure"],
    binds=True,
)
