"""Why stars are not taken."""

from marketplace_core.errors import Refused


class NotOver(Refused):
    """Only a deal that was carried out, or called off after both had agreed, is rated."""


class TooLate(Refused):
    """The time in which this could be rated, or the rating changed, is over."""
