"""Why the market says no. A refusal is raised before anything is changed.

A refusal that one room alone knows stands in that room's `errors.py`; here are those that several share. `http` is
what the API answers, and the class's name is its error code.
"""

from typing import ClassVar
from uuid import UUID


class Refused(Exception):
    """The base of them all: the caller may tell the person and go on in the same transaction."""

    http: ClassVar[int] = 409


class NoSuchPerson(Refused):
    http = 404

    def __init__(self, person_id: UUID) -> None:
        super().__init__(str(person_id))


class NotFound(Refused):
    """Nothing of this kind has that code or id, or it is not for the one who asks."""

    http = 404

    def __init__(self, what: str) -> None:
        super().__init__(f"no such {what}")
        self.what = what


class ListingGone(Refused):
    """Not for sale (any more): unknown, expired, cancelled, booked or sold."""


class NotEnoughLeft(Refused):
    def __init__(self, left_kg: int) -> None:
        super().__init__(f"{left_kg} kg left")
        self.left_kg = left_kg


class NotYours(Refused):
    """The listing or booking is somebody else's, or this move is the other side's to make."""

    http = 403


class Moved(Refused):
    """The thing stands elsewhere by now, so that this move is not open."""

    def __init__(self, what: str, state: str) -> None:
        super().__init__(f"this {what} is {state}")
        self.what, self.state = what, state


class NotMet(Refused):
    """The move is open, but something that must hold first does not; `sentence` says what."""

    def __init__(self, condition: str, sentence: str) -> None:
        super().__init__(sentence)
        self.condition, self.sentence = condition, sentence


class OwnListing(Refused):
    """Nobody buys from themselves."""


class BadTerms(Refused):
    """Outside what the market takes; `field` names the value."""

    http = 422

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class PriceLooksWrong(Refused):
    """Asked back, not refused: far outside what this brings anywhere. Whoever means it says that they are sure.

    `suggestions` are the prices for the same unit that a slip of a zero or two would have come from.
    """

    def __init__(self, field: str, suggestions: tuple[int, ...]) -> None:
        super().__init__(f"is the {field} right?")
        self.field, self.suggestions = field, suggestions
