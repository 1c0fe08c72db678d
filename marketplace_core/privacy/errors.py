"""Why something about a person's data is refused."""

from marketplace_core.errors import Refused


class NoConsent(Refused):
    """Nothing of that purpose was agreed to, or it was withdrawn already."""

    http = 404


class NotAsked(Refused):
    """Nobody asked for this deletion, or it is undone or done already."""

    http = 404
