"""What the house asks of whoever carries its messages; each carrier is a package beside this file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.carriers.refusals import Remedy
from bot.message import Channel, Outgoing


@dataclass(frozen=True)
class Opening:
    """An approved template that may begin a conversation: its name, the values of its blanks in order, and the whole
    text as the person reads it."""

    template: str
    values: Sequence[str]
    text: str


@dataclass(frozen=True)
class Letter:
    """One message on its way. `tenant` and `own_id` come back with the carrier's word on what became of it.

    With an `opening` only that may leave, never the free words of `outgoing`.
    """

    to: str
    sender: str
    outgoing: Outgoing
    tenant: int
    own_id: str
    media_url: str | None = None
    opening: Opening | None = None


@dataclass(frozen=True)
class Sent:
    carrier_id: str


@dataclass(frozen=True)
class Listed:
    """A message of ours as the carrier remembers it."""

    carrier_id: str
    body: str
    status: str
    error_code: int | None
    created_at: datetime


class Carrier(Protocol):
    """Nothing is ever sent twice by it: `Refused` says whether trying again is safe."""

    @property
    def name(self) -> str: ...

    @property
    def lists(self) -> bool:
        """True if `recent` can tell what was sent; otherwise only a delivery report can."""

    def fits_reply(self, outgoing: Outgoing) -> bool:
        """True if the reply to its webhook can carry this answer."""

    def remedy(self, code: int | None) -> Remedy:
        """What it means when a status says "failed" with this code."""

    async def send(self, letter: Letter) -> Sent:
        """Raises `Refused`; its kind "uncertain" means that only `recent` can tell whether it was sent."""

    async def typing(self, carrier_id: str) -> None:
        """Shows that an answer to this message of theirs is coming, where the channel can. Raises `Refused`."""

    async def recent(self, to: str, since: datetime) -> list[Listed]:
        """What we sent to this address since then, newest first. Raises `Refused`."""

    async def fetch_media(self, url: str) -> tuple[bytes, str]:
        """Raises `MediaFailed`."""

    async def forget_media(self, url: str) -> None:
        """Deletes it at the carrier; what is gone already is well. Raises `MediaFailed`."""

    async def close(self) -> None: ...


@dataclass(frozen=True)
class Carriers:
    """Who carries what; the same carrier may serve several channels."""

    by_channel: Mapping[Channel, Carrier]

    def of(self, channel: Channel) -> Carrier:
        return self.by_channel[channel]

    def named(self, name: str) -> Carrier:
        return next(each for each in self.by_channel.values() if each.name == name)

    def fits_reply(self, name: str, outgoing: Outgoing) -> bool:
        return self.named(name).fits_reply(outgoing)

    async def close(self) -> None:
        for carrier in {id(each): each for each in self.by_channel.values()}.values():
            await carrier.close()


def all_by(carrier: Carrier) -> Carriers:
    return Carriers({"whatsapp": carrier, "sms": carrier, "voice": carrier})
