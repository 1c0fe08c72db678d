"""A line that waits: one with a slip of the hand or an unlikely weight, to agree to with 1; one that binds its
sender, for our code."""

from dataclasses import replace

from flows.asks import YesNo
from flows.flow import Flow, Over, Question
from flows.handover import booked
from flows.say import msg
from flows.shortcodes.answering import CHECK, carried_out, in_cheap_letters
from flows.shortcodes.parse import Order, parse
from flows.state import Frame
from flows.turn import Steps, Turn


class Meant(YesNo):
    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        slots = frame.slots
        parts = [msg("Did you mean this? {line}", line=slots["line"])]
        order = parse(slots["line"], turn.today)
        if "booked" in slots and isinstance(order, Order):
            parts.append(booked(slots["booked"], order.values["qty"]))
        return Question(tuple(parts), (self.yes, self.no))
        yield


def _do(turn: Turn, frame: Frame) -> Steps[None]:
    in_cheap_letters(turn)
    order = parse(frame.slots["line"], turn.today) if frame.slots["right"] else None
    if isinstance(order, Order):
        if photos := frame.slots.get("photos"):  # they came with the line
            turn.heard = replace(turn.heard, photos=tuple(photos))
        order = replace(order, sure=frame.slots.get("sure", False))
        turn.say(*(yield from carried_out(turn, order)))
    else:
        turn.say(msg("Nothing was done. Please send the line again."))


SHORTCODE_CHECK = Flow(
    CHECK,
    title=msg("your command"),
    asks=(
        Meant(
            "right",
            text=msg("Did you mean this? {line}"),
            name=msg("Right"),
            example=msg("Answer Yes or No."),
            why=msg("I ask so that nothing is lost by a slip."),
        ),
    ),
    commit=_do,
    guarded=lambda turn, frame: frame.slots.get("own", False),
    members=False,
    keyed="line",
)
