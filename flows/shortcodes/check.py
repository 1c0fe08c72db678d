"""A line that waits: one with a slip of the hand or an unlikely weight, to agree to with 1; one that binds its
sender, for our code. What came behind it waits with it."""

from collections.abc import Sequence
from dataclasses import replace

from flows import proof
from flows.asks import YesNo
from flows.flow import Ask, Flow, Over, Question, Taken
from flows.handover import booked
from flows.say import Say, msg, verbatim
from flows.shortcodes.answer import cut, echoed, how_many, listed
from flows.shortcodes.answering import CHECK, by_name, in_cheap_letters, one_by_one
from flows.shortcodes.parse import Order, parse
from flows.state import Frame
from flows.turn import Steps, Turn

YOURS = msg("your command")
NOTHING_DONE = msg("Nothing was done. Please send the line again.")
WHY = msg("I ask so that nothing is lost by a slip.")


class Sent(Ask):
    """What came with the line is read wherever it is looked at once more; another is sent, not entered."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        return Over((NOTHING_DONE,))
        yield

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        return None
        yield

    def show(self, value: str | Sequence[str]) -> Say:
        return verbatim(value if isinstance(value, str) else "\n".join(value))


class Meant(YesNo):
    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        slots = frame.slots
        parts = [msg("Did you mean this? {line}", line=echoed(turn, slots["line"]))]
        order = parse(slots["line"], turn.today)
        if "booked" in slots and isinstance(order, Order):
            parts.append(booked(slots["booked"], order.values["qty"]))
        if rest := slots.get("rest"):
            parts.append(msg("Then I do the rest:"))
            named, beside = by_name(rest), (*turn.parts, *parts, self.yes.label, self.no.label)
            parts += cut(named, how_many(turn, named, beside, least=0))
        return Question(tuple(parts), (self.yes, self.no))
        yield


def _do(turn: Turn, frame: Frame) -> Steps[None]:
    in_cheap_letters(turn)
    slots = frame.slots
    too, rest = slots.get("too", []), slots.get("rest", [])
    if not slots["right"]:
        turn.say(NOTHING_DONE)
        if rest:
            turn.say(msg("Then send the rest again."))
            turn.say(*listed(turn, by_name(rest), turn.parts))
        return
    if photos := slots.get("photos"):  # they came with the line
        turn.heard = replace(turn.heard, photos=tuple(photos))
    proven = 1 + len(too) if proof.proven(turn, frame) else 0
    said = [slots["line"], *too, *rest]
    yield from one_by_one(turn, said, sure=slots.get("sure", False), proven=proven)


def _at_stake(turn: Turn, frame: Frame) -> Steps[Say]:
    return verbatim(", ".join([frame.slots["line"], *frame.slots.get("too", [])]))
    yield


SHORTCODE_CHECK = Flow(
    CHECK,
    title=YOURS,
    asks=(
        Sent("line", text=YOURS, name=YOURS, example=NOTHING_DONE, why=WHY),
        Sent(
            "too",
            text=YOURS,
            name=YOURS,
            example=NOTHING_DONE,
            why=WHY,
            when=lambda turn, frame: bool(frame.slots.get("too")),
        ),
        Meant(
            "right",
            text=msg("Did you mean this? {line}"),
            name=msg("Right"),
            example=msg("Answer Yes or No."),
            why=WHY,
        ),
    ),
    commit=_do,
    guarded=lambda turn, frame: frame.slots.get("own", False),
    at_stake=_at_stake,
    members=False,
    keyed="line",
)
