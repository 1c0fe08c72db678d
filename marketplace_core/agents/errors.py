"""Why an agent's command says no."""

from marketplace_core.errors import Refused


class SaidToday(Refused):
    """Both sides have heard of it today; hearing it again helps nobody."""
