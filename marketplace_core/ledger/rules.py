"""What an account must never say, what an entry does to it, and how a sum is split. Pure.

A balance is credits minus debits. Whoever we owe (buyer, farmer, fees, …) stands at zero or above. The bank is
the world outside and stands below. An agent's cash in hand stands below zero too, down to a limit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from marketplace_core.errors import BadTerms, Refused
from marketplace_core.ledger.errors import MoreThanCarried, NotEnoughMoney

Kind = Literal[
    "buyer", "farmer", "escrow", "fees", "logistics", "agent_cash", "bank", "rounding", "unexplained"
]
Doing = Literal["transfer", "hold", "post", "void"]

#: As much as one entry may move: a thousand crore rupees.
MOST_PAISE = 10**12
#: What an agent may carry until somebody sets another limit.
CASH_LIMIT_PAISE = 5_000_000


class Bounds(NamedTuple):
    """Between which balances an account stays; `stripes` are as many rows as share the load of one account."""

    floor: int | None
    ceiling: int | None = None
    stripes: int = 1


KINDS: Mapping[Kind, Bounds] = {
    "buyer": Bounds(0),
    "farmer": Bounds(0),
    "escrow": Bounds(0),  # one for each booking: it never gives out more than came in for that booking
    "fees": Bounds(0, stripes=16),
    "logistics": Bounds(0, stripes=16),
    "agent_cash": Bounds(-CASH_LIMIT_PAISE, 0),
    "bank": Bounds(None, stripes=16),
    "rounding": Bounds(None, stripes=16),
    "unexplained": Bounds(0),  # money that nobody can explain yet
}


@dataclass(frozen=True)
class Entry:
    """One row to be. `held` is the sum of the hold that it resolves."""

    id: UUID
    doing: Doing
    debit: UUID
    credit: UUID
    paise: int
    why: str
    subject: str
    until: datetime | None = None
    pending_id: UUID | None = None
    refunds_id: UUID | None = None
    held: int = 0


@dataclass(frozen=True)
class Transfer:
    """An entry as it stands in the ledger; `replayed` says that it stood there already."""

    id: UUID
    kind: str
    debit: UUID
    credit: UUID
    paise: int
    why: str
    subject: str
    until: datetime | None
    pending_id: UUID | None
    refunds_id: UUID | None
    made_at: datetime
    replayed: bool = False


@dataclass(frozen=True)
class Standing:
    """An account as it stands."""

    id: UUID
    kind: str
    debits_pending: int
    debits_posted: int
    credits_pending: int
    credits_posted: int
    floor: int | None
    ceiling: int | None

    @property
    def posted(self) -> int:
        return self.credits_posted - self.debits_posted

    @property
    def available(self) -> int:
        return self.posted - self.debits_pending

    def refusal(self) -> Refused | None:
        if self.floor is not None and self.available < self.floor:
            return NotEnoughMoney(self.id, self.kind, self.available)
        if self.ceiling is not None and self.posted + self.credits_pending > self.ceiling:
            return MoreThanCarried()
        return None


def pending(entry: Entry) -> int:
    """By how much it changes what is held."""
    return {"transfer": 0, "hold": entry.paise, "post": -entry.held, "void": -entry.held}[entry.doing]


def posted(entry: Entry) -> int:
    """By how much it changes what is there."""
    return {"transfer": entry.paise, "hold": 0, "post": entry.paise, "void": 0}[entry.doing]


def first_refusal(standings: Mapping[UUID, Standing], entries: Iterable[Entry]) -> Refused | None:
    """The first account that an entry would bring where it must not be, with what it had before that entry."""
    now = dict(standings)
    for entry in entries:
        payer, taker = now[entry.debit], now[entry.credit]
        now[entry.debit] = replace(
            payer,
            debits_pending=payer.debits_pending + pending(entry),
            debits_posted=payer.debits_posted + posted(entry),
        )
        now[entry.credit] = replace(
            taker,
            credits_pending=taker.credits_pending + pending(entry),
            credits_posted=taker.credits_posted + posted(entry),
        )
        if now[entry.debit].refusal():
            return NotEnoughMoney(payer.id, payer.kind, payer.available)
        if refusal := now[entry.credit].refusal():
            return refusal
    return None


def check_sum(paise: int) -> int:
    if type(paise) is not int or not 1 <= paise <= MOST_PAISE:
        raise BadTerms("paise")
    return paise


def split(paise: int, weights: Sequence[int]) -> list[int]:
    """A sum over weights, with not a paisa lost: whoever was cut off most gets the paise that are left over.

    Among equals the first in line does, so that the same split comes out the same again.
    """
    whole = sum(weights)
    if paise < 0 or not weights or min(weights) < 0 or whole == 0:
        raise BadTerms("weights" if paise >= 0 else "paise")
    shares = [paise * weight // whole for weight in weights]
    cut_off = sorted(range(len(weights)), key=lambda nth: (-(paise * weights[nth] % whole), nth))
    for nth in cut_off[: paise - sum(shares)]:
        shares[nth] += 1
    return shares
