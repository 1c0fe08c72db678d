"""A page and the way to the next one.

A cursor says where the page before ended. It opens nothing: whose rows are shown, the query decides.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
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
    """The id that the page before ended with."""
    if cursor is None:
        return None
    try:
        return UUID(opened(cursor, "after")["after"])
    except ValueError:
        raise BadTerms("cursor") from None


def page(rows: Sequence[T], limit: int, show: Callable[[T], U], id_of: Callable[[T], UUID]) -> Page[U]:
    """`rows` holds one more than `limit` where there is more."""
    shown, more = rows[:limit], len(rows) > limit
    cursor = sealed({"after": str(id_of(shown[-1]))}) if more else None
    return Page(items=[show(each) for each in shown], next=cursor)


def sealed(place: Mapping[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def opened(cursor: str, *names: str) -> Mapping[str, str]:
    """The words under these names; anything else is no cursor of ours."""
    try:
        told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = {name: told[name] for name in names}
    except (ValueError, KeyError, TypeError, binascii.Error, RecursionError):
        raise BadTerms("cursor") from None
    if not all(isinstance(each, str) for each in place.values()):
        raise BadTerms("cursor")
    return place
