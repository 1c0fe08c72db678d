"""Why a photo is not graded."""

from marketplace_core.errors import Refused


class TooManyGradings(Refused):
    """Ten an hour for one farmer, so that everybody's photos are looked at."""

    http = 429


class NotBetter(Refused):
    """A model on trial takes over only when labels show that it is better."""

    def __init__(self, labels: int, gained: int, lost: int, p: float) -> None:
        super().__init__(f"of {labels} labels it gained {gained} and lost {lost}, p = {p:.3f}")
        self.labels, self.gained, self.lost, self.p = labels, gained, lost, p


class NothingBefore(Refused):
    """No model served before this one."""
