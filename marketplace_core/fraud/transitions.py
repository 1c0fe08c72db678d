"""A flag waits for a person, who clears or confirms it. Nothing is blocked meanwhile."""

from marketplace_core.transitions import Life, Move

FLAG = Life(
    "flag",
    states=("open", "cleared", "confirmed"),
    moves=(
        Move("clear", ("open",), "cleared", ("operator",)),
        Move("confirm", ("open",), "confirmed", ("operator",)),
    ),
)
