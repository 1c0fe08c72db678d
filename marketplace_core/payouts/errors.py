"""Why a payout says no."""

from marketplace_core.errors import Refused


class NoDestination(Refused):
    """Nobody has said yet where this person's money should go."""


class NothingToSend(Refused):
    """There is no money of theirs that is free."""
