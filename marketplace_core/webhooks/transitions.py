"""An endpoint is on or off; the house turns it off when it says it is gone, or is silent through the whole table."""

from marketplace_core.transitions import Life, Move

OWNERS = ("owner", "operator")

ENDPOINT = Life(
    "webhook",
    ("active", "disabled"),
    (
        Move("disable", ("active",), "disabled", (*OWNERS, "house"), tells=("owner",)),
        Move("enable", ("disabled",), "active", OWNERS, tells=("owner",), event="enabled"),
    ),
)
