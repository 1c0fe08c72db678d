"""Withdrawing a consent; taking one's data along; asking to be forgotten, thinking it over, being forgotten."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, update

from marketplace_core import events
from marketplace_core.accounts import queries as people
from marketplace_core.accounts.models import consent
from marketplace_core.audit import commands as audit
from marketplace_core.desk import Desk
from marketplace_core.errors import NotYours
from marketplace_core.privacy import leaving, queries
from marketplace_core.privacy.errors import NoConsent, NotAsked
from marketplace_core.privacy.models import deletion as t
from marketplace_core.privacy.queries import Deletion
from marketplace_core.privacy.registry import DELETE, HAND_OVER, PERSONAL
from marketplace_core.privacy.transitions import DELETION, GRACE, NOTHING_OPEN, WARNING
from marketplace_core.transitions import TIME, make

OFFICE = {"operator", "admin"}

KEEP_FILES = """
    INSERT INTO erased_file (tenant_id, key, at)
    SELECT DISTINCT t.tenant_id, file, cast(:now AS timestamptz) FROM {each.table} t, unnest({each.files}) AS file
    WHERE {each.theirs} AND file IS NOT NULL
    ON CONFLICT DO NOTHING
"""


async def withdraw_consent(desk: Desk, person_id: UUID, *, purpose: str) -> int:
    """As easily as it was given; the history stays. How many were withdrawn.

    Whoever takes back the word to be on the market is on it no more, whichever way they said so.
    """
    c = consent.c
    done = await desk.db.execute(
        update(consent)
        .where(
            c.tenant_id == desk.tenant,
            c.person_id == person_id,
            c.purpose == purpose,
            c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=desk.now)
    )
    if not done.rowcount:
        raise NoConsent
    if purpose == leaving.MARKETPLACE:
        await leaving.leave(desk, person_id)
    return done.rowcount


async def export(desk: Desk, person_id: UUID, *, actor_id: UUID) -> dict[str, Any]:
    """Everything about a person: for themselves, or for the office, which is noted."""
    await _themselves_or_office(desk, person_id, actor_id)
    known = await queries.everything(desk, person_id)
    await audit.note(desk, actor_id=actor_id, action="person.exported", subject=str(person_id), facts={})
    await audit.looked(desk, actor_id, person_id, "export")
    return known


async def ask_deletion(desk: Desk, person_id: UUID, *, actor_id: UUID) -> Deletion:
    """In 90 days, if they do not think better of it. Nothing of theirs stands on the market from now on.

    Asking twice changes nothing: the first day counts.
    """
    await _themselves_or_office(desk, person_id, actor_id)
    if already := await queries.deletion(desk, person_id):
        return already
    await desk.db.execute(
        insert(t).values(
            tenant_id=desk.tenant,
            person_id=person_id,
            state="asked",
            asked_at=desk.now,
            moved_at=desk.now,
            moved_by="person" if actor_id == person_id else "operator",
        )
    )
    await leaving.take_down(desk, person_id)
    await audit.note(
        desk, actor_id=actor_id, action="person.deletion_asked", subject=str(person_id), facts={}
    )
    about = {"person_id": str(person_id), "actor_id": str(actor_id)}
    await events.record(desk, "deletion.asked", str(person_id), about)
    asked = await queries.deletion(desk, person_id)
    assert asked is not None
    return asked


async def undo_deletion(desk: Desk, person_id: UUID, *, actor_id: UUID) -> None:
    await _themselves_or_office(desk, person_id, actor_id)
    asked = await queries.deletion(desk, person_id)
    if asked is None:
        raise NotAsked
    await make(
        desk,
        DELETION,
        t,
        "undo",
        row_id=asked.id,
        state="asked",
        who="person" if actor_id == person_id else "operator",
        subject=str(person_id),
        about={"person_id": str(person_id)},
        actor_id=actor_id,
    )
    await audit.note(
        desk, actor_id=actor_id, action="person.deletion_undone", subject=str(person_id), facts={}
    )


async def warn_before_erasing(desk: Desk) -> int:
    """Two days before, everybody is told once more."""
    rows = await desk.db.execute(
        update(t)
        .where(
            t.c.tenant_id == desk.tenant,
            t.c.state == "asked",
            t.c.warned_at.is_(None),
            t.c.asked_at <= desk.now - GRACE + WARNING,
        )
        .values(warned_at=desk.now)
        .returning(t.c.person_id)
    )
    warned = rows.scalars().all()
    await events.record_all(desk, "deletion.soon", ((str(each), {"person_id": str(each)}) for each in warned))
    return len(warned)


async def erase_due(desk: Desk, *, limit: int = 100) -> int:
    """Forget whose 90 days are over, and two of them were after the warning. How many were forgotten.

    Business that is still open keeps somebody here: bookings must end, money must be paid out, by the roads that
    there are for it. What stood in the way is written down, and the next day it is tried again.
    """
    due = await desk.db.execute(
        select(t.c.id, t.c.person_id)
        .where(
            t.c.tenant_id == desk.tenant,
            t.c.state == "asked",
            t.c.asked_at <= desk.now - GRACE,
            t.c.warned_at <= desk.now - WARNING,
        )
        .order_by(t.c.asked_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    erased = 0
    for row_id, person_id in due.all():
        still_open = await queries.in_the_way(desk, person_id)
        if still_open:
            await desk.db.execute(
                update(t)
                .where(t.c.tenant_id == desk.tenant, t.c.id == row_id)
                .values(in_the_way=list(still_open))
            )
            continue
        await make(
            desk,
            DELETION,
            t,
            "erase",
            row_id=row_id,
            state="asked",
            who=TIME,
            subject=str(person_id),
            about={"person_id": str(person_id)},
            holding={NOTHING_OPEN: True},
            in_the_way=[],
        )
        await _forget(desk, person_id)
        await audit.note(desk, actor_id=None, action="person.erased", subject=str(person_id), facts={})
        erased += 1
    return erased


async def _forget(desk: Desk, person_id: UUID) -> None:
    """From the bottom of the registry to its top: what hangs on something goes before it."""
    bound = {"tenant": desk.tenant, "person": person_id, "now": desk.now}
    await desk.db.execute(text(HAND_OVER), bound)
    for each in reversed(PERSONAL):
        statements = [KEEP_FILES.format(each=each)] if each.files else []
        if each.leaving == DELETE:
            statements.append(f"DELETE FROM {each.table} t WHERE {each.theirs}")  # noqa: S608 - our own table names
        elif each.leaving:
            statements.append(f"UPDATE {each.table} t {each.leaving} WHERE {each.theirs}")
        if each.parting:
            statements.append(f"UPDATE {each.table} t {each.parting} WHERE {each.touched}")
        for statement in statements:
            await desk.db.execute(text(statement), bound)


async def _themselves_or_office(desk: Desk, person_id: UUID, actor_id: UUID) -> None:
    await people.person(desk, person_id)
    if actor_id != person_id and not OFFICE & set((await people.person(desk, actor_id)).roles):
        raise NotYours
