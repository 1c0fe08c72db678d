"""Amazon Polly: one Indian voice that speaks Hindi and English."""

import asyncio
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from bot.speech.sound import NotSound

#: By language: the code that Polly wants. Kajal speaks both; the other eight have no voice there.
CODES: Mapping[str, str] = {"hi": "hi-IN", "en": "en-IN"}
VOICE, ENGINE = "Kajal", "neural"
#: Characters that one request may hold.
MOST = 3000


class Polly:
    name = "polly"

    def __init__(self, client: Any) -> None:
        self.client = client

    def voice(self, language: str) -> str | None:
        return VOICE if language in CODES else None

    async def say(self, text: str, language: str) -> bytes:
        """MP3. Raises `NotSound`."""
        if len(text) > MOST:
            raise NotSound(f"longer than {MOST} characters")
        try:
            return await asyncio.to_thread(self._say, text, CODES[language])
        except (BotoCoreError, ClientError) as failure:
            raise NotSound(f"Polly: {type(failure).__name__}") from failure

    def _say(self, text: str, code: str) -> bytes:
        answer = self.client.synthesize_speech(
            Engine=ENGINE, VoiceId=VOICE, LanguageCode=code, OutputFormat="mp3", Text=text, TextType="text"
        )
        said: bytes = answer["AudioStream"].read()
        return said
