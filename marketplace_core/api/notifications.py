"""What happened to my things."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import Field

from marketplace_core.api import paging
from marketplace_core.api.faults import refuses
from marketplace_core.api.paging import Cursor, Limit, Page
from marketplace_core.api.route import AtDesk, Me, doors
from marketplace_core.api.shapes import Asked, Told
from marketplace_core.errors import BadTerms
from marketplace_core.notifications import commands, queries

router = doors("notifications")


class NotificationShown(Told):
    id: UUID
    kind: str = Field(examples=["booking.confirmed"])
    subject: str = Field(examples=["B4MT9W"])
    about: dict[str, Any]
    at: datetime
    read_at: datetime | None


class Unread(Told):
    unread: int


class Read(Asked):
    """Either single ones, or everything up to the newest that was seen."""

    ids: list[UUID] | None = Field(None, min_length=1, max_length=100)
    up_to: UUID | None = None


@router.get("/notifications", summary="My notifications")
async def notifications(
    desk: AtDesk,
    me: Me,
    unread: Annotated[bool, Query()] = False,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[NotificationShown]:
    """Newest first."""
    rows = await queries.notifications(
        desk, me.person_id, unread=unread, before=paging.after(cursor), limit=limit + 1
    )
    return paging.page(rows, limit, NotificationShown.model_validate, lambda each: each.id)


@router.get("/notifications/unread", summary="How many I have not read")
async def unread(desk: AtDesk, me: Me) -> Unread:
    return Unread(unread=await queries.unread(desk, me.person_id))


@router.post("/notifications/read", summary="I have read these", responses=refuses(BadTerms))
async def read(body: Read, desk: AtDesk, me: Me) -> Unread:
    """How many are left."""
    if (body.ids is None) == (body.up_to is None):
        raise BadTerms("up_to")
    if body.ids is not None:
        await commands.mark_read(desk, me.person_id, body.ids)
    if body.up_to is not None:
        await commands.mark_all_read(desk, me.person_id, body.up_to)
    return await unread(desk, me)
