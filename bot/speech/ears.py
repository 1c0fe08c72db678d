"""Ears: what was said in a voice note, by the first of a chain that can tell. Without any the answer is honest."""

from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.settings import Settings
from bot.speech.amazon import client
from bot.speech.sound import Sound
from bot.speech.transcribe import Transcribe
from bot.speech.unheard import Unheard
from bot.speech.whisper import whisper

log = structlog.get_logger()


@dataclass(frozen=True)
class Words:
    """`language` is one of our codes, or None where the ear could not tell."""

    text: str
    language: str | None
    ear: str


class Ear(Protocol):
    @property
    def name(self) -> str: ...

    async def hear(self, sound: Sound) -> tuple[str, str | None]:
        """The words and their language. Raises `Unheard`; is stopped from outside when it takes too long."""


@dataclass(frozen=True)
class Ears:
    chain: tuple[Ear, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.chain)

    async def hear(self, sound: Sound) -> Words:
        """Raises `Unheard` when none of them heard a word."""
        last = Unheard("nobody listens")
        for ear in self.chain:
            try:
                text, language = await ear.hear(sound)
            except Unheard as failure:
                log.warning("not heard", ear=ear.name, why=str(failure))
                last = failure
                continue
            if text.strip():
                return Words(text.strip(), language, ear.name)
            last = Unheard("no word in it")
        raise last


def ears(settings: Settings) -> Ears:
    """What is configured and really there; what is missing is said in the log and never pretended."""
    chain: list[Ear] = []
    if settings.transcribe_bucket:
        chain.append(Transcribe(settings.transcribe_bucket, client("transcribe"), client("s3")))
    if settings.whisper_model:
        try:
            chain.append(whisper(settings.whisper_model))
        except Unheard as missing:
            log.error("no local ears", why=str(missing))
    log.info("ears", chain=[ear.name for ear in chain])
    return Ears(tuple(chain))
