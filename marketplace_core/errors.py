"""Why the market says no. A refusal is raised before anything is changed."""

from uuid import UUID


class Refused(Exception):
    """The base of them all: the caller may tell the person and go on in the same transaction."""


class NoSuchPerson(Refused):
    def __init__(self, person_id: UUID) -> None:
        super().__init__(str(person_id))


class ListingGone(Refused):
    """Not for sale (any more): unknown, expired, cancelled, booked or sold."""


class NotEnoughLeft(Refused):
    def __init__(self, left_kg: int) -> None:
        super().__init__(f"{left_kg} kg left")
        self.left_kg = left_kg


class NotYours(Refused):
    """The listing or booking is somebody else's, or this move is the other side's to make."""


class BookingMoved(Refused):
    """The booking stands elsewhere by now, so that this move is not open."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class OwnListing(Refused):
    """Nobody buys from themselves."""


class BadTerms(Refused):
    """Outside what the market takes; `field` names the value."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field
