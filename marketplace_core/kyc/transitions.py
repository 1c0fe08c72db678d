"""From being asked for papers to being known."""

from marketplace_core.kyc.rules import REVIEW_TAKES, VALID_FOR
from marketplace_core.transitions import TIME, Condition, Life, Move

STATES = ("asked", "submitted", "in_review", "verified", "rejected", "expired")
TELLS = ("person",)

PAPERS = Condition("papers", "at least one paper that names the person is there")
NOT_ONESELF = Condition("not_oneself", "nobody reviews their own papers")

KYC = Life(
    "kyc",
    STATES,
    (
        Move("submit", ("asked", "rejected", "expired"), "submitted", ("person", "operator"), (PAPERS,)),
        Move("take", ("submitted",), "in_review", ("operator",), (NOT_ONESELF,)),
        Move("verify", ("in_review",), "verified", ("operator",), (NOT_ONESELF,), tells=TELLS),
        Move("reject", ("in_review", "verified"), "rejected", ("operator",), (NOT_ONESELF,), tells=TELLS),
        Move("put_back", ("in_review",), "submitted", (TIME,), event="put_back", after=REVIEW_TAKES),
        Move("expire", ("verified",), "expired", (TIME,), tells=TELLS, after=VALID_FOR),
    ),
)
