"""Why an offer is not taken."""

from marketplace_core.errors import Refused


class NotNegotiable(Refused):
    """This seller sells at the listed price or not at all."""


class TooManyOffers(Refused):
    """Enough offers of this buyer wait for an answer already."""
