"""Photos for tests, drawn here: reproducible, each unlike the others, some the same in disguise."""

import io
from uuid import UUID, uuid4

import numpy as np
from PIL import Image, ImageFilter

from marketplace_core.desk import Desk
from marketplace_core.photos import commands as photos
from marketplace_core.photos.prints import Print, print_of

SIDE = 480


def picture(seed: int) -> Image.Image:
    """Soft blotches of colour, as a field seen from far."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 255, (12, 12, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def file_of(image: Image.Image, quality: int = 90) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def smaller(image: Image.Image) -> Image.Image:
    return image.resize((SIDE // 2, SIDE // 2)).filter(ImageFilter.GaussianBlur(0.6))


def cropped(image: Image.Image) -> Image.Image:
    edge = SIDE // 12
    return image.crop((edge, edge, SIDE - edge, SIDE - edge))


async def keep(desk: Desk, person_id: UUID, prints: Print) -> UUID:
    photo_id = uuid4()
    await photos.remember(desk, photo_id, person_id=person_id, key="k", prints=prints)
    return photo_id


async def sent(desk: Desk, person_id: UUID, image: Image.Image, quality: int = 90) -> UUID:
    return await keep(desk, person_id, print_of(file_of(image, quality)))
