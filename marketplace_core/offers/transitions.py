"""How a price goes back and forth between a buyer and a seller."""

from datetime import timedelta

from marketplace_core.parties import BUYER, MARKET, SELLER
from marketplace_core.transitions import TIME, Condition, Life, Move

OPEN = ("made", "countered")
STATES = (*OPEN, "accepted", "refused", "withdrawn", "expired")
#: Every new price starts it anew.
ANSWER_WITHIN = timedelta(hours=24)

YOUR_TURN = Condition("your_turn", "the last price came from the other side")
OWN_WORD = Condition("own_word", "the last price came from this side")
PRICES_LEFT = Condition("prices_left", "this side has prices left to name")

BOTH = (BUYER, SELLER)

OFFER_LIFE = Life(
    "offer",
    STATES,
    (
        Move("counter", OPEN, "countered", BOTH, (YOUR_TURN, PRICES_LEFT), tells=BOTH),
        Move("accept", OPEN, "accepted", BOTH, (YOUR_TURN,), tells=BOTH),
        Move("refuse", OPEN, "refused", BOTH, (YOUR_TURN,), tells=BOTH),
        Move("withdraw", OPEN, "withdrawn", BOTH, (OWN_WORD,), tells=BOTH),
        Move("expire", OPEN, "expired", (TIME,), after=ANSWER_WITHIN, tells=BOTH),
        # The lot is sold out, run out or taken down.
        Move("lapse", OPEN, "expired", (MARKET,), event="lapsed", tells=BOTH),
    ),
)
