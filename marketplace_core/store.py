"""Photos and recordings: what they really are, and where they lie."""

import asyncio
import hashlib
import io
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.exceptions import ClientError
from PIL import Image

from marketplace_core.settings import MarketSettings

LARGEST = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000

#: What a content begins with, at which place. The order matters where one beginning contains another.
_BEGINNINGS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (8, b"WEBP", "image/webp"),
    (0, b"OggS", "audio/ogg"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf2", "audio/mpeg"),
    (8, b"WAVE", "audio/wav"),
    (4, b"ftyp3gp", "video/3gpp"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"%PDF-", "application/pdf"),
)

_ENDINGS: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "audio/ogg": "ogg",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/wav": "wav",
    "audio/mp4": "m4a",
    "video/3gpp": "3gp",
    "video/mp4": "mp4",
    "application/pdf": "pdf",
}

_PHOTOS: Mapping[str, str] = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}

_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}\.[a-z0-9]{3,4}")


class NotAPhoto(Exception):
    """Says what is wrong with it, for the log; nothing of the photo itself."""


class MediaMissing(Exception):
    pass


def type_of(content: bytes) -> str | None:
    for place, beginning, content_type in _BEGINNINGS:
        if content.startswith(beginning, place):
            return content_type
    return None


def check_photo(content: bytes) -> str:
    """The photo's type, after it was opened; raises `NotAPhoto`. Blocks for a moment: call it in a thread."""
    content_type = type_of(content)
    if content_type is None or content_type not in _PHOTOS:
        raise NotAPhoto("neither JPEG nor PNG nor WebP")
    if len(content) > LARGEST:
        raise NotAPhoto(f"larger than {LARGEST} bytes")
    try:
        with Image.open(io.BytesIO(content), formats=[_PHOTOS[content_type]]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NotAPhoto(f"more than {MOST_PIXELS} pixels")
            image.draft("RGB", (512, 512))  # a JPEG is then decoded small; a cut-off one fails all the same
            image.load()
    except NotAPhoto:
        raise
    except Exception as error:  # whatever a decoder stumbles over
        raise NotAPhoto(f"does not open: {type(error).__name__}") from error
    return content_type


class Storage(Protocol):
    async def store(self, content: bytes, content_type: str) -> str:
        """The key, made of the content alone: the same photo lies there once."""

    async def load(self, key: str) -> bytes:
        """Raises `MediaMissing`."""

    async def remove(self, key: str) -> None:
        """What is gone already may go again."""


def storage(settings: MarketSettings) -> Storage:
    if settings.media_bucket:
        return Bucket(settings.media_bucket, boto3.client("s3"))
    return Folder(settings.media_folder)


def key_of(content: bytes, content_type: str) -> str:
    digest = hashlib.sha256(content).hexdigest()
    return f"{digest[:2]}/{digest}.{_ENDINGS.get(content_type, 'bin')}"


def _known(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise MediaMissing("not a key of ours")
    return key


@dataclass(frozen=True)
class Folder:
    path: Path

    async def store(self, content: bytes, content_type: str) -> str:
        key = key_of(content, content_type)
        await asyncio.to_thread(self._write, key, content)
        return key

    async def load(self, key: str) -> bytes:
        path = self.path / _known(key)
        try:
            return await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError:
            raise MediaMissing(key) from None

    async def remove(self, key: str) -> None:
        await asyncio.to_thread((self.path / _known(key)).unlink, missing_ok=True)

    def _write(self, key: str, content: bytes) -> None:
        """Written aside and renamed: whoever reads the key reads all of it."""
        target = self.path / key
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as aside:
            aside.write(content)
        Path(aside.name).replace(target)


@dataclass(frozen=True)
class Bucket:
    name: str
    s3: Any

    async def store(self, content: bytes, content_type: str) -> str:
        key = key_of(content, content_type)
        await asyncio.to_thread(
            self.s3.put_object, Bucket=self.name, Key=key, Body=content, ContentType=content_type
        )
        return key

    async def load(self, key: str) -> bytes:
        try:
            return await asyncio.to_thread(self._read, _known(key))
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                raise MediaMissing(key) from None
            raise

    async def remove(self, key: str) -> None:
        await asyncio.to_thread(self.s3.delete_object, Bucket=self.name, Key=_known(key))

    def _read(self, key: str) -> bytes:
        body: bytes = self.s3.get_object(Bucket=self.name, Key=key)["Body"].read()
        return body
