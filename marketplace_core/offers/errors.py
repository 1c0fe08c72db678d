"""Why an offer is not taken."""

from marketplace_core.errors import Moved, Refused


class PriceMoved(Moved):
    """The lot costs something else than what the buyer saw and said yes to."""

    def __init__(self, price_paise: int, per: str) -> None:
        super().__init__("price", f"{price_paise} per {per}")
        self.price_paise, self.per = price_paise, per


class NotNegotiable(Refused):
    """This seller sells at the listed price or not at all."""


class TooManyOffers(Refused):
    """Enough offers of this buyer wait for an answer already."""
