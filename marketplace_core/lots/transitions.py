"""The way of a batch: gathered, closed, collected, paid; or nothing comes of it."""

from datetime import timedelta

from marketplace_core.parties import BUYER, MARKET, OPERATOR, SELLER
from marketplace_core.transitions import TIME, Condition, Life, Move

STATES = ("gathering", "closed", "collected", "paid", "abandoned")

ENOUGH = Condition("enough", "the lots together are a load worth the way")
ALL_PAID = Condition("all_paid", "every farmer of the batch is paid, or their booking was called off")

BATCH_LIFE = Life(
    "batch",
    STATES,
    (
        Move("join", ("gathering",), "gathering", (SELLER, OPERATOR), event="joined", tells=(BUYER,)),
        Move("leave", ("gathering",), "gathering", (SELLER, BUYER, OPERATOR), event="left", tells=(BUYER,)),
        Move("close", ("gathering",), "closed", (BUYER, OPERATOR), (ENOUGH,)),
        Move("abandon", ("gathering",), "abandoned", (BUYER, OPERATOR)),
        Move("too_late", ("gathering",), "abandoned", (TIME,), after=timedelta(0), since="gather_until"),
        Move("collect", ("closed",), "collected", (BUYER, OPERATOR)),
        Move("pay", ("collected",), "paid", (MARKET,), (ALL_PAID,)),
    ),
)
