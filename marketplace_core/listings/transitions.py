"""How a lot comes on the market and leaves it."""

from datetime import timedelta

from marketplace_core.parties import MARKET, OPERATOR, SELLER
from marketplace_core.transitions import TIME, Life, Move

STATES = ("draft", "active", "booked", "sold", "expired", "cancelled")
AT_ONCE = timedelta(0)

LISTING_LIFE = Life(
    "listing",
    STATES,
    (
        Move("publish", ("draft",), "active", (SELLER, OPERATOR), event="published"),
        # The market itself moves a lot when its last kilogram is promised, given back or handed over.
        Move("book", ("active",), "booked", (MARKET,), tells=("seller",)),
        Move("reopen", ("booked",), "active", (MARKET,), event="reopened", tells=("seller",)),
        Move("reopen_too_late", ("booked",), "expired", (MARKET,), tells=("seller",)),
        Move("sell", ("booked",), "sold", (MARKET,), tells=("seller",)),
        Move("renew", ("active",), "active", (SELLER, OPERATOR), event="renewed"),
        Move("renew", ("booked",), "booked", (SELLER, OPERATOR), event="renewed"),
        Move("renew", ("expired",), "active", (SELLER, OPERATOR), event="renewed"),
        Move("change", ("active",), "active", (SELLER, OPERATOR), event="changed"),
        Move("expire", ("active",), "expired", (TIME,), after=AT_ONCE, since="expires_at", tells=("seller",)),
        Move("cancel", ("draft", "active", "booked", "expired"), "cancelled", (SELLER, OPERATOR)),
    ),
)
