"""A wish stands until its buyer ends it or its day comes."""

from datetime import timedelta

from marketplace_core.transitions import TIME, Life, Move

WISH_LIFE = Life(
    "wish",
    ("active", "ended"),
    (
        Move("end", ("active",), "ended", ("buyer",)),
        Move("lapse", ("active",), "ended", (TIME,), after=timedelta(), since="until", tells=("buyer",)),
    ),
)
