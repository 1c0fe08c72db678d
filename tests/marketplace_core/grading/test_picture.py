"""Whatever comes is a picture to look at or refused with a reason; nothing else happens, and memory stays bounded."""

import io
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from marketplace_core.grading.eyes.picture import LONGEST_SIDE, Picture, open_picture
from marketplace_core.photos.copies import copy_of
from marketplace_core.photos.prints import print_of
from marketplace_core.photos.whereabouts import apart_km, is_far
from marketplace_core.store import LARGEST, NotAPhoto, check_photo
from tests.marketplace_core.pictures import picture

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # broken notes are what we ask for here

MOST_GROWTH_MB = 450
BROWN = (150, 100, 50)
PUNE = ((18.0, 31.0, 13.44), (73.0, 51.0, 23.76))


def saved(image: Image.Image, form: str = "JPEG", **how: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


def notes(
    *,
    north: object = PUNE[0],
    east: object = PUNE[1],
    sides: tuple[object, object] = ("N", "E"),
    taken: object = "2026:04:12 10:20:30",
    orientation: int = 1,
) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8825).update({1: sides[0], 2: north, 3: sides[1], 4: east})
    exif.get_ifd(0x8769).update({0x9003: taken})
    return exif


def half_and_half() -> Image.Image:
    """Red above blue."""
    image = Image.new("RGB", (60, 80), "red")
    image.paste("blue", (0, 40, 60, 80))
    return image


def middle(of: Picture) -> list[int]:
    height, width, _ = of.rgb.shape
    return [int(value) for value in of.rgb[height // 2, width // 2]]


def close(one: object, other: object) -> bool:
    return bool(np.abs(np.subtract(one, other).astype(int)).max() <= 6)  # type: ignore[call-overload]


# ---- what a picture is


@pytest.mark.parametrize(
    "content",
    [
        saved(Image.new("RGB", (90, 60), BROWN)),
        saved(Image.new("RGB", (90, 60), BROWN), "PNG"),
        saved(Image.new("RGB", (90, 60), BROWN), "WEBP", quality=100),
        saved(Image.new("RGB", (90, 60), BROWN), progressive=True),
        saved(Image.new("RGB", (90, 60), BROWN).convert("CMYK"), quality=95),
        saved(Image.new("RGB", (90, 60), BROWN).convert("P", palette=Image.Palette.ADAPTIVE), "PNG"),
        saved(Image.new("RGBA", (90, 60), (*BROWN, 255)), "PNG"),
        saved(
            Image.new("RGB", (90, 60), BROWN), "MPO", save_all=True, append_images=[Image.new("RGB", (9, 9))]
        ),
        saved(
            Image.new("RGB", (90, 60), BROWN),
            "PNG",
            save_all=True,
            append_images=[Image.new("RGB", (90, 60))],
        ),
        saved(
            Image.new("RGB", (90, 60), BROWN),
            "WEBP",
            save_all=True,
            append_images=[Image.new("RGB", (90, 60))],
        ),
    ],
    ids=[
        "jpeg",
        "png",
        "webp",
        "progressive",
        "cmyk",
        "palette",
        "opaque",
        "two-in-one",
        "apng",
        "moving-webp",
    ],
)
def test_every_kind_of_photo_becomes_its_first_picture_in_colour(content: bytes) -> None:
    seen = open_picture(content)
    assert seen.rgb.shape == (60, 90, 3)
    assert seen.rgb.dtype == np.uint8
    assert close(middle(seen), BROWN)


def test_what_shines_through_lies_on_white() -> None:
    for content in (
        saved(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "PNG"),
        saved(Image.new("LA", (40, 40), (0, 0)), "PNG"),
        saved(Image.new("P", (40, 40), 0), "PNG", transparency=0),
        saved(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "WEBP", lossless=True),
    ):
        assert middle(open_picture(content)) == [255, 255, 255]


def test_sixteen_bits_are_the_same_light_as_eight() -> None:
    deep = Image.fromarray(np.full((30, 30), 150 * 256 + 99, dtype=np.uint16))
    assert middle(open_picture(saved(deep, "PNG"))) == [150, 150, 150]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_however_the_camera_was_held_the_picture_stands_upright(orientation: int) -> None:
    lying = {
        1: lambda image: image,
        2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: lambda image: image.transpose(Image.Transpose.ROTATE_180),
        4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
        6: lambda image: image.transpose(Image.Transpose.ROTATE_90),
        7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
        8: lambda image: image.transpose(Image.Transpose.ROTATE_270),
    }[orientation](half_and_half())
    for form in ("JPEG", "PNG", "WEBP"):
        content = saved(lying, form, exif=notes(orientation=orientation))
        seen = open_picture(content).rgb
        assert seen.shape == (80, 60, 3)
        assert close(seen[5, 30], (255, 0, 0)) and close(seen[75, 30], (0, 0, 255))


def test_a_large_photo_comes_down_to_what_the_eyes_need() -> None:
    assert open_picture(saved(Image.new("RGB", (4000, 3000), BROWN))).rgb.shape == (1920, LONGEST_SIDE, 3)
    assert open_picture(saved(Image.new("RGB", (300, 20000), BROWN))).rgb.shape[0] == LONGEST_SIDE
    assert open_picture(saved(Image.new("RGB", (300, 200), BROWN))).rgb.shape == (200, 300, 3)


# ---- what the camera wrote


def test_place_and_time_are_read() -> None:
    seen = open_picture(saved(half_and_half(), exif=notes()))
    assert seen.place == pytest.approx((18.5204, 73.8566), abs=1e-6)
    assert seen.taken_at == "2026-04-12T10:20:30"


def test_south_and_west_are_below_nought() -> None:
    assert open_picture(saved(half_and_half(), exif=notes(sides=("S", "W")))).place == pytest.approx(
        (-18.5204, -73.8566), abs=1e-6
    )


NOTHING = TiffImagePlugin.IFDRational(0, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"north": (NOTHING, NOTHING, NOTHING)},
        {"north": (91.0, 0.0, 0.0)},
        {"east": (180.0, 59.0, 59.0)},
        {"north": (18.0, 99.0, 0.0)},
        {"north": (18.0, 31.0)},
        {"sides": ("X", "E")},
        {"sides": ("", "E")},
        {"sides": (b"\xff\xfe", "E")},
        {"north": (0.0, 0.0, 0.0), "east": (0.0, 0.0, 0.0)},
    ],
    ids=str,
)
def test_an_impossible_place_is_no_place(wrong: dict[str, object]) -> None:
    seen = open_picture(saved(half_and_half(), exif=notes(**wrong)))  # type: ignore[arg-type]
    assert seen.place is None
    assert seen.taken_at == "2026-04-12T10:20:30"


