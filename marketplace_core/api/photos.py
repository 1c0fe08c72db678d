"""Photos: sent once, shown with a listing or graded."""

import asyncio
from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import Body
from pydantic import Field
from starlette.responses import Response

from marketplace_core.api.faults import refuses
from marketplace_core.api.outside import Opens, outside_doors
from marketplace_core.api.route import Me, TheOffice
from marketplace_core.api.shapes import Told
from marketplace_core.errors import NotFound
from marketplace_core.fraud.screens import photo_came
from marketplace_core.photos import commands, queries
from marketplace_core.photos.copies import copy_of
from marketplace_core.photos.errors import NotTaken
from marketplace_core.photos.prints import Print, print_of
from marketplace_core.store import LARGEST, MediaMissing, NotAPhoto, check_photo, storage

router = outside_doors("photos")

SENT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary", "maxLength": LARGEST}}
            for kind in ("image/jpeg", "image/png", "image/webp")
        },
    }
}
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
        "description": "JPEG",
    }
}


class PhotoTaken(Told):
    id: UUID
    content_type: str = Field(examples=["image/jpeg"])


@router.post(
    "/photos",
    status_code=201,
    summary="Send a photo",
    responses=refuses(NotTaken),
    openapi_extra=SENT,
)
async def send(
    body: Annotated[bytes, Body(media_type="image/jpeg")], me: Me, opens: Opens, office: TheOffice
) -> PhotoTaken:
    """The file itself is the body. The same file sent again is the same photo."""
    try:
        content_type, prints = await asyncio.to_thread(_looked_at, body)
    except NotAPhoto as refusal:
        raise NotTaken(str(refusal)) from refusal
    key = await storage(office.settings).store(body, content_type)
    photo_id = uuid5(me.person_id, prints.sha256)
    async with opens() as desk:
        await commands.remember(desk, photo_id, person_id=me.person_id, key=key, prints=prints)
        await photo_came(desk, photo_id)
    return PhotoTaken(id=photo_id, content_type=content_type)


@router.get(
    "/photos/{photo_id}",
    summary="See a photo",
    response_class=Response,
    responses=PICTURE | refuses(NotFound),
)
async def see(photo_id: UUID, me: Me, opens: Opens, office: TheOffice) -> Response:
    """Mine, one of a lot for sale, or one that I may grade: a copy without the camera's notes."""
    async with opens() as desk:
        key = await queries.key_for(desk, photo_id, me.person_id, me.roles)
    if key is None:
        raise NotFound("photo")
    try:
        content = await storage(office.settings).load(key)
    except MediaMissing:
        raise NotFound("photo") from None
    return Response(await asyncio.to_thread(copy_of, content), media_type="image/jpeg")


def _looked_at(content: bytes) -> tuple[str, Print]:
    return check_photo(content), print_of(content)
