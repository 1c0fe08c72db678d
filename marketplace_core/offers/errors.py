"""Why an offer is not taken."""

from marketplace_core.errors import Moved, Refused


class LotChanged(Moved):
    """The lot costs something else, or is of another grade, than what the buyer saw and said yes to."""

    def __init__(self, price_paise: int, per: str, grade: str | None) -> None:
        super().__init__("lot", f"{price_paise} per {per}, {f'grade {grade}' if grade else 'not graded'}")
        self.price_paise, self.per, self.grade = price_paise, per, grade


class NotNegotiable(Refused):
    """This seller sells at the listed price or not at all."""


class TooManyOffers(Refused):
    """Enough offers of this buyer wait for an answer already."""