@pytest.mark.parametrize(
    "taken", ["0000:00:00 00:00:00", "    :  :     :  :  ", "yesterday", "", "2026:02:30 10:00:00"]
)
def test_an_impossible_time_is_no_time(taken: str) -> None:
    seen = open_picture(saved(half_and_half(), exif=notes(taken=taken)))
    assert seen.taken_at is None
    assert seen.place is not None


def test_broken_notes_do_not_spoil_a_good_picture() -> None:
    content = saved(half_and_half(), exif=b"Exif\0\0II*\0\xff\xff\xff\x7f" + b"\xff" * 300)
    seen = open_picture(content)
    assert (seen.place, seen.taken_at, seen.rgb.shape) == (None, None, (80, 60, 3))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_no_copy_says_where_it_was_taken_or_by_which_camera(form: str) -> None:
    exif = notes()
    exif[0x010F] = "Farmphone"
    content = saved(
        half_and_half(), form, exif=exif, icc_profile=b"profile of a Farmphone", comment=b"Farmphone"
    )
    assert open_picture(content).place is not None
    with Image.open(io.BytesIO(copy_of(content))) as copy:
        assert dict(copy.getexif()) == {}
        assert {"exif", "xmp", "icc_profile", "comment", "photoshop"}.isdisjoint(copy.info)
    assert b"Farmphone" in content
    assert b"Farmphone" not in copy_of(content)


def test_a_photo_from_far_away_is_told_from_one_nearby() -> None:
    pune, mumbai, baramati = (18.5204, 73.8566), (19.0760, 72.8777), (18.1514, 74.5777)
    assert apart_km(pune, mumbai) == pytest.approx(120, abs=2)
    assert is_far(pune, mumbai)
    assert not is_far(pune, (18.60, 73.90))
    assert apart_km(pune, baramati) == apart_km(baramati, pune)
    assert apart_km(None, pune) is None and apart_km(pune, None) is None
    assert not is_far(None, pune)


# ---- what is refused


def many_scans(scans: int) -> bytes:
    """A progressive JPEG whose last scan is repeated."""
    content = saved(picture(1), progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:-2] + content[last:-2] * scans + b"\xff\xd9"


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("run.sh", "rm -rf /")
    return out.getvalue()


