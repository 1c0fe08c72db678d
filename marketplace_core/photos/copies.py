"""The copy of a photo that leaves us: upright, of a size for a screen, with nothing in it but the picture.

A camera writes where it was into the file; a copy drawn anew cannot hold it.
"""

import io

from PIL import Image, ImageOps

LONGEST_SIDE = 1600
QUALITY = 85


def copy_of(content: bytes) -> bytes:
    """A JPEG. Slow enough to be called in a thread."""
    with Image.open(io.BytesIO(content)) as opened:
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
