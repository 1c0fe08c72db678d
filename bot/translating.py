"""What buyer and farmer write to each other, in a dispute too: put into the reader's language where that can be done.

The translator is asked between two transactions; what it cannot do goes on in the writer's own words.
"""

import asyncio
from datetime import datetime
from typing import Any

import structlog
from botocore.exceptions import BotoCoreError, ClientError

from bot.settings import Settings
from bot.speech.amazon import client
from bot.turn import Office
from flows.languages import LANGUAGES
from marketplace_core.talks import commands as talks
from marketplace_core.talks.queries import Talk

log = structlog.get_logger()
AT_ONCE = 8


class Translator:
    """Amazon Translate knows all ten languages, in their own letters only."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def takes(self, talk: Talk) -> bool:
        if talk.language == talk.reads or not {talk.language, talk.reads} <= LANGUAGES.keys():
            return False
        if not any(letter.isalpha() for letter in talk.words):  # a dispute may come with photos alone
            return False
        native = any(not letter.isascii() for letter in talk.words if letter.isalpha())
        written = "native" if talk.language == "en" or native else "latin"
        return written == "native" and (talk.script == "native" or talk.reads == "en")

    async def put(self, talk: Talk) -> str | None:
        """None: it could not be done now, and the reader does not wait for it."""
        try:
            return await asyncio.to_thread(self._put, talk)
        except (BotoCoreError, ClientError) as failure:
            log.warning("not translated", fault=type(failure).__name__)
            return None

    def _put(self, talk: Talk) -> str:
        answer = self.client.translate_text(
            Text=talk.words, SourceLanguageCode=talk.language, TargetLanguageCode=talk.reads
        )
        return str(answer["TranslatedText"])


def translator(settings: Settings) -> Translator | None:
    return Translator(client("translate")) if settings.translate else None


async def make_round(by: Translator | None, office: Office, now: datetime) -> int:
    """How many were passed on."""
    async with office.desk(now) as desk:
        waiting = await talks.claim(desk, AT_ONCE)
    put = await asyncio.gather(*(_put(by, talk) for talk in waiting))
    if waiting:
        async with office.desk(now) as desk:
            for talk, translated in zip(waiting, put, strict=True):
                await talks.pass_on(desk, talk, translated)
    return len(waiting)


async def _put(by: Translator | None, talk: Talk) -> str | None:
    return await by.put(talk) if by and by.takes(talk) else None