GOOD = saved(picture(1))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n1 0 obj", "neither"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><rect width='9' height='9'/></svg>", "neither"),
        (b"<html><img src=x onerror=alert(1)></html>" + GOOD, "neither"),
        (zipped() + GOOD, "neither"),
        (saved(picture(1), "GIF"), "neither"),
        (saved(picture(1), "TIFF"), "neither"),
        (saved(picture(1), "AVIF"), "send it as JPEG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 500, "send it as JPEG"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + b"\0" * 500, "send it as JPEG"),
        (GOOD[: len(GOOD) // 2], "does not open"),
        (GOOD[:20], "does not open"),
        (saved(picture(1), "PNG")[:-3000], "does not open"),
        (saved(picture(1), "WEBP")[:-500], "does not open"),
        (GOOD + b"\0" * LARGEST, "larger"),
        (many_scans(60), "scans"),
        (saved(Image.new("RGB", (10000, 10000))), "more than 50000000 pixels"),
        (saved(Image.new("L", (20000, 10000)), "PNG"), "more than"),
        (saved(Image.new("L", (6000, 6000)), progressive=True), "more than 25000000 pixels"),
        (saved(Image.new("L", (6000, 6000)), "PNG"), "more than 25000000 pixels"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value[:10]!r}-{len(value)}",
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_is_no_photo_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    for opening in (open_picture, check_photo, copy_of, print_of):
        with pytest.raises(NotAPhoto, match=reason):
            opening(content)  # type: ignore[operator]


def test_a_photo_that_is_something_else_besides_is_only_its_picture() -> None:
    for tail in (zipped(), b"<script>alert(1)</script>"):
        assert open_picture(GOOD + tail).rgb.shape == (480, 480, 3)
        assert tail not in copy_of(GOOD + tail)


def test_a_few_scans_more_than_usual_are_no_harm() -> None:
    assert open_picture(many_scans(5)).rgb.shape == (480, 480, 3)


# ---- chance as an enemy

REAL = tuple(
    saved(picture(seed).resize((96, 96)), form, **({"exif": notes(orientation=6)} | how))
    for seed, (form, how) in enumerate(
        [
            ("JPEG", {}),
            ("JPEG", {"progressive": True}),
            ("PNG", {}),
            ("WEBP", {}),
            ("WEBP", {"lossless": True}),
        ]
    )
)


def looked_at_or_refused(content: bytes) -> None:
    try:
        seen = open_picture(content)
    except NotAPhoto:
        return
    assert seen.rgb.ndim == 3 and seen.rgb.shape[2] == 3
    assert max(seen.rgb.shape) <= LONGEST_SIDE
    copy_of(content)


@given(
    st.sampled_from(REAL), st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255)), min_size=1, max_size=12)
)
@settings(max_examples=300, deadline=None)
def test_flipped_bits_are_a_picture_or_refused(content: bytes, flips: list[tuple[float, int]]) -> None:
    damaged = bytearray(content)
    for where, mask in flips:
        damaged[int(where * (len(damaged) - 1))] ^= mask
    looked_at_or_refused(bytes(damaged))


@given(st.sampled_from(REAL), st.floats(0, 0.1), st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_nonsense_among_the_cameras_notes_is_a_picture_or_refused(
    content: bytes, where: float, noise: bytes
) -> None:
    place = 12 + int(where * len(content))
    looked_at_or_refused(content[:place] + noise + content[place + len(noise) :])


@given(st.sampled_from(REAL), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_what_is_cut_off_or_cut_out_is_a_picture_or_refused(content: bytes, one: float, other: float) -> None:
    first, last = sorted((int(one * len(content)), int(other * len(content))))
    looked_at_or_refused(content[:first])
    looked_at_or_refused(content[:first] + content[last:])


def png_header_says(width: int, height: int, depth: int, colour: int) -> bytes:
    """A small PNG of a real picture with another header in front of it, its checksum right."""
    content = saved(picture(1).resize((40, 40)), "PNG")
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([depth, colour, 0, 0, 0])
    return content[:16] + header + zlib.crc32(b"IHDR" + header).to_bytes(4, "big") + content[33:]


@given(st.integers(0, 5000), st.integers(0, 5000), st.sampled_from([1, 2, 4, 8, 16]), st.integers(0, 6))
@settings(max_examples=60, deadline=None)
def test_a_header_that_lies_is_a_picture_or_refused(width: int, height: int, depth: int, colour: int) -> None:
    looked_at_or_refused(png_header_says(width, height, depth, colour))


# ---- memory

LARGE: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: saved(Image.new("RGB", (8600, 5800), BROWN)),
    "progressive": lambda: saved(Image.new("RGB", (5000, 4990), BROWN), progressive=True, subsampling=0),
    "png": lambda: saved(Image.new("RGBA", (5000, 4990), (*BROWN, 99)), "PNG", compress_level=1),
    "webp": lambda: saved(Image.new("RGB", (5000, 4990), BROWN), "WEBP", method=0),
    "too large": lambda: saved(Image.new("RGB", (12000, 9000), BROWN)),
}

OPEN = """
import resource, sys
from marketplace_core.grading.eyes.picture import open_picture
from marketplace_core.store import NotAPhoto
content = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    open_picture(content)
except NotAPhoto:
    pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize("large", LARGE)
def test_the_largest_photos_we_open_keep_memory_bounded(large: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", OPEN],
        input=LARGE[large](),
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert int(ran.stdout) < MOST_GROWTH_MB
    if large == "too large":
        assert int(ran.stdout) < 20
