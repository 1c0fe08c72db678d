"""Why an endpoint cannot be added."""

from marketplace_core.errors import Refused


class TooManyEndpoints(Refused):
    """Nobody needs that many; one is taken away first."""
