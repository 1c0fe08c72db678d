"""One message in, one answer out: plain, frozen, the same for every carrier and channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Channel = Literal["whatsapp", "sms", "voice"]


@dataclass(frozen=True)
class Address:
    """Where a person is reached. `value` is opaque ("whatsapp:+9198…", "whatsapp:IN.123…", "+9198…").

    `phone` is E.164, or None where the channel hides the number.
    """

    channel: Channel
    value: str
    phone: str | None = None


Kind = Literal["photo", "voice", "sticker", "film", "paper"]
_KINDS: Mapping[str, Kind] = {"image": "photo", "audio": "voice", "video": "film"}


@dataclass(frozen=True)
class Attachment:
    """What still lies at the carrier. A sticker is a picture, but shows nothing that is for sale."""

    url: str
    content_type: str
    sticker: bool = False

    @property
    def kind(self) -> Kind:
        return "sticker" if self.sticker else _KINDS.get(self.content_type.partition("/")[0], "paper")


@dataclass(frozen=True)
class Note:
    """A voice note that came before and has now been through the ears: `heard` or not, its words are the text.

    `serial` is the question that stood open when it came; `language` what the ears took it for.
    """

    serial: int
    heard: bool
    language: str | None = None


@dataclass(frozen=True)
class Inbound:
    """What a carrier delivered. `tap` is the payload of a tapped button or list row; `replies_to` the carrier's id of
    the message it quotes."""

    carrier: str
    carrier_id: str
    sender: Address
    recipient: str
    received_at: datetime
    text: str = ""
    tap: str | None = None
    attachments: tuple[Attachment, ...] = ()
    location: tuple[float, float] | None = None
    replies_to: str | None = None
    forwarded: bool = False
    #: What the carrier has taken it for and already answered.
    carrier_said: Literal["stop", "start", "help"] | None = None
    #: Not from the carrier, but from our ears: no webhook waits for the answer.
    note: Note | None = None
    #: Called in from the waiting room: acknowledged long ago, no webhook waits for the answer either.
    waited: bool = False
    #: The carrier's ears made these words of what somebody said into a telephone.
    aloud: bool = False
    #: Said in a call that we made: the phone that is heard is the real one.
    rung: bool = False


@dataclass(frozen=True)
class Row:
    """A button (no description) or a row of a list; `payload` comes back as `Inbound.tap`."""

    payload: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class Picture:
    """A photo of our store, and what is said with it; `alt` is all that a channel without pictures has of it."""

    key: str
    alt: str


@dataclass(frozen=True)
class Voice:
    """What a mouth says, in its language's own letters and without a digit."""

    text: str
    language: str


@dataclass(frozen=True)
class Outgoing:
    """An answer in the shape of its channel, ready for a carrier.

    `text` always holds everything a person needs: where rows are None or the carrier cannot show them,
    the numbered choices are already lines of it. At most one of `buttons` and `rows` is set; `body` is then
    what stands above them. A `picture` goes ahead as a message of its own: templates with buttons hold none. A `voice`
    follows as a message of its own and says the same: nothing is lost with it.
    """

    text: str
    buttons: tuple[Row, ...] = ()
    rows: tuple[Row, ...] = ()
    rows_title: str = ""
    wants_location: bool = False
    segments: int = 0
    body: str = ""
    picture: Picture | None = None
    voice: Voice | None = None

    @property
    def interactive(self) -> bool:
        return bool(self.buttons or self.rows)


@dataclass(frozen=True)
class Answer:
    """What goes into the carrier's own reply to its webhook; None: it goes, or went, through the outbox."""

    text: str | None = None


class DatabaseAway(Exception):
    """The turn could not begin or commit: nothing is stored, the carrier must bring the message again."""
