"""espeak-ng: a plain voice for every one of our languages, on our own machine."""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bot.speech import sound

#: By language; English with an Indian ear in mind is nearer to the British than to the American voice.
VOICES: Mapping[str, str] = {
    "en": "en-gb",
    **{language: language for language in ("hi", "kn", "pa", "mr", "te", "ta", "bn", "gu", "ml")},
}
#: Words a minute: its own 175 are too many for a price that is heard once.
PACE = 140


class Espeak:
    name = "espeak"

    def __init__(self, program: str) -> None:
        self.program = program

    def voice(self, language: str) -> str | None:
        return VOICES.get(language)

    async def say(self, text: str, language: str) -> bytes:
        """WAV. Raises `NotSound`."""
        with tempfile.TemporaryDirectory() as folder:
            words, said = Path(folder) / "words", Path(folder) / "said.wav"
            await asyncio.to_thread(words.write_text, text)
            options = ("-v", VOICES[language], "-s", str(PACE), "-b", "1")
            await sound.run(self.program, *options, "-f", str(words), "-w", str(said))
            return await asyncio.to_thread(said.read_bytes)


def espeak() -> Espeak | None:
    program = shutil.which("espeak-ng")
    return Espeak(program) if program else None
