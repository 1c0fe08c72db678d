"""The farmer's money on its way: it has left the account when it is asked for, and is back when it did not arrive."""

from marketplace_core.transitions import Condition, Life, Move

STATES = ("asked", "approved", "sent", "done", "failed", "cancelled")
TELLS = ("person",)

COOLED = Condition("cooled", "the destination was named a day ago, or an operator confirmed it")
KNOWN_PAYEE = Condition("kyc", "above ₹50,000 the payee's papers are verified")
NOT_ONESELF = Condition(
    "not_oneself", "nobody approves or sends money to themselves, or to whom they act for"
)

PAYOUT = Life(
    "payout",
    STATES,
    (
        Move("approve", ("asked",), "approved", ("operator",), (NOT_ONESELF, COOLED, KNOWN_PAYEE)),
        Move("send", ("approved",), "sent", ("operator",), (NOT_ONESELF,), tells=TELLS),
        Move("finish", ("sent",), "done", ("operator",), (NOT_ONESELF,), tells=TELLS),
        Move("fail", ("approved", "sent"), "failed", ("operator",), tells=TELLS),
        Move("cancel", ("asked",), "cancelled", ("person", "operator"), tells=TELLS),
    ),
)
