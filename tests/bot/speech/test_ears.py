"""Ears: what we ask of Amazon and make of its answers, what holds without it, and what is doubtful sound."""

import asyncio
import io
import json
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from bot.settings import Settings
from bot.speech import sound
from bot.speech.ears import Ears, ears
from bot.speech.sound import LONGEST, NotSound, Sound, TooLong, plain
from bot.speech.transcribe import LANGUAGES, Transcribe
from bot.speech.unheard import Unheard

NOTE = Sound(b"RIFF....WAVE", "audio/wav", 1.0)
REGION = {"region_name": "ap-south-1", "aws_access_key_id": "x", "aws_secret_access_key": "x"}
needs_ffmpeg = pytest.mark.skipif(not sound.ffmpeg(), reason="ffmpeg is not installed: make sound")


def silence(seconds: float, rate: int = 8000) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(rate)
        file.writeframes(b"\x80" * int(seconds * rate))
    return out.getvalue()


class Amazon:
    """Both clients with their answers in order; botocore checks the shape of each question and each answer."""

    def __init__(self) -> None:
        self.transcribe, self.s3 = boto3.client("transcribe", **REGION), boto3.client("s3", **REGION)
        self.jobs, self.files = Stubber(self.transcribe), Stubber(self.s3)
        self.jobs.activate()
        self.files.activate()
        self.ear = Transcribe("mandi-ears", self.transcribe, self.s3, look_again=0.0)

    def takes_the_note(self) -> None:
        self.files.add_response("put_object", {}, {"Bucket": "mandi-ears", "Key": ANY, "Body": ANY})
        self.jobs.add_response(
            "start_transcription_job",
            {"TranscriptionJob": {"TranscriptionJobStatus": "IN_PROGRESS"}},
            {
                "TranscriptionJobName": ANY,
                "Media": {"MediaFileUri": ANY},
                "MediaFormat": "wav",
                "IdentifyLanguage": True,
                "LanguageOptions": list(LANGUAGES),
                "OutputBucketName": "mandi-ears",
                "OutputKey": ANY,
            },
        )

    def says(self, status: str, **more: Any) -> None:
        self.jobs.add_response(
            "get_transcription_job",
            {"TranscriptionJob": {"TranscriptionJobStatus": status, **more}},
            {"TranscriptionJobName": ANY},
        )

    def writes(self, document: bytes) -> None:
        body = StreamingBody(io.BytesIO(document), len(document))
        self.files.add_response("get_object", {"Body": body}, {"Bucket": "mandi-ears", "Key": ANY})

    def forgets(self) -> None:
        self.jobs.add_response("delete_transcription_job", {}, {"TranscriptionJobName": ANY})
        for _ in range(2):
            self.files.add_response("delete_object", {}, {"Bucket": "mandi-ears", "Key": ANY})

    def all_was_asked(self) -> None:
        self.jobs.assert_no_pending_responses()
        self.files.assert_no_pending_responses()


@pytest.fixture
def amazon() -> Iterator[Amazon]:
    amazon = Amazon()
    yield amazon
    amazon.all_was_asked()


def written(text: str) -> bytes:
    return json.dumps({"results": {"transcripts": [{"transcript": text}], "items": []}}).encode()


async def test_what_was_said_comes_back_with_its_language_and_nothing_stays_there(amazon: Amazon) -> None:
    amazon.takes_the_note()
    amazon.says("QUEUED")
    amazon.says("IN_PROGRESS")
    amazon.says("COMPLETED", LanguageCode="kn-IN")
    amazon.writes(written("ಹತ್ತು ಕ್ವಿಂಟಾಲ್ ಗೋಧಿ"))
    amazon.forgets()
    heard = await Ears((amazon.ear,)).hear(NOTE)
    assert (heard.text, heard.language, heard.ear) == ("ಹತ್ತು ಕ್ವಿಂಟಾಲ್ ಗೋಧಿ", "kn", "transcribe")


