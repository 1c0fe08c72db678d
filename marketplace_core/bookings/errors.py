"""Why a booking stays as it is."""

from datetime import datetime

from marketplace_core.errors import Refused


class PickupLocked(Refused):
    """Too many wrong pickup codes; from `until` on the driver may try again, the office can help sooner."""

    http = 423

    def __init__(self, until: datetime) -> None:
        super().__init__(f"locked until {until.isoformat()}")
        self.until = until
