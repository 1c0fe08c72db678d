"""Photos are looked at before they are believed, and lie where only their content leads."""

import asyncio
import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws
from PIL import Image

from marketplace_core.settings import MarketSettings
from marketplace_core.store import (
    LARGEST,
    Bucket,
    Folder,
    MediaMissing,
    NotAPhoto,
    Storage,
    check_photo,
    storage,
    type_of,
)


def photo(form: str, size: tuple[int, int] = (64, 48)) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(out, form)
    return out.getvalue()


def claimed_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is this large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + crc

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


JPEG = photo("JPEG")


@pytest.mark.parametrize(("form", "kind"), [("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "webp")])
def test_the_three_kinds_of_photo_are_taken(form: str, kind: str) -> None:
    assert check_photo(photo(form)) == f"image/{kind}"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        photo("GIF"),
        photo("BMP"),
        JPEG[:200],
        JPEG[: len(JPEG) // 2],
        b"\xff\xd8\xff",
        b"RIFF\x00\x00\x00\x00WEBP",
        b"\x89PNG\r\n\x1a\n",
        claimed_png(8000, 8000),
        claimed_png(60_000, 60_000),
        claimed_png(0, 5),
        JPEG + b"\0" * LARGEST,
        b"\xff\xd8\xff" + photo("PNG"),
    ],
    ids=[
        "nothing",
        "words",
        "gif",
        "bmp",
        "200 bytes",
        "half",
        "three bytes",
        "no webp",
        "no png",
        "64 megapixels",
        "3600 megapixels",
        "no width",
        "too large",
        "png in jpeg",
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_whatever_else_comes_is_no_photo(content: bytes) -> None:
    with pytest.raises(NotAPhoto):
        check_photo(content)


@given(st.integers(0, len(JPEG)), st.binary(max_size=40))
def test_a_damaged_photo_is_a_photo_or_refused_and_nothing_else(place: int, noise: bytes) -> None:
    damaged = JPEG[:place] + noise + JPEG[place + len(noise) :]
    try:
        assert check_photo(damaged) == "image/jpeg"
    except NotAPhoto:
        assert damaged != JPEG


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"OggS\x00", "audio/ogg"),
        (b"#!AMR\n", "audio/amr"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xf1\x50", "audio/aac"),
        (b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
        (b"\x00\x00\x00\x20ftyp3gp5", "video/3gpp"),
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"\x00\x00\x00\x18ftypmif1", "image/heic"),
        (b"\x00\x00\x00\x1cftypavif", "image/avif"),
        (b"%PDF-1.7", "application/pdf"),
        (b"GIF89a", None),
        (b"", None),
    ],
)
def test_what_came_is_known_by_its_first_bytes(content: bytes, kind: str | None) -> None:
    assert type_of(content) == kind


# ---- where they lie


@pytest.fixture
def s3() -> Iterator[Bucket]:
    with mock_aws():
        client = boto3.client("s3", region_name="ap-south-1")
        client.create_bucket(Bucket="photos", CreateBucketConfiguration={"LocationConstraint": "ap-south-1"})
        yield Bucket("photos", client)


@pytest.fixture(params=["folder", "bucket"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path, s3: Bucket) -> Storage:
    return Folder(tmp_path / "not" / "there yet") if request.param == "folder" else s3


async def test_what_is_stored_comes_back(shelf: Storage) -> None:
    key = await shelf.store(JPEG, "image/jpeg")
    assert await shelf.load(key) == JPEG
    assert key.endswith(".jpg")


async def test_the_same_photo_lies_there_once_and_another_beside_it(shelf: Storage) -> None:
    key = await shelf.store(JPEG, "image/jpeg")
    assert await shelf.store(JPEG, "image/jpeg") == key
    other = await shelf.store(photo("PNG"), "image/png")
    assert other != key
    assert await shelf.load(key) == JPEG


async def test_what_is_removed_is_gone_and_may_be_removed_again(shelf: Storage) -> None:
    key = await shelf.store(JPEG, "image/jpeg")
    for _ in range(2):
        await shelf.remove(key)
    with pytest.raises(MediaMissing):
        await shelf.load(key)


@pytest.mark.parametrize(
    "key", ["00/" + "0" * 64 + ".jpg", "../../etc/passwd", "/etc/passwd", "", "00/..", "00/" + "0" * 64]
)
async def test_a_key_that_is_not_ours_leads_nowhere(shelf: Storage, key: str) -> None:
    with pytest.raises(MediaMissing):
        await shelf.load(key)


async def test_the_bucket_knows_the_type_for_whoever_shows_the_photo(s3: Bucket) -> None:
    key = await s3.store(JPEG, "image/jpeg")
    assert s3.s3.head_object(Bucket="photos", Key=key)["ContentType"] == "image/jpeg"


def test_a_photo_is_all_that_lies_in_the_folder(tmp_path: Path) -> None:
    key = asyncio.run(Folder(tmp_path).store(JPEG, "image/jpeg"))
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()] == [key]


def test_settings_decide_between_folder_and_bucket(tmp_path: Path) -> None:
    assert storage(MarketSettings(_env_file=None, media_folder=tmp_path)) == Folder(tmp_path)
    chosen = storage(MarketSettings(_env_file=None, media_bucket="photos"))
    assert isinstance(chosen, Bucket) and chosen.name == "photos"
