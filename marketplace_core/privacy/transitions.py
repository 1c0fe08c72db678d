"""Being forgotten: asked for, thought over, done."""

from datetime import timedelta

from marketplace_core.transitions import TIME, Condition, Life, Move

GRACE = timedelta(days=90)
#: The law wants people told two days before.
WARNING = timedelta(hours=48)

NOTHING_OPEN = Condition("nothing_open", "no booking, offer, listing, payment, payout or money is open")

DELETION = Life(
    "deletion",
    ("asked", "undone", "erased"),
    (
        Move("undo", ("asked",), "undone", ("person", "operator"), tells=("person",)),
        Move("erase", ("asked",), "erased", (TIME,), (NOTHING_OPEN,), after=GRACE),
    ),
)
