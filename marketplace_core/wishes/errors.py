"""Why a wish is not taken."""

from marketplace_core.errors import Refused


class TooManyWishes(Refused):
    """As many stand as one buyer may have; one must end before another begins."""
