"""Why a photo is not graded."""

from marketplace_core.errors import Refused


class TooManyGradings(Refused):
    """Ten an hour for one farmer, so that everybody's photos are looked at."""

    http = 429
