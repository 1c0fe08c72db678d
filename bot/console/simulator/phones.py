"""The pretend phones: who holds them, what they wrote and what they were sent. All in memory, all bounded."""

import asyncio
import secrets
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

import smsutil

from bot.message import Channel, Row

MOST_PHONES = 24
MOST_MESSAGES = 300
MOST_UPLOAD_BYTES = 120 * 1024 * 1024
LARGEST_UPLOAD = 10 * 1024 * 1024

#: "to_bot" is what the person wrote, "from_bot" what they were sent.
Direction = Literal["to_bot", "from_bot"]
Kind = Literal["text", "button", "interactive", "image", "document", "audio", "location"]


@dataclass(frozen=True)
class Phone:
    id: str
    name: str
    role: str
    channel: Channel
    number: str
    openers: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        return f"whatsapp:{self.number}" if self.channel == "whatsapp" else self.number


@dataclass(frozen=True)
class Segments:
    """What an SMS costs."""

    count: int
    encoding: Literal["GSM-7", "UCS-2"]
    units: int


@dataclass(frozen=True)
class Picture:
    """Something attached: `sid` when it was uploaded here, else only `url`."""

    url: str
    content_type: str = ""
    sid: str = ""


@dataclass(frozen=True)
class Letter:
    """One message as one phone shows it. `revision` grows with every change of it."""

    sid: str
    phone: str
    direction: Direction
    kind: Kind
    at: datetime
    text: str = ""
    status: str = "sending"
    error: str = ""
    segments: Segments | None = None
    buttons: tuple[Row, ...] = ()
    rows: tuple[Row, ...] = ()
    rows_title: str = ""
    media: tuple[Picture, ...] = ()
    location: tuple[float, float] | None = None
    place: str = ""
    tap: str = ""
    answers: str = ""
    revision: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat()}


@dataclass(frozen=True)
class Upload:
    content_type: str
    content: bytes


STARTERS = (
    Phone(
        "gurpreet",
        "Gurpreet",
        "farmer",
        "whatsapp",
        "+919876500001",
        ("Hello", "नमस्ते", "I want to sell 12 tonnes of paddy straw"),
    ),
    Phone("manjula", "Manjula", "farmer", "sms", "+919876500002", ("namaskara", "5 ton hullu marabeku")),
    Phone(
        "rafiq", "Rafiq", "buyer", "whatsapp", "+919876500003", ("Hello", "I want to buy paddy straw", "Help")
    ),
    Phone("lakshmi", "Lakshmi", "field agent", "sms", "+919876500004", ("HELP", "hello")),
)


def segments_of(text: str) -> Segments:
    parts = smsutil.split(text)
    if parts.encoding == "gsm0338":
        return Segments(max(1, len(parts.parts)), "GSM-7", parts.total_bytes)
    return Segments(len(parts.parts), "UCS-2", parts.total_bytes // 2)


def new_sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


@dataclass
class Phones:
    """Everything the page shows. `epoch` tells a page that the server has started anew and forgotten."""

    epoch: str = field(default_factory=lambda: secrets.token_hex(8))
    revision: int = 0
    on_desk: dict[str, Phone] = field(default_factory=lambda: {p.id: p for p in STARTERS})
    _letters: dict[str, deque[Letter]] = field(default_factory=dict)
    _uploads: OrderedDict[str, Upload] = field(default_factory=OrderedDict)
    _forgotten: set[str] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def at(self, address: str) -> Phone | None:
        return next((p for p in self.on_desk.values() if p.address == address), None)

    def add(self, channel: Channel, number: str | None = None) -> Phone | None:
        """Another phone on the desk, or None when the desk is full."""
        if len(self.on_desk) >= MOST_PHONES:
            return None
        taken = {p.number for p in self.on_desk.values()}
        fresh = (f"+9198765{n:05}" for n in range(1, 100_000))
        number = number or next(n for n in fresh if n not in taken)
        phone = Phone(
            f"{channel}-{number.lstrip('+')}", f"…{number[-5:]}", "new phone", channel, number, ("Hello",)
        )
        self.on_desk[phone.id] = phone
        self._tell()
        return phone

    def show(self, letter: Letter) -> Letter:
        """Puts a new message on its phone, or the newer state of one that is already there."""
        shelf = self._letters.setdefault(letter.phone, deque(maxlen=MOST_MESSAGES))
        self._tell()
        letter = replace(letter, revision=self.revision)
        for i, shown in enumerate(shelf):
            if shown.sid == letter.sid:
                shelf[i] = letter
                return letter
        shelf.append(letter)
        return letter

    def letters(self, phone: Phone) -> list[Letter]:
        return list(self._letters.get(phone.id, ()))

    def since(self, revision: int) -> Iterator[Letter]:
        for shelf in self._letters.values():
            yield from (letter for letter in shelf if letter.revision > revision)

    async def wait_beyond(self, revision: int, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.revision <= revision:
                    await self._changed.wait()

    def keep(self, sid: str, upload: Upload) -> None:
        self._uploads[sid] = upload
        while sum(len(u.content) for u in self._uploads.values()) > MOST_UPLOAD_BYTES:
            oldest, _ = self._uploads.popitem(last=False)
            self._forgotten.discard(oldest)

    def upload(self, sid: str) -> Upload | None:
        """What the phone itself still shows of it."""
        return self._uploads.get(sid)

    def at_carrier(self, sid: str) -> bool:
        return sid in self._uploads and sid not in self._forgotten

    def forget(self, sid: str) -> None:
        """At the carrier: the phone that sent it keeps it."""
        self._forgotten.add(sid)

    def _tell(self) -> None:
        self.revision += 1
        self._changed.set()
        self._changed = asyncio.Event()


def now() -> datetime:
    return datetime.now(UTC)
