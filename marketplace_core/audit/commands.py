"""Writing into the book, and closing what was written into the chain."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from marketplace_core.audit import models as t
from marketplace_core.audit.rules import (
    FORM,
    GENESIS,
    SALT_BYTES,
    check_note,
    commitment_of,
    hash_of,
    written,
)
from marketplace_core.desk import Desk

LOOKED = "person.looked"


async def note(
    desk: Desk,
    *,
    actor_id: UUID | None,
    action: str,
    subject: str,
    facts: Mapping[str, Any],
    personal: Mapping[str, str] | None = None,
    person_id: UUID | None = None,
) -> None:
    """Who did what to what, in the transaction in which it was done; `actor_id` None is the house itself.

    `facts` stay for ever: codes, ids, figures. What identifies somebody goes into `personal`, and `person_id` says
    whom, so that it can be erased with them.
    """
    check_note(action, subject)
    salt = secrets.token_bytes(SALT_BYTES)
    fields = written("personal", personal) if personal else None
    entry_id = (
        await desk.db.execute(
            insert(t.entry)
            .values(
                tenant_id=desk.tenant,
                at=desk.now,
                actor_id=actor_id,
                action=action,
                subject=subject,
                facts=written("facts", facts),
                form=FORM,
                commitment=commitment_of(salt, fields) if fields else None,
            )
            .returning(t.entry.c.id)
        )
    ).scalar_one()
    if fields:
        await desk.db.execute(
            insert(t.personal).values(
                tenant_id=desk.tenant,
                entry_id=entry_id,
                person_id=person_id,
                salt=salt,
                fields=fields,
                at=desk.now,
            )
        )


async def looked(desk: Desk, actor_id: UUID, person_id: UUID, what: str) -> None:
    """Somebody read another person's data: `what` names the page or the fields, never their content."""
    if actor_id != person_id:
        await note(desk, actor_id=actor_id, action=LOOKED, subject=str(person_id), facts={"what": what})


async def seal(desk: Desk, *, limit: int = 500) -> int:
    """Give the oldest open entries their numbers and hashes; how many those were.

    Business transactions never wait for each other here: the chain's one row is locked by the sealer alone. Entries
    are found by being unsealed, not by being newer than the last, so one that commits late is only sealed later.
    """
    number, head, _ = await lock_chain(desk)
    rows = await desk.db.execute(
        select(t.entry)
        .where(t.entry.c.tenant_id == desk.tenant, t.entry.c.number.is_(None))
        .order_by(t.entry.c.id)
        .limit(limit)
    )
    sealed = []
    for row in rows.all():
        number += 1
        following = hash_of(desk.tenant, number, head, row)
        sealed.append({"of_id": row.id, "as_number": number, "after": head, "with_hash": following})
        head = following
    if sealed:
        await desk.db.execute(
            update(t.entry)
            .where(t.entry.c.tenant_id == desk.tenant, t.entry.c.id == bindparam("of_id"))
            .values(
                number=bindparam("as_number"),
                prev_hash=bindparam("after", type_=LargeBinary),
                hash=bindparam("with_hash", type_=LargeBinary),
            ),
            sealed,
        )
        await desk.db.execute(
            update(t.chain).where(t.chain.c.tenant_id == desk.tenant).values(number=number, hash=head)
        )
    return len(sealed)


async def lock_chain(desk: Desk) -> tuple[int, bytes, datetime | None]:
    """The end of this tenant's chain, ours until the transaction ends."""
    await desk.db.execute(
        upsert(t.chain)
        .values(tenant_id=desk.tenant, number=0, hash=GENESIS)
        .on_conflict_do_nothing(index_elements=["tenant_id"])
    )
    found = await desk.db.execute(
        select(t.chain.c.number, t.chain.c.hash, t.chain.c.events_until)
        .where(t.chain.c.tenant_id == desk.tenant)
        .with_for_update()
    )
    number, head, events_until = found.one()
    return number, head, events_until


async def erase_personal(desk: Desk, person_id: UUID) -> int:
    """What identified this person leaves the book; the chain does not notice."""
    erased = await desk.db.execute(
        delete(t.personal).where(t.personal.c.tenant_id == desk.tenant, t.personal.c.person_id == person_id)
    )
    return erased.rowcount
