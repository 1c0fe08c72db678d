"""The same request twice is done once: the key is written first, in the transaction that does the work."""

import hashlib
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from starlette.requests import Request
from starlette.responses import Response

from marketplace_core.api.models import idempotency_key as t
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Refused

HEADER = "Idempotency-Key"
LONGEST = 255
KEPT = timedelta(hours=48)
METHODS = ("POST", "PUT", "PATCH", "DELETE")


class KeyUsed(Refused):
    """This idempotency key came before with another request."""

    def __init__(self) -> None:
        super().__init__("this idempotency key was used for another request")


def key_of(request: Request) -> str | None:
    key = request.headers.get(HEADER)
    if key is None or request.method not in METHODS:
        return None
    if not (1 <= len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise BadTerms(HEADER)
    return key


def fingerprint(request: Request) -> bytes:
    """Of everything that decides what is done; each part with its length, so that none runs into the next."""
    seal = hashlib.sha256()
    for part in (
        request.method.encode(),
        request.url.path.encode(),
        request.url.query.encode(),
        request.state.body,
    ):
        seal.update(len(part).to_bytes(8, "big") + part)
    return seal.digest()


async def begin(desk: Desk, person_id: UUID, key: str, mark: bytes) -> Response | None:
    """None: it is ours to do. A second request with this key waits here until the first has ended."""
    ours = await desk.db.execute(
        insert(t)
        .values(tenant_id=desk.tenant, person_id=person_id, key=key, fingerprint=mark, at=desk.now)
        .on_conflict_do_nothing()
        .returning(t.c.key)
    )
    if ours.first():
        return None
    row = (
        await desk.db.execute(
            select(t.c.fingerprint, t.c.status, t.c.answer).where(*_here(desk, person_id, key))
        )
    ).one()
    if row.fingerprint != mark:
        raise KeyUsed
    return Response(
        row.answer, row.status, headers={"Idempotent-Replayed": "true"}, media_type="application/json"
    )


async def end(desk: Desk, person_id: UUID, key: str, response: Response) -> None:
    await desk.db.execute(
        update(t)
        .where(*_here(desk, person_id, key))
        .values(status=response.status_code, answer=bytes(response.body).decode())
    )


async def forget(desk: Desk) -> int:
    gone = await desk.db.execute(delete(t).where(t.c.tenant_id == desk.tenant, t.c.at < desk.now - KEPT))
    return gone.rowcount


def _here(desk: Desk, person_id: UUID, key: str) -> tuple[ColumnElement[bool], ...]:
    return (t.c.tenant_id == desk.tenant, t.c.person_id == person_id, t.c.key == key)
