"""Why a payment says no."""

from marketplace_core.errors import Refused


class TooManyAttempts(Refused):
    """Tomorrow again: somebody who tries often is guessing, or is being robbed."""

    http = 429


class NotOffered(Refused):
    """This way of paying is not set up here."""

    def __init__(self, method: str) -> None:
        super().__init__(method)
        self.method = method


class NothingToPay(Refused):
    """The booking is covered, or is not paid in this way."""


class ReferenceUsed(Refused):
    """This transfer of the bank has paid for something already."""


class Forged(Refused):
    """The signature is missing or does not fit."""

    http = 401


class TooLarge(Refused):
    http = 413


class Unreadable(Refused):
    """Signed, but not what the provider's documentation describes."""

    http = 422
