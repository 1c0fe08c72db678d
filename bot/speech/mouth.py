"""The mouth: a text as a voice note in our store, by the first voice of a chain that speaks its language.

What was said once is not said again: the sound is remembered by text, language and voice for as long as recordings
are kept.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.settings import Settings
from bot.speech import sound
from bot.speech.amazon import client
from bot.speech.espeak import espeak
from bot.speech.polly import Polly
from bot.speech.sound import NoFfmpeg, NotSound
from bot.tables import speech
from marketplace_core.desk import open_desk
from marketplace_core.store import Storage

log = structlog.get_logger()


class Voice(Protocol):
    @property
    def name(self) -> str: ...

    def voice(self, language: str) -> str | None:
        """Who speaks this language; None when nobody does."""

    async def say(self, text: str, language: str) -> bytes:
        """Raises `NotSound`."""


@dataclass(frozen=True)
class Mouth:
    engine: AsyncEngine
    store: Storage
    chain: tuple[Voice, ...] = ()

    def speaks(self, language: str) -> bool:
        return any(each.voice(language) for each in self.chain)

    async def say(self, tenant: int, text: str, language: str, now: datetime) -> str | None:
        """The key of the voice note, or None: then the written words must do."""
        for each in self.chain:
            voice = each.voice(language)
            if not voice:
                continue
            digest = hashlib.sha256(f"{each.name}:{voice}:{language}:{text}".encode()).hexdigest()
            if known := await self._known(tenant, digest, now):
                return known
            try:
                note = await sound.as_voice_note(await each.say(text, language))
            except (NotSound, NoFfmpeg) as failure:
                log.warning("not said", voice=each.name, language=language, why=str(failure))
                continue
            key = await self.store.store(note, "audio/ogg")
            await self._remember(tenant, digest, key, now)
            return key
        return None

    async def _known(self, tenant: int, digest: str, now: datetime) -> str | None:
        async with open_desk(self.engine, tenant, now) as desk:
            found = await desk.db.execute(
                select(speech.c.key).where(speech.c.tenant_id == tenant, speech.c.digest == digest)
            )
            key: str | None = found.scalar_one_or_none()
            return key

    async def _remember(self, tenant: int, digest: str, key: str, now: datetime) -> None:
        async with open_desk(self.engine, tenant, now) as desk:
            row = {"tenant_id": tenant, "digest": digest, "key": key, "at": now}
            await desk.db.execute(insert(speech).values(row).on_conflict_do_nothing())


def mouth(settings: Settings, engine: AsyncEngine, store: Storage) -> Mouth:
    """What is configured and really there; without ffmpeg nothing becomes a voice note."""
    chain: list[Voice] = []
    if not sound.ffmpeg():
        log.info("mouth", chain=[], why="ffmpeg is not installed")
        return Mouth(engine, store)
    if settings.polly:
        chain.append(Polly(client("polly")))
    if here := espeak():
        chain.append(here)
    log.info("mouth", chain=[each.name for each in chain])
    return Mouth(engine, store, tuple(chain))
