"""A photo opened once: upright, without its file, for every eye to look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from marketplace_core.store import open_photo

Pixels = NDArray[np.uint8]

#: Kernels of a tray are still about fifty pixels long at this size.
LONGEST_SIDE = 2560


@dataclass(frozen=True)
class Picture:
    """`rgb` is height x width x 3, upright; `place` is where the camera says it was (latitude, longitude).

    `taken_at` is the camera's own clock, without a zone where it tells none.
    """

    rgb: Pixels
    place: tuple[float, float] | None = None
    taken_at: str | None = None


def open_picture(content: bytes) -> Picture:
    """Raises `marketplace_core.store.NotAPhoto`. Slow enough to be called in a thread."""
    opened = open_photo(content, LONGEST_SIDE)
    return Picture(np.array(opened.image), _place(opened.exif), _taken_at(opened.exif))


def _place(exif: Image.Exif) -> tuple[float, float] | None:
    gps = _notes(exif, ExifTags.IFD.GPSInfo)
    north = _degrees(gps, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "NS", 90)
    east = _degrees(gps, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "EW", 180)
    if (
        north is None or east is None or (north, east) == (0, 0)
    ):  # what a camera writes that has found nothing yet
        return None
    return north, east


def _degrees(gps: Mapping[int, Any], tag: int, side_tag: int, sides: str, most: float) -> float | None:
    """Degrees, minutes and seconds, the two sides by a letter; None unless all of it makes sense."""
    try:
        degrees, minutes, seconds = (float(part) for part in gps[tag])
        side = gps[side_tag]
        letter = (side.decode() if isinstance(side, bytes) else side).strip("\0 ").upper()
    except Exception:  # rationals over zero, wrong counts, numbers for letters: whatever stands in a file
        return None
    value = degrees + minutes / 60 + seconds / 3600
    sensible = isfinite(value) and min(degrees, minutes, seconds) >= 0 and max(minutes, seconds) <= 60
    if not sensible or value > most or letter not in tuple(sides):
        return None
    return round(value if letter == sides[0] else -value, 6)


def _taken_at(exif: Image.Exif) -> str | None:
    notes = _notes(exif, ExifTags.IFD.Exif)
    for written, zone in (
        (notes.get(ExifTags.Base.DateTimeOriginal), notes.get(ExifTags.Base.OffsetTimeOriginal)),
        (notes.get(ExifTags.Base.DateTimeDigitized), notes.get(ExifTags.Base.OffsetTimeDigitized)),
        (_notes(exif).get(ExifTags.Base.DateTime), notes.get(ExifTags.Base.OffsetTime)),
    ):
        if moment := _moment(written, zone) or _moment(written, None):
            return moment.isoformat()
    return None


def _moment(written: Any, zone: Any) -> datetime | None:
    """A camera writes 2026:11:21 for the day, and for nothing it writes spaces or zeros."""
    try:
        return datetime.fromisoformat(
            written.strip("\0 ").replace(":", "-", 2) + ("" if zone is None else zone.strip("\0 "))
        )
    except Exception:
        return None


def _notes(exif: Image.Exif, part: int | None = None) -> Mapping[int, Any]:
    try:
        return dict(exif if part is None else exif.get_ifd(part))
    except Exception:
        return {}
