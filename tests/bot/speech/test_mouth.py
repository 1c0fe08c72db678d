"""The mouth: which voice speaks, what becomes a voice note, and what is said only once."""

import asyncio
import io
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.speech import sound
from bot.speech.espeak import VOICES, espeak
from bot.speech.mouth import Mouth
from bot.speech.polly import MOST, Polly
from bot.speech.sound import NotSound
from bot.speech.spoken import spoken
from flows.languages import LANGUAGES
from marketplace_core.desk import open_desk
from marketplace_core.privacy import retention
from marketplace_core.privacy.files import delete_files
from marketplace_core.store import Folder, MediaMissing, type_of
from marketplace_core.tenants import HOUSE
from tests.bot.speech.test_ears import REGION, needs_ffmpeg, silence

NOW = datetime.now(UTC)
needs_espeak = pytest.mark.skipif(not espeak(), reason="espeak-ng is not installed: make sound")


def polly() -> tuple[Polly, Stubber]:
    client = boto3.client("polly", **REGION)
    stub = Stubber(client)
    stub.activate()
    return Polly(client), stub


def asked(text: str, code: str) -> dict[str, str]:
    return {
        "Engine": "neural",
        "VoiceId": "Kajal",
        "LanguageCode": code,
        "OutputFormat": "mp3",
        "Text": text,
        "TextType": "text",
    }


async def test_polly_speaks_hindi_with_an_indian_voice() -> None:
    voice, stub = polly()
    body = StreamingBody(io.BytesIO(b"ID3sound"), 8)
    stub.add_response("synthesize_speech", {"AudioStream": body}, asked("नमस्ते।", "hi-IN"))
    assert await voice.say("नमस्ते।", "hi") == b"ID3sound"
    stub.assert_no_pending_responses()


def test_polly_knows_her_languages_and_no_other() -> None:
    voice, _ = polly()
    assert {each for each in LANGUAGES if voice.voice(each)} == {"hi", "en"}


async def test_polly_refusing_is_no_sound() -> None:
    voice, stub = polly()
    stub.add_client_error("synthesize_speech", "ThrottlingException")
    with pytest.raises(NotSound):
        await voice.say("hello", "en")
    with pytest.raises(NotSound, match="longer"):
        await voice.say("a" * (MOST + 1), "en")


def test_every_language_has_a_plain_voice() -> None:
    assert set(VOICES) == set(LANGUAGES)


async def test_without_a_voice_nothing_is_said(engine: AsyncEngine, tmp_path: Path) -> None:
    mute = Mouth(engine, Folder(tmp_path))
    assert not mute.speaks("hi")
    assert await mute.say(HOUSE, "नमस्ते।", "hi", NOW) is None


async def seconds_of(note: bytes, folder: Path) -> float:
    file = folder / "note.ogg"
    file.write_bytes(note)
    probe = await asyncio.create_subprocess_exec(
        *(
            "ffprobe",
            "-v",
            "error",
            "-show_entries",
            "format=duration:stream=codec_name",
            "-of",
            "json",
            str(file),
        ),
        stdout=asyncio.subprocess.PIPE,
    )
    told = json.loads((await probe.communicate())[0])
    assert [stream["codec_name"] for stream in told["streams"]] == ["opus"]
    return float(told["format"]["duration"])


@needs_ffmpeg
@needs_espeak
@pytest.mark.parametrize("language", sorted(LANGUAGES))
async def test_a_price_becomes_a_voice_note_of_some_seconds(
    engine: AsyncEngine, clean: None, tmp_path: Path, language: str
) -> None:
    assert shutil.which("ffprobe")
    mouth = Mouth(engine, Folder(tmp_path), (espeak(),))  # type: ignore[arg-type]
    key = await mouth.say(HOUSE, spoken("₹2,450", language), language, NOW)
    assert key
    note = await mouth.store.load(key)
    assert type_of(note) == "audio/ogg"
    assert 1 < await seconds_of(note, tmp_path) < 10


@needs_ffmpeg
async def test_what_was_said_once_is_not_said_again(engine: AsyncEngine, clean: None, tmp_path: Path) -> None:
    voice, stub = polly()
    for text in ("one.", "two."):
        content = silence(1)
        body = StreamingBody(io.BytesIO(content), len(content))
        stub.add_response("synthesize_speech", {"AudioStream": body}, asked(text, "en-IN"))
    mouth = Mouth(engine, Folder(tmp_path), (voice,))
    first = await mouth.say(HOUSE, "one.", "en", NOW)
    assert first and first == await mouth.say(
        HOUSE, "one.", "en", NOW
    )  # a second question would fail the stub
    assert await mouth.say(HOUSE, "two.", "en", NOW)
    stub.assert_no_pending_responses()


@needs_ffmpeg
async def test_what_was_said_is_forgotten_after_thirty_days(
    engine: AsyncEngine, clean: None, tmp_path: Path
) -> None:
    voice, stub = polly()
    content = silence(1)
    body = StreamingBody(io.BytesIO(content), len(content))
    stub.add_response("synthesize_speech", {"AudioStream": body}, asked("one.", "en-IN"))
    mouth = Mouth(engine, Folder(tmp_path), (voice,))
    key = await mouth.say(HOUSE, "one.", "en", NOW)
    assert key and await mouth.store.load(key)
    for days in (29, 31):
        later = NOW + timedelta(days=days)
        async with open_desk(engine, HOUSE, later) as desk:
            await retention.sweep(desk)
        removed = await delete_files(engine, mouth.store.remove, later)
        assert removed == (1 if days == 31 else 0)
    with pytest.raises(MediaMissing):
        await mouth.store.load(key)


@needs_ffmpeg
@needs_espeak
async def test_when_polly_is_silent_the_plain_voice_speaks(
    engine: AsyncEngine, clean: None, tmp_path: Path
) -> None:
    voice, stub = polly()
    stub.add_client_error("synthesize_speech", "ServiceFailureException")
    mouth = Mouth(engine, Folder(tmp_path), (voice, espeak()))  # type: ignore[arg-type]
    assert await mouth.say(HOUSE, "नमस्ते।", "hi", NOW)


@needs_ffmpeg
async def test_a_voice_that_hands_over_no_sound_is_silent(
    engine: AsyncEngine, tmp_path: Path, clean: None
) -> None:
    voice, stub = polly()
    stub.add_response(
        "synthesize_speech", {"AudioStream": StreamingBody(io.BytesIO(b""), 0)}, asked("one.", "en-IN")
    )
    assert await Mouth(engine, Folder(tmp_path), (voice,)).say(HOUSE, "one.", "en", NOW) is None


def test_ffmpeg_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert sound.ffmpeg() is None
    assert espeak() is None
