"""Small matters for which there is no intent: the flow of each knows its words."""

from flows.dispute import corrects_a_weight
from flows.dispute_back import takes_complaint_back
from flows.handover import speaks_of_the_code
from flows.pay import says_it_is_paid
from flows.price import speaks_of_mandis
from flows.registry import asked
from flows.turn import Steps, Turn
from flows.wishes import speaks_of_wishes

STEPS = (
    speaks_of_wishes,
    corrects_a_weight,
    takes_complaint_back,
    says_it_is_paid,
    speaks_of_the_code,
    speaks_of_mandis,
)


def speaks_of_small_matters(turn: Turn) -> Steps[bool]:
    ask = asked(turn.state.top)
    if not turn.heard.text or (ask and ask.expecting in ("name", "text")):
        return False
    for step in STEPS:
        if (yield from step(turn)):
            return True
    return False
