"""Every life of the market in one place.

    python -m marketplace_core.lives > docs/lives.md

A room that has something with a life adds it here.
"""

import sys

from marketplace_core.accounts.transitions import ACTING_LIFE
from marketplace_core.alerts.transitions import ALERT_LIFE
from marketplace_core.bookings.transitions import BOOKING_LIFE
from marketplace_core.disputes.transitions import DISPUTE_LIFE
from marketplace_core.grading.transitions import GRADING
from marketplace_core.kyc.transitions import KYC
from marketplace_core.listings.transitions import LISTING_LIFE
from marketplace_core.lots.transitions import BATCH_LIFE
from marketplace_core.offers.transitions import OFFER_LIFE
from marketplace_core.payments.transitions import PAYMENT
from marketplace_core.payouts.transitions import PAYOUT
from marketplace_core.transitions import Life, as_markdown
from marketplace_core.wishes.transitions import WISH_LIFE

LIVES: tuple[Life, ...] = (
    LISTING_LIFE,
    OFFER_LIFE,
    BOOKING_LIFE,
    DISPUTE_LIFE,
    WISH_LIFE,
    ALERT_LIFE,
    BATCH_LIFE,
    PAYMENT,
    PAYOUT,
    KYC,
    GRADING,
    ACTING_LIFE,
)

HEAD = """# Lives

Printed by `python -m marketplace_core.lives`. The same tables move the rows, so what stands here is what happens.
A move is open to those in *by* from the states in *from*, when what stands under *when* holds. `time` makes its
moves by itself, `market` when something else has happened to the goods. Every move records its event once.

"""


def page() -> str:
    return HEAD + as_markdown(LIVES).rstrip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
