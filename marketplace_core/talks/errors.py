"""Why words are not passed on."""

from marketplace_core.errors import Refused


class EnoughSaid(Refused):
    """This person has written as much in a day as the market passes on."""
