"""What a photo leaves behind so that we know it again: pure, and slow enough to be called in a thread.

Three prints, from sure to doubtful: the SHA-256 of the file (the very same file), a perceptual hash (the same picture
after scaling, recompression, a little brightness), and a likeness (the same scene cropped or turned: a suspicion).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import imagehash
import numpy as np
from PIL import Image

from marketplace_core.store import open_photo

BITS, CHUNKS = 256, 16
CHUNK_BITS = BITS // CHUNKS
#: With 31 bits apart over 16 chunks at least one chunk differs by one bit or none: the index misses nothing.
NEAR_BITS = 2 * CHUNKS - 1
#: Two pictures with a cosine above this look like one scene; a suspicion for a person to look at.
LIKE = 0.992
SIDE = 256
COLOURS, DIRECTIONS = 8, 12


@dataclass(frozen=True)
class Print:
    """`bits` has 64 hex digits; `likeness` is a unit vector in whole 1/127ths."""

    sha256: str
    bits: str
    likeness: bytes


def print_of(content: bytes) -> Print:
    picture = open_photo(content, 2 * SIDE).image
    return Print(
        hashlib.sha256(content).hexdigest(),
        str(imagehash.phash(picture, hash_size=CHUNKS)),
        _likeness(picture),
    )


def codes(bits: str) -> list[int]:
    """Each chunk with its number in front: what the index holds."""
    return [_code(number, chunk) for number, chunk in _chunks(bits)]


def probes(bits: str) -> list[int]:
    """Each chunk and its sixteen neighbours of one bit: what the index is asked for."""
    return [
        _code(number, chunk ^ flipped)
        for number, chunk in _chunks(bits)
        for flipped in (0, *(1 << bit for bit in range(CHUNK_BITS)))
    ]


def _chunks(bits: str) -> Iterator[tuple[int, int]]:
    digits = CHUNK_BITS // 4
    return ((number, int(bits[number * digits : (number + 1) * digits], 16)) for number in range(CHUNKS))


def _code(number: int, chunk: int) -> int:
    return number << CHUNK_BITS | chunk


def _likeness(picture: Image.Image) -> bytes:
    """Colours and directions of edges, wherever they lie in the picture: a crop changes them little."""
    small = np.asarray(picture.resize((SIDE, SIDE)), dtype=np.float32)
    hue, depth, light = np.moveaxis(np.asarray(picture.resize((SIDE, SIDE)).convert("HSV")), -1, 0)
    colour, _ = np.histogramdd(
        np.stack([hue.ravel(), depth.ravel(), light.ravel()], axis=1),
        bins=(COLOURS, 4, 4),
        range=((0, 256),) * 3,
    )
    grey = small.mean(axis=2)
    down, across = np.gradient(grey)
    direction = np.arctan2(down, across) % np.pi
    edges, _ = np.histogram(direction, bins=DIRECTIONS, range=(0, np.pi), weights=np.hypot(down, across))
    parts = [np.sqrt(part.ravel() / max(part.sum(), 1e-9)) for part in (colour, edges)]
    vector = np.concatenate(parts) / np.sqrt(len(parts))
    whole: bytes = np.rint(vector * 127).astype(np.int8).tobytes()
    return whole


def alike(one: bytes, other: bytes) -> float:
    """The cosine of two likenesses."""
    a, b = (np.frombuffer(each, dtype=np.int8).astype(np.float32) for each in (one, other))
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b) + 1e-9))
