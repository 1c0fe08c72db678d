"""Amazon Transcribe, the batch kind: it tells the language by itself and knows all ten.

The sound is put into a bucket of ours for as long as the job takes; the answer is written beside it. Both and the job
are deleted, however it ends. A rule of the bucket should empty `hearing/` after a day all the same: a killed worker
deletes nothing.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import structlog
from botocore.exceptions import BotoCoreError, ClientError

from bot.speech.sound import Sound
from bot.speech.unheard import Unheard

log = structlog.get_logger()

LANGUAGES = ("en-IN", "hi-IN", "kn-IN", "pa-IN", "mr-IN", "te-IN", "ta-IN", "bn-IN", "gu-IN", "ml-IN")
#: Its names for our types of sound.
FORMATS: Mapping[str, str] = {
    "audio/wav": "wav",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/amr": "amr",
}
#: A note of some seconds is ready after about ten.
LOOK_AGAIN = 2.0
FOLDER = "hearing"


class Transcribe:
    name = "transcribe"

    def __init__(self, bucket: str, transcribe: Any, s3: Any, look_again: float = LOOK_AGAIN) -> None:
        self.bucket, self.transcribe, self.s3, self.look_again = bucket, transcribe, s3, look_again

    async def hear(self, sound: Sound) -> tuple[str, str | None]:
        form = FORMATS.get(sound.content_type)
        if not form:
            raise Unheard(f"{sound.content_type} is no format of Transcribe")
        job = f"mandi-{uuid4().hex}"
        said, written = f"{FOLDER}/{job}.{form}", f"{FOLDER}/{job}.json"
        try:
            await self._ask(self.s3.put_object, Bucket=self.bucket, Key=said, Body=sound.content)
            await self._ask(
                self.transcribe.start_transcription_job,
                TranscriptionJobName=job,
                Media={"MediaFileUri": f"s3://{self.bucket}/{said}"},
                MediaFormat=form,
                IdentifyLanguage=True,
                LanguageOptions=list(LANGUAGES),
                OutputBucketName=self.bucket,
                OutputKey=written,
            )
            language = await self._done(job)
            answer = await self._ask(self.s3.get_object, Bucket=self.bucket, Key=written)
            return _words(await asyncio.to_thread(answer["Body"].read)), language
        finally:
            await asyncio.shield(self._clear_away(job, said, written))

    async def _done(self, job: str) -> str | None:
        """The language, when it has ended; who asked decides how long that may take."""
        while True:
            answer = await self._ask(self.transcribe.get_transcription_job, TranscriptionJobName=job)
            seen = answer["TranscriptionJob"]
            if seen["TranscriptionJobStatus"] == "COMPLETED":
                code: str = seen.get("LanguageCode") or ""
                return code.partition("-")[0] if code in LANGUAGES else None
            if seen["TranscriptionJobStatus"] == "FAILED":
                raise Unheard(f"the job failed: {seen.get('FailureReason', 'no reason given')}")
            await asyncio.sleep(self.look_again)

    async def _clear_away(self, job: str, *keys: str) -> None:
        """What is not there may go again; what stays is in the log."""
        for forget, names in (
            (self.transcribe.delete_transcription_job, {"TranscriptionJobName": job}),
            *((self.s3.delete_object, {"Bucket": self.bucket, "Key": key}) for key in keys),
        ):
            try:
                await self._ask(forget, **names)
            except Unheard as failure:
                log.warning("left at the ear", what=next(reversed(names.values())), why=str(failure))

    async def _ask(self, call: Any, **what: Any) -> Any:
        try:
            return await asyncio.to_thread(call, **what)
        except (BotoCoreError, ClientError) as failure:
            code = failure.response["Error"]["Code"] if isinstance(failure, ClientError) else ""
            raise Unheard(f"{type(failure).__name__} {code}".strip()) from failure


def _words(document: bytes) -> str:
    try:
        return " ".join(each["transcript"] for each in json.loads(document)["results"]["transcripts"])
    except (ValueError, KeyError, TypeError) as odd:
        raise Unheard("an answer of an unknown shape") from odd
