"""What reached the dialogue: words, a tap, photos, a pin on the map, a silence, or news from the market."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from nlu.understanding import Understanding

#: A word by which something is done, or that turns away from an open question, is this clear.
CLEAR = 0.8


@dataclass(frozen=True)
class News:
    """Something happened in the market that this person should hear about."""

    kind: str
    subject: str
    about: Mapping[str, Any]


#: It lies here and nobody has listened yet · our ears made words of it, which are the text · they could not.
VoiceNote = Literal["note", "words", "lost"]


@dataclass(frozen=True)
class Heard:
    """`unread`: there came a sticker, a film or a paper, into which the bot does not look."""

    text: str = ""
    understood: Understanding | None = None
    tap: str | None = None
    photos: tuple[str, ...] = ()
    location: tuple[float, float] | None = None
    voice: VoiceNote | None = None
    #: Of a voice note that was listened to: the number of the question that stood open when it came.
    asked: int | None = None
    unread: bool = False
    #: Said into a telephone and not keyed.
    aloud: bool = False
    silence: bool = False
    news: News | None = None
    #: What it was for a carrier that has already answered it.
    carrier_said: Literal["stop", "start", "help"] | None = None

    @property
    def intent(self) -> str:
        return self.understood.intent if self.understood else ""

    def sure(self, needed: float) -> bool:
        """Known by rule, or as likely as that."""
        understood = self.understood
        return bool(understood and (understood.source == "rule" or understood.confidence >= needed))

    @property
    def values(self) -> Mapping[str, Any]:
        return self.understood.values if self.understood else {}
