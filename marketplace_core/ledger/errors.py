"""Why the ledger says no."""

from uuid import UUID

from marketplace_core.errors import Refused


class ReplayDiffers(Refused):
    """This id was used already, for something else."""

    def __init__(self, transfer_id: UUID) -> None:
        super().__init__(str(transfer_id))
        self.transfer_id = transfer_id


class NotEnoughMoney(Refused):
    """The account would fall below what it must keep."""

    def __init__(self, account_id: UUID, kind: str, available_paise: int) -> None:
        super().__init__(f"{available_paise} paise available")
        self.account_id, self.kind, self.available_paise = account_id, kind, available_paise


class MoreThanCarried(Refused):
    """Nobody hands in more cash than they carry."""


class HoldResolved(Refused):
    """Posted or voided before."""

    def __init__(self, kind: str) -> None:
        super().__init__("this hold was " + {"post": "posted", "void": "voided"}[kind])
        self.kind = kind


class HoldExpired(Refused):
    """Its time is over; the money is its owner's again."""


class MoreThanHeld(Refused):
    """At most what is held can be posted."""

    def __init__(self, held_paise: int) -> None:
        super().__init__(f"{held_paise} paise held")
        self.held_paise = held_paise


class MoreThanPaid(Refused):
    """Refunds never exceed what was paid."""

    def __init__(self, left_paise: int) -> None:
        super().__init__(f"{left_paise} paise left to refund")
        self.left_paise = left_paise
