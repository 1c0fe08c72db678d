"""Why escrow says no."""

from marketplace_core.errors import Refused


class AlreadySettled(Refused):
    """The farmer has the money."""


class AlreadyReleased(Refused):
    """The booking was called off, and the buyer has the money back."""


class MoreThanSecured(Refused):
    """The bill is higher than what was secured for it."""

    def __init__(self, secured_paise: int) -> None:
        super().__init__(f"{secured_paise} paise secured")
        self.secured_paise = secured_paise


class CashLimit(Refused):
    """The agent carries as much cash as they may; `left_paise` is what still fits."""

    def __init__(self, left_paise: int) -> None:
        super().__init__(f"{left_paise} paise may still be collected")
        self.left_paise = left_paise
