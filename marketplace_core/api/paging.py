"""A page and the way to the next one."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from marketplace_core.errors import BadTerms

T = TypeVar("T")
U = TypeVar("U")
MOST = 100

Limit = Annotated[int, Query(ge=1, le=MOST, description="So many at most.")]
Cursor = Annotated[
    str | None,
    Query(max_length=200, pattern=r"^[A-Za-z0-9_-]+$", description="`next` of the page before."),
]


class Page(BaseModel, Generic[T]):
    items: list[T]
    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")


def after(cursor: str | None) -> UUID | None:
    """The id the page before ended with. It opens nothing: whose rows are shown, the query decides."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return UUID(json.loads(base64.urlsafe_b64decode(padded))["after"])
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error, RecursionError):
        raise BadTerms("cursor") from None


def page(rows: Sequence[T], limit: int, show: Callable[[T], U], id_of: Callable[[T], UUID]) -> Page[U]:
    """`rows` holds one more than `limit` where there is more."""
    shown, more = rows[:limit], len(rows) > limit
    cursor = None
    if more:
        told = json.dumps({"after": str(id_of(shown[-1]))}).encode()
        cursor = base64.urlsafe_b64encode(told).decode().rstrip("=")
    return Page(items=[show(each) for each in shown], next=cursor)
