"""Refusals that only a lot for sale knows."""

from marketplace_core.errors import Refused


class LessThanBooked(Refused):
    """The lot would be smaller than what buyers have booked of it; all of it booked is no lot for sale either."""

    def __init__(self, booked_kg: int) -> None:
        super().__init__(f"{booked_kg} kg booked")
        self.booked_kg = booked_kg
