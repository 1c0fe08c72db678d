"""Why nobody watches a price."""

from marketplace_core.errors import Refused


class TooManyAlerts(Refused):
    """As many stand as one person may have; one must end before another begins."""
