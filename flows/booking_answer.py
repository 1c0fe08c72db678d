"""A buyer has booked: the farmer agrees or refuses, by button, number or word."""

from dataclasses import dataclass

from flows.agenda import MENU
from flows.asks import YesNo
from flows.booking_acts import (
    ANSWERING,
    CALLS_OFF,
    CONFIRMS,
    MY_BOOKINGS,
    Sure,
    call_off,
    confirm,
    in_words,
    with_the_goods,
)
from flows.flow import Filled, Flow, Over, Question, Taken
from flows.offer_acts import PAID_BY
from flows.say import Option, Say, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.bookings import queries


@dataclass(frozen=True)
class Agree(YesNo):
    """The buttons stay good after the question has passed: they then open the booking itself.

    "Cancel" here refuses the booking; it must not pass for leaving the question.
    """

    answers = frozenset({"cancel", "cancel_booking"})

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        return Filled(False) if turn.heard.intent in self.answers else (yield from super().take(turn, frame))

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        booking = yield from market(queries.by_code, frame.slots["code"])
        if not booking or booking.state != "pending":
            return Over((msg("Booking {code} needs no answer any more.", code=frame.slots["code"]),))
        code = booking.code
        return Question(
            (
                msg("{name} wants to book your {code}.", name=booking.buyer_name, code=booking.listing_code),
                in_words(booking),
                *(() if turn.channel.terse else (PAID_BY[booking.pay_by],)),
                msg("Please answer within 24 hours."),
            ),
            (
                Option("yes", label("Confirm"), deed=f"go:my_bookings:confirm:{code}"),
                Option("no", label("Refuse"), deed=f"go:my_bookings:cancel:{code}"),
            ),
        )


def _answer(turn: Turn, frame: Frame) -> Steps[None]:
    code, agreed = frame.slots["code"], frame.slots["agreed"]
    if not agreed and not frame.slots["sure"]:
        turn.say(msg("{code} still waits for your answer.", code=code))
        turn.offer(MY_BOOKINGS, MENU)
        return
    yield from (confirm if agreed else call_off)(turn, code)


def _at_stake(turn: Turn, frame: Frame) -> Steps[Say]:
    return (yield from with_the_goods(CONFIRMS if frame.slots["agreed"] else CALLS_OFF)(turn, frame))


BOOKING_ANSWER = Flow(
    ANSWERING,
    title=msg("the booking"),
    asks=(
        Agree(
            "agreed",
            text=msg("Do you agree to the booking?"),
            name=msg("Right"),
            example=msg("Answer Yes or No."),
            why=msg("Confirming binds you. Cancelling frees the goods again."),
        ),
        Sure(
            "sure",
            text=msg("Cancel this booking? The goods are for sale again."),
            name=msg("Sure"),
            example=msg("Answer Yes or No."),
            why=msg("I ask so that nothing is lost by a slip."),
            when=lambda turn, frame: frame.slots.get("agreed") is False,
        ),
    ),
    commit=_answer,
    guarded=lambda turn, frame: frame.slots["agreed"] or frame.slots["sure"],
    at_stake=_at_stake,
    keyed="code",
    binds=True,
)
