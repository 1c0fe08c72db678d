"""Why somebody may not be, or speak for, somebody else."""

from typing import ClassVar

from marketplace_core.errors import Refused


class WrongRole(Refused):
    """Only people of these roles act for others in this way."""

    http: ClassVar[int] = 403

    def __init__(self, *roles: str) -> None:
        super().__init__(", ".join(roles))
        self.roles = roles


class TooManyProfiles(Refused):
    """A phone is shared by a family, not by a village: that is what field agents are for."""
