"""Why a photo is not taken."""

from marketplace_core.errors import Refused


class NotTaken(Refused):
    """Not a photo we can open: JPEG, PNG or WebP of at most 10 MB and 50 million pixels."""

    http = 422
