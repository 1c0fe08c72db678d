"""What to do when a carrier does not take a message, or nobody knows whether it did."""

from dataclasses import dataclass
from typing import Literal

#: permanent: never again in this shape · temporary: not sent, try later · opted_out: the person said stop ·
#: uncertain: it may have been sent, look before trying again
Kind = Literal["permanent", "temporary", "opted_out", "uncertain"]

Act = Literal[
    "approved_template",  # outside the 24-hour window
    "other_channel",  # the address is dead: SMS or voice instead
    "join_sandbox",  # tell the person how to join
    "suppress",  # write to this address no more until it writes to us
    "repair_media",
    "configuration",  # an operator must put something right at Twilio
    "bug",  # we sent what we should not have
    "opt_out",
    "retry",  # soon, with jitter
    "retry_later",  # in an hour or more
    "compliance",  # registration, filters, fraud: an operator must look
    "page",  # our own webhook failed
    "reconcile",
]


@dataclass(frozen=True)
class Remedy:
    kind: Kind
    act: Act
    meaning: str


NO_TEMPLATE = Remedy("permanent", "configuration", "no approved template by this name")
RATE_LIMITED = Remedy("temporary", "retry", "rate limit, not processed")
NEVER_LEFT = Remedy("temporary", "retry", "the carrier could not be reached")
NOBODY_KNOWS = Remedy("uncertain", "reconcile", "no usable answer came: it may have been sent")
UNLISTED = Remedy("permanent", "configuration", "a code not in our table")


class Refused(Exception):
    """The message was not accepted, or nobody knows whether it was."""

    def __init__(self, code: int | None, remedy: Remedy) -> None:
        super().__init__(f"{code or 'no code'}: {remedy.meaning}")
        self.code = code
        self.remedy = remedy

    @property
    def kind(self) -> Kind:
        return self.remedy.kind


class MediaFailed(Exception):
    """The attachment cannot be had; the text beside it stays good. `temporary`: asking later may help."""

    def __init__(self, why: str, temporary: bool = False) -> None:
        super().__init__(why)
        self.temporary = temporary
