"""How a quarrel over a booking is heard and ended."""

from datetime import timedelta

from marketplace_core.parties import BUYER, OPERATOR, SELLER
from marketplace_core.transitions import TIME, Condition, Life, Move

STATES = ("open", "answered", "unanswered", "decided", "withdrawn")
UNDER_WAY = ("open", "answered", "unanswered")
#: The office's queue.
FOR_THE_OFFICE = ("answered", "unanswered")
ANSWER_WITHIN = timedelta(hours=48)

OTHER_SIDE = Condition("other_side", "the other side has opened it")
OWN = Condition("own", "it was opened by this side")
WEIGHED = Condition("weighed", "the goods were weighed, so that there is a bill to uphold")

SIDES = (BUYER, SELLER)

DISPUTE_LIFE = Life(
    "dispute",
    STATES,
    (
        Move("answer", ("open", "unanswered"), "answered", SIDES, (OTHER_SIDE,), tells=SIDES),
        Move("unanswered", ("open",), "unanswered", (TIME,), after=ANSWER_WITHIN, tells=SIDES),
        Move("withdraw", UNDER_WAY, "withdrawn", (*SIDES, OPERATOR), (OWN,), tells=SIDES),
        Move("uphold", UNDER_WAY, "decided", (OPERATOR,), (WEIGHED,), tells=SIDES),
        Move("share", UNDER_WAY, "decided", (OPERATOR,), tells=SIDES),
        Move("refund", UNDER_WAY, "decided", (OPERATOR,), tells=SIDES),
    ),
)
