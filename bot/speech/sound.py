"""Sound through ffmpeg, where it is installed: voice notes to what ears take, speech to what phones play.

What people send is doubtful: the demuxer is named by the first bytes (a playlist in disguise would open files and
addresses), only files may be opened, and time, length and size are bounded.
"""

import asyncio
import io
import os
import shutil
import signal
import tempfile
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from marketplace_core.store import LARGEST, type_of

#: Seconds of one voice note. Who has more to say sends two.
LONGEST = 120
PATIENCE = 20.0
RATE = 16000
#: In less nothing can be said.
SHORTEST = 0.3

#: Our types of sound, and the demuxer that opens each.
DEMUXERS: Mapping[str, str] = {
    "audio/ogg": "ogg",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/wav": "wav",
    "audio/mp4": "mov",
    "video/3gpp": "mov",
}


class NotSound(Exception):
    """Says what is wrong with it, for the log; nothing of what was said."""


class TooLong(NotSound):
    pass


class NoFfmpeg(Exception):
    pass


@dataclass(frozen=True)
class Sound:
    """`seconds` is None where nothing is installed that could measure it."""

    content: bytes
    content_type: str
    seconds: float | None = None


def ffmpeg() -> str | None:
    return shutil.which("ffmpeg")


async def plain(content: bytes) -> Sound:
    """What was sent, as 16 kHz mono WAV; as it came where ffmpeg is missing. Raises `NotSound`."""
    content_type = _type_of(content)
    if not ffmpeg():
        return Sound(content, content_type)
    # A second more than is allowed: enough to see that it is too long, however many hours are packed in there.
    wav = await _through(
        content, DEMUXERS[content_type], "wav", "-ac", "1", "-ar", str(RATE), "-t", str(LONGEST + 1)
    )
    with wave.open(io.BytesIO(wav)) as written:
        seconds = written.getnframes() / RATE
    if seconds < SHORTEST:
        raise NotSound("nothing in it")
    if seconds > LONGEST:
        raise TooLong(f"longer than {LONGEST} seconds")
    return Sound(wav, "audio/wav", seconds)


async def as_voice_note(content: bytes) -> bytes:
    """Ogg with Opus, the only sound that WhatsApp shows as a voice note. Raises `NotSound` and `NoFfmpeg`."""
    content_type = _type_of(content)
    opus = ("-c:a", "libopus", "-b:a", "24k", "-application", "voip", "-ac", "1", "-ar", "48000")
    return await _through(content, DEMUXERS[content_type], "ogg", *opus)


def _type_of(content: bytes) -> str:
    if not content:
        raise NotSound("empty")
    if len(content) > LARGEST:
        raise NotSound(f"larger than {LARGEST} bytes")
    content_type = type_of(content)
    if content_type is None or content_type not in DEMUXERS:
        raise NotSound("no sound that we know")
    return content_type


async def _through(content: bytes, demuxer: str, muxer: str, *how: str) -> bytes:
    program = ffmpeg()
    if not program:
        raise NoFfmpeg("ffmpeg is not installed")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in", Path(folder) / "out"
        await asyncio.to_thread(source.write_bytes, content)
        only_files = ("-protocol_whitelist", "file", "-f", demuxer, "-i", f"file:{source}")
        only_sound = (
            "-map",
            "0:a:0",
            "-vn",
            "-sn",
            "-dn",
            "-map_metadata",
            "-1",
            "-fflags",
            "+bitexact",
            "-fs",
            str(LARGEST),
        )
        quietly = ("-nostdin", "-v", "error", "-threads", "1")
        await run(program, *quietly, *only_files, *only_sound, *how, "-f", muxer, f"file:{target}")
        return await asyncio.to_thread(target.read_bytes)


async def run(*command: str) -> None:
    """Raises `NotSound` when it fails or takes longer than its patience; then nothing of it is left running."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            _, told = await process.communicate()
    except TimeoutError:
        raise NotSound("took too long") from None
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode:
        name = Path(command[0]).name
        raise NotSound(
            f"{name} ended with {process.returncode}: {told.decode(errors='replace').strip()[-200:]}"
        )
