"""Somebody waits for a price until it comes, until they end it, or for ninety days."""

from datetime import timedelta

from marketplace_core.parties import MARKET
from marketplace_core.transitions import TIME, Life, Move

ALERT_LIFE = Life(
    "price_alert",
    ("active", "fired", "ended", "expired"),
    (
        Move("fire", ("active",), "fired", (MARKET,), tells=("person",)),
        Move("end", ("active",), "ended", ("person",)),
        Move("expire", ("active",), "expired", (TIME,), after=timedelta(), since="until", tells=("person",)),
    ),
)
