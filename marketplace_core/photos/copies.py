"""The copy of a photo that leaves us: upright, of a size for a screen, with nothing in it but the picture.

A camera writes where it was into the file; a copy drawn anew cannot hold it.
"""

import io

from marketplace_core.store import open_photo

LONGEST_SIDE = 1600
QUALITY = 85


def copy_of(content: bytes) -> bytes:
    """A JPEG. Slow enough to be called in a thread."""
    out = io.BytesIO()
    drawn = open_photo(content, LONGEST_SIDE).image
    drawn.info.clear()  # a writer may take profiles and comments from here
    drawn.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
