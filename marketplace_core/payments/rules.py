"""How money comes in, and how much of it."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from marketplace_core.listings.rules import KOLKATA

#: A person may begin so many payments a day, by the farmer's calendar.
ATTEMPTS_A_DAY = 5


@dataclass(frozen=True)
class Method:
    """`by_hand`: nothing but an operator's look at the bank account proves it. `provider`: it tells us itself."""

    lowest_paise: int
    highest_paise: int
    by_hand: bool
    provider: str | None = None


#: UPI carries a lakh at most to somebody who is no registered merchant, and nobody may take two lakh in cash for one
#: deal; the others end where we would ask.
METHODS: dict[str, Method] = {
    "upi": Method(1_00, 1_00_000_00, by_hand=True),
    "bank": Method(1_00, 1_00_00_000_00, by_hand=True),
    "razorpay": Method(1_00, 1_00_00_000_00, by_hand=False, provider="razorpay"),
    "cash": Method(1_00, 1_99_999_99, by_hand=False),
}

_REFERENCE = re.compile(r"[A-Z0-9]{6,35}", re.ASCII)


def day_of(moment: datetime) -> date:
    return moment.astimezone(KOLKATA).date()


def reference_of(text: str) -> str | None:
    """A bank's own number of a transfer (UTR, RRN) as it is kept; None if it cannot be one."""
    plain = re.sub(r"[\s/-]", "", text).upper()
    return plain if _REFERENCE.fullmatch(plain) else None
