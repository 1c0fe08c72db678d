"""Why a batch says no."""

from marketplace_core.errors import Refused


class TooFull(Refused):
    """The truck does not take that much more."""

    def __init__(self, left_kg: int) -> None:
        super().__init__(f"{left_kg} kg still fit")
        self.left_kg = left_kg


class TooFar(Refused):
    """The lot lies outside of what this batch collects."""


class InAlready(Refused):
    """This lot is in the batch."""


class LotGone(Refused):
    """A lot of the batch cannot be booked any more, so none was; `listing` is its code."""

    def __init__(self, listing: str) -> None:
        super().__init__(listing)
        self.listing = listing
