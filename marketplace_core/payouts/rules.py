"""Where money may be sent, and how soon after it was named."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from marketplace_core.errors import BadTerms

#: A destination named just now may have been named by a thief: it waits, or an operator confirms it by a call.
COOLS_FOR = timedelta(hours=24)
SMALLEST_PAISE = 1_00

Kind = Literal["bank", "upi"]

_ACCOUNT = re.compile(r"[0-9]{9,18}", re.ASCII)
_IFSC = re.compile(r"[A-Z]{4}0[A-Z0-9]{6}", re.ASCII)
_VPA = re.compile(r"[a-z0-9][a-z0-9._-]{1,254}@[a-z][a-z0-9]{1,63}", re.ASCII)


@dataclass(frozen=True)
class Account:
    """A bank account or a UPI id, in clear: it lives as long as one call, and does not show itself."""

    kind: Kind
    number: str = field(repr=False)
    ifsc: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """What may be seen of it: the last four of the account, or the bank behind the UPI id."""
        return self.number[-4:] if self.kind == "bank" else self.number.partition("@")[2]


def bank_account(number: str, ifsc: str) -> Account:
    number, ifsc = re.sub(r"[\s-]", "", number), ifsc.strip().upper()
    if not _ACCOUNT.fullmatch(number) or not int(number):
        raise BadTerms("account")
    if not _IFSC.fullmatch(ifsc):
        raise BadTerms("ifsc")
    return Account("bank", number, ifsc)


def upi_id(vpa: str) -> Account:
    vpa = vpa.strip().lower()
    if not _VPA.fullmatch(vpa):
        raise BadTerms("vpa")
    return Account("upi", vpa)


def cooled(row: Any, now: datetime) -> bool:
    """`row` is a destination's: named long enough ago, or confirmed by a call."""
    long_enough: bool = row.named_at + COOLS_FOR <= now
    return row.confirmed_at is not None or long_enough