async def test_a_failed_job_is_cleared_away_too(amazon: Amazon) -> None:
    amazon.takes_the_note()
    amazon.says("FAILED", FailureReason="The audio is too short")
    amazon.forgets()
    with pytest.raises(Unheard, match="too short"):
        await amazon.ear.hear(NOTE)


async def test_refused_by_amazon_is_unheard_and_cleared_away(amazon: Amazon) -> None:
    amazon.files.add_client_error("put_object", "AccessDenied")
    amazon.jobs.add_client_error("delete_transcription_job", "BadRequestException")
    for _ in range(2):
        amazon.files.add_response("delete_object", {}, {"Bucket": "mandi-ears", "Key": ANY})
    with pytest.raises(Unheard, match="AccessDenied"):
        await amazon.ear.hear(NOTE)


@pytest.mark.parametrize("document", [b"", b"[]", b'{"results": {"transcripts": [{}]}}', b"\xff"])
async def test_an_odd_document_is_unheard(amazon: Amazon, document: bytes) -> None:
    amazon.takes_the_note()
    amazon.says("COMPLETED", LanguageCode="hi-IN")
    amazon.writes(document)
    amazon.forgets()
    with pytest.raises(Unheard):
        await amazon.ear.hear(NOTE)


async def test_who_waits_no_longer_leaves_nothing_there(amazon: Amazon) -> None:
    amazon.ear.look_again = 60
    amazon.takes_the_note()
    amazon.says("IN_PROGRESS")
    amazon.forgets()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await amazon.ear.hear(NOTE)


async def test_silence_is_unheard(amazon: Amazon) -> None:
    amazon.takes_the_note()
    amazon.says("COMPLETED")
    amazon.writes(written(" "))
    amazon.forgets()
    with pytest.raises(Unheard, match="no word"):
        await Ears((amazon.ear,)).hear(NOTE)


async def test_a_format_amazon_does_not_take_is_never_sent(amazon: Amazon) -> None:
    with pytest.raises(Unheard):
        await amazon.ear.hear(Sound(b"", "video/3gpp"))


def test_amazon_knows_the_languages_we_name() -> None:
    model = boto3.client("transcribe", **REGION).meta.service_model
    assert set(LANGUAGES) <= set(model.shape_for("LanguageCode").enum)


async def test_nobody_listens_where_nothing_is_configured() -> None:
    none = ears(Settings(_env_file=None))
    assert not none
    with pytest.raises(Unheard):
        await none.hear(NOTE)


def test_a_local_model_that_is_not_there_is_no_ear(tmp_path: Path) -> None:
    assert not ears(Settings(_env_file=None, whisper_model=tmp_path / "nowhere"))
    assert not ears(Settings(_env_file=None, whisper_model=tmp_path))  # no library, or no model in it


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"#EXTM3U\nfile:///etc/passwd\n", b"\xff\xd8\xff\xe0photo", b"%PDF-1.4"]
)
async def test_what_is_no_sound_is_not_opened(content: bytes) -> None:
    with pytest.raises(NotSound):
        await plain(content)


@needs_ffmpeg
@pytest.mark.parametrize("content", [b"OggS" + b"x" * 600, b"#!AMR\n", b"RIFF\xff\xff\xff\xffWAVEfmt "])
async def test_broken_sound_is_refused(content: bytes) -> None:
    with pytest.raises(NotSound):
        await plain(content)


@needs_ffmpeg
async def test_a_note_becomes_sixteen_kilohertz_mono() -> None:
    heard = await plain(silence(3))
    assert heard.content_type == "audio/wav"
    assert heard.seconds == pytest.approx(3, abs=0.1)
    with wave.open(io.BytesIO(heard.content)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (1, 16000, 2)


@needs_ffmpeg
async def test_minutes_in_a_small_file_are_too_long() -> None:
    packed = await sound.as_voice_note(silence(LONGEST + 20))
    assert len(packed) < 200_000
    with pytest.raises(TooLong):
        await plain(packed)
    allowed = await plain(silence(LONGEST - 1))
    assert allowed.seconds == pytest.approx(LONGEST - 1, abs=0.5)
