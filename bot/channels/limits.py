"""What each channel can carry. Lengths are UTF-16 units, the largest way to count."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.message import Channel


@dataclass(frozen=True)
class Capabilities:
    """Zero means that the channel has no such thing."""

    text: int
    body: int = 0  # above buttons or a list
    buttons: int = 0
    button_title: int = 0
    rows: int = 0
    row_title: int = 0
    description: int = 0
    rows_title: int = 0
    payload: int = 0
    photos: bool = False
    location: bool = False
    #: So much one message may cost; the rest is sent on "more".
    latin_segments: int = 0
    native_segments: int = 0


# Twilio refuses more than 1,600 on every channel (error 21617); the rest are Meta's limits for messages
# inside the 24-hour window.
WHATSAPP = Capabilities(
    text=1600,
    body=1024,
    buttons=3,
    button_title=20,
    rows=10,
    row_title=24,
    description=72,
    rows_title=20,
    payload=200,
    photos=True,
    location=True,
)
SMS = Capabilities(text=1600, latin_segments=2, native_segments=2)
VOICE = Capabilities(text=4000)  # a <Say> takes 4,096, markup included

CAPABILITIES: Mapping[Channel, Capabilities] = {"whatsapp": WHATSAPP, "sms": SMS, "voice": VOICE}
