"""Why an organisation cannot be added."""

from marketplace_core.errors import Refused


class NumberTaken(Refused):
    """That number, or the organisation's place for a number of this channel, is taken already."""
