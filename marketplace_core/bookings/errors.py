"""Why a booking stays as it is."""

from datetime import datetime

from marketplace_core.errors import Moved, Refused


class BillMoved(Moved):
    """The bill is another one by now than what was seen and said yes to."""

    def __init__(self, farmer_gets: int) -> None:
        super().__init__("bill", f"{farmer_gets} for the farmer")
        self.farmer_gets = farmer_gets


class PickupLocked(Refused):
    """Too many wrong pickup codes; from `until` on the driver may try again, the office can help sooner."""

    http = 423

    def __init__(self, until: datetime) -> None:
        super().__init__(f"locked until {until.isoformat()}")
        self.until = until
