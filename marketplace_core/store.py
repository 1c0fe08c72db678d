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
import numpy as np
from botocore.config import Config
from botocore.exceptions import ClientError
from PIL import Image

from marketplace_core.settings import MarketSettings

LARGEST = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
#: What cannot be decoded small lies in memory whole, several times over: a progressive JPEG, a PNG, a WebP.
MOST_PIXELS_WHOLE = 25_000_000
#: A progressive JPEG of a phone has about ten; thousands fit into a file, each drawing the whole picture anew.
MOST_SCANS = 40

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
    *((4, b"ftyp" + brand, "image/heic") for brand in (b"hei", b"hev", b"mif1", b"msf1")),
    (4, b"ftypavi", "image/avif"),
    (4, b"ftyp3gp", "video/3gpp"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"%PDF-", "application/pdf"),
)

_ENDINGS: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/avif": "avif",
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

#: HEIC and AVIF are known and not opened: video decoders of doubtful files, for phones that can send JPEG as well.
_PHOTOS: Mapping[str, str] = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}

_SCAN = re.compile(rb"\xff\xda\x00[\x08\x0a\x0c\x0e][\x01-\x04]")

_ORIENTATION = 0x0112
#: What to do so that a picture stands upright; its EXIF says how the camera was held.
_TURNS: Mapping[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

#: Whoever waits for a photo comes again; five tries of a minute, as is the custom, would hold up a worker.
PATIENCE = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})

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
    open_photo(content, 512)
    return str(type_of(content))


@dataclass(frozen=True)
class Opened:
    """`image` is upright RGB; `exif` may say anything, or fail when asked."""

    image: Image.Image
    exif: Image.Exif


def open_photo(content: bytes, longest: int) -> Opened:
    """Its first picture, at most so large; raises `NotAPhoto` and nothing else. Call it in a thread."""
    form = _form(content)
    try:
        with Image.open(io.BytesIO(content), formats=[form]) as image:
            _check_size(image)
            # Decoded at an eighth, a quarter or half, not below `longest`; a cut-off file fails all the same.
            scale = min(1.0, longest / max(image.size))
            image.draft("RGB", (max(1, int(image.width * scale)), max(1, int(image.height * scale))))
            image.load()
            exif = _exif_of(image)
            small = _in_colour(image)
            small.thumbnail((longest, longest), reducing_gap=2.0)
    except NotAPhoto:
        raise
    except Image.DecompressionBombError:
        raise NotAPhoto(f"more than {MOST_PIXELS} pixels") from None
    except Exception as error:  # whatever a decoder stumbles over
        raise NotAPhoto(f"does not open: {type(error).__name__}") from error
    turn = _TURNS.get(_orientation(exif))
    upright = small if turn is None else small.transpose(turn)
    return Opened(_on_white(upright), exif)


def _form(content: bytes) -> str:
    if not content:
        raise NotAPhoto("empty")
    content_type = type_of(content)
    if content_type in ("image/heic", "image/avif"):
        raise NotAPhoto("HEIC or AVIF: send it as JPEG, or take it with WhatsApp's own camera")
    if content_type is None or content_type not in _PHOTOS:
        raise NotAPhoto("neither JPEG nor PNG nor WebP")
    if len(content) > LARGEST:
        raise NotAPhoto(f"larger than {LARGEST} bytes")
    if len(_SCAN.findall(content)) > MOST_SCANS:
        raise NotAPhoto(f"drawn in more than {MOST_SCANS} scans")
    return _PHOTOS[content_type]


def _check_size(image: Image.Image) -> None:
    whole = image.format not in ("JPEG", "MPO") or "progressive" in image.info
    most = MOST_PIXELS_WHOLE if whole else MOST_PIXELS
    if image.width * image.height > most:
        raise NotAPhoto(f"more than {most} pixels")


def _exif_of(image: Image.Image) -> Image.Exif:
    """A camera's notes may be broken where its picture is good."""
    try:
        return image.getexif()
    except Exception:
        return Image.Exif()


def _orientation(exif: Image.Exif) -> int:
    try:
        return int(exif.get(_ORIENTATION, 1))
    except Exception:
        return 1


def _in_colour(image: Image.Image) -> Image.Image:
    """RGB or RGBA: what is sixteen bits deep keeps its upper eight, a palette becomes its colours."""
    if image.mode.startswith("I"):
        deep = np.asarray(image) >> 8
        return Image.fromarray(deep.clip(0, 255).astype(np.uint8)).convert("RGB")
    if "A" in image.mode or "transparency" in image.info:
        return image.convert("RGBA")
    return image if image.mode == "RGB" else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


class Storage(Protocol):
    async def store(self, content: bytes, content_type: str) -> str:
        """The key, made of the content alone: the same photo lies there once."""

    async def load(self, key: str) -> bytes:
        """Raises `MediaMissing`."""

    async def remove(self, key: str) -> None:
        """What is gone already may go again."""


def storage(settings: MarketSettings) -> Storage:
    if settings.media_bucket:
        return Bucket(settings.media_bucket, boto3.client("s3", config=PATIENCE))
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
