"""The life of a payment: it only goes forward, and leaves *paid* by a refund alone.

Word from a provider comes late, twice and in any order. That is why *failed* and *expired* are not ends: the money may
still arrive. A refund that the bank turns back returns to where it stood before; the money was never gone.
"""

from datetime import timedelta

from marketplace_core.transitions import TIME, Condition, Life, Move

STATES = (
    "created",
    "attempted",
    "authorised",
    "paid",
    "refunding",
    "partly_refunded",
    "refunded",
    "failed",
    "expired",
)
#: The money has come in; whatever is said of this payment now is about giving it back.
MONEY_IN = ("paid", "refunding", "partly_refunded", "refunded")
NOT_YET = ("created", "attempted", "authorised", "failed", "expired")
TELLS = ("payer",)

KNOWN_PAYER = Condition("kyc", "above ₹50,000 the payer's papers are verified")
PARTLY = Condition("partly", "some of it stays paid")
WHOLLY = Condition("wholly", "all of it was given back")
NOTHING_BACK = Condition("nothing_back", "none of it was given back")

PAYMENT = Life(
    "payment",
    STATES,
    (
        Move("attempt", ("created",), "attempted", ("payer", "provider")),
        Move("authorise", ("created", "attempted", "failed", "expired"), "authorised", ("provider",)),
        Move("pay", NOT_YET, "paid", ("provider", "operator"), tells=TELLS),
        Move("pay", ("created",), "paid", ("agent",), tells=TELLS),
        Move("fail", ("created", "attempted"), "failed", ("provider", "operator"), tells=TELLS),
        Move("expire", ("created",), "expired", (TIME,), tells=TELLS, after=timedelta(hours=24)),
        Move("expire", ("attempted", "authorised"), "expired", (TIME,), tells=TELLS, after=timedelta(days=7)),
        Move("refund", ("paid", "partly_refunded"), "refunding", ("operator",), tells=TELLS),
        Move("refunded", ("refunding",), "refunded", ("provider", "operator"), (WHOLLY,), tells=TELLS),
        Move(
            "partly_refunded",
            ("refunding",),
            "partly_refunded",
            ("provider", "operator"),
            (PARTLY,),
            tells=TELLS,
        ),
        Move(
            "keep", ("refunding",), "paid", ("provider", "operator"), (NOTHING_BACK,), event="refund_failed"
        ),
        Move(
            "keep_partly",
            ("refunding",),
            "partly_refunded",
            ("provider", "operator"),
            (PARTLY,),
            event="refund_failed",
        ),
    ),
)
