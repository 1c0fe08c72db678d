"""A Whisper model in a folder of this machine, run by faster-whisper where an operator has installed it.

It is none of our requirements: `pip install faster-whisper` and a converted model are an operator's choice. Of our ten
languages its models know all; how well, nobody here has measured.
"""

import asyncio
import importlib
import io
from pathlib import Path
from typing import Any

from bot.speech.sound import Sound
from bot.speech.unheard import Unheard
from flows.languages import LANGUAGES

#: It hears something in silence too; from here on it says itself that this was no speech.
NO_SPEECH = 0.6


class Whisper:
    name = "whisper"

    def __init__(self, model: Any) -> None:
        self.model = model
        self.one_at_a_time = asyncio.Lock()

    async def hear(self, sound: Sound) -> tuple[str, str | None]:
        async with self.one_at_a_time:
            try:
                return await asyncio.to_thread(self._hear, sound.content)
            except Exception as failure:  # whatever a model stumbles over
                raise Unheard(f"whisper: {type(failure).__name__}") from failure

    def _hear(self, content: bytes) -> tuple[str, str | None]:
        pieces, about = self.model.transcribe(io.BytesIO(content), beam_size=5, vad_filter=True)
        said = " ".join(piece.text.strip() for piece in pieces if piece.no_speech_prob < NO_SPEECH)
        return said, about.language if about.language in LANGUAGES else None


def whisper(folder: Path) -> Whisper:
    """Raises `Unheard` with what is missing."""
    if not folder.is_dir():
        raise Unheard(f"WHISPER_MODEL names no folder: {folder}")
    try:
        library = importlib.import_module("faster_whisper")
    except ImportError:
        raise Unheard("WHISPER_MODEL is set, but faster-whisper is not installed") from None
    try:
        return Whisper(library.WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1))
    except Exception as broken:
        raise Unheard(f"the model does not open: {type(broken).__name__}") from broken
