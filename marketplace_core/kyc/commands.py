"""Asking for papers, showing them, and an operator's verdict. Every look at a paper is written in the book."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from marketplace_core import events
from marketplace_core.accounts.duty import on_duty
from marketplace_core.accounts.queries import person
from marketplace_core.audit import commands as audit
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Moved, NotFound
from marketplace_core.kyc.models import document as d
from marketplace_core.kyc.models import kyc as t
from marketplace_core.kyc.queries import Case, case_of, documents
from marketplace_core.kyc.rules import PAPERS, REASONS, plain
from marketplace_core.kyc.transitions import KYC, NOT_ONESELF
from marketplace_core.kyc.transitions import PAPERS as PAPERS_THERE
from marketplace_core.parties import acts_for
from marketplace_core.transitions import lapse, make
from marketplace_core.vault import Cell, Sealed, Vault, new_salt

LONGEST_KEY = 200
#: While somebody looks at them, or has said yes to them, papers stay as they are.
OPEN_TO_PAPERS = ("asked", "submitted", "rejected", "expired")


async def ask(desk: Desk, person_id: UUID) -> Case:
    """Papers are wanted of this person; asking again changes nothing."""
    await person(desk, person_id)
    made = await desk.db.execute(
        upsert(t)
        .values(
            tenant_id=desk.tenant,
            person_id=person_id,
            state="asked",
            created_at=desk.now,
            moved_at=desk.now,
            moved_by="person",
        )
        .on_conflict_do_nothing()
        .returning(t.c.id)
    )
    if made.one_or_none():
        await events.record(desk, "kyc.asked", str(person_id), {"person_id": str(person_id)})
    return await _case(desk, person_id)


async def show(
    desk: Desk, vault: Vault, *, person_id: UUID, kind: str, media_key: str, number: str | None = None
) -> UUID:
    """One paper with its photo; a newer one of the same kind takes its place. The number is not kept in clear."""
    paper = PAPERS.get(kind)
    if paper is None:
        raise BadTerms("kind")
    if not 0 < len(media_key) <= LONGEST_KEY:
        raise BadTerms("media_key")
    number = plain(number or "")
    if (paper.kept == "none") != (not number) or (number and not paper.genuine(number)):
        raise BadTerms("number")
    mine = await ask(desk, person_id)
    if mine.state not in OPEN_TO_PAPERS:
        raise Moved("kyc", mine.state)
    document_id = uuid4()
    kept = await _kept(desk, vault, document_id, kind, number)
    await desk.db.execute(
        update(d)
        .where(
            d.c.tenant_id == desk.tenant,
            d.c.person_id == person_id,
            d.c.kind == kind,
            d.c.replaced_at.is_(None),
        )
        .values(replaced_at=desk.now)
    )
    await desk.db.execute(
        insert(d).values(
            tenant_id=desk.tenant,
            id=document_id,
            person_id=person_id,
            kind=kind,
            media_key=media_key,
            added_at=desk.now,
            **kept,
        )
    )
    return document_id


async def _kept(desk: Desk, vault: Vault, document_id: UUID, kind: str, number: str) -> dict[str, Any]:
    if not number:
        return {}
    if PAPERS[kind].kept == "recognised":
        salt = new_salt()
        recognition = await asyncio.to_thread(vault.recognition, number, salt)
        return {"salt": salt, "recognition": recognition, "last_four": number[-4:]}
    sealed = vault.seal(_cell(desk, document_id), number)
    return {
        "key_id": sealed.key_id,
        "sealed": sealed.blob,
        "blind_index": vault.blind_index(desk.tenant, kind, number),
        "last_four": number[-4:],
    }


def _cell(desk: Desk, document_id: UUID) -> Cell:
    return Cell(desk.tenant, d.name, "sealed", document_id)


async def submit(desk: Desk, *, actor_id: UUID, person_id: UUID) -> Case:
    """Hand the papers in for review, oneself or with an operator's help."""
    who = "person"
    if not await acts_for(desk, actor_id, person_id):
        await on_duty(desk, actor_id, "operator")
        who = "operator"
    shown = await documents(desk, person_id)
    enough = any(PAPERS[each.kind].names_somebody for each in shown)
    held = {PAPERS_THERE: enough}
    return await _move(desk, "submit", person_id, who=who, actor_id=actor_id, held=held, reason=None)


async def take(desk: Desk, *, operator_id: UUID, person_id: UUID) -> Case:
    return await _review(desk, "take", operator_id, person_id, reviewer_id=operator_id)


async def verify(desk: Desk, *, operator_id: UUID, person_id: UUID) -> Case:
    return await _review(desk, "verify", operator_id, person_id)


async def reject(desk: Desk, *, operator_id: UUID, person_id: UUID, reason: str) -> Case:
    """Also takes back a yes that turned out wrong."""
    if reason not in REASONS:
        raise BadTerms("reason")
    return await _review(desk, "reject", operator_id, person_id, reason=reason)


async def _review(desk: Desk, move: str, operator_id: UUID, person_id: UUID, **changes: Any) -> Case:
    await on_duty(desk, operator_id, "operator")
    held = {NOT_ONESELF: operator_id != person_id}
    case = await _move(desk, move, person_id, who="operator", actor_id=operator_id, held=held, **changes)
    facts = {"state": case.state, "reason": case.reason}
    await audit.note(desk, actor_id=operator_id, action=f"kyc.{move}", subject=str(person_id), facts=facts)
    return case


async def _move(
    desk: Desk,
    move: str,
    person_id: UUID,
    *,
    who: str,
    actor_id: UUID,
    held: dict[Any, bool],
    **changes: Any,
) -> Case:
    before = await _case(desk, person_id)
    if before.state != await _stored_state(desk, before.id):  # time has moved it on, the job is late
        await expire(desk)
    row = await make(
        desk,
        KYC,
        t,
        move,
        row_id=before.id,
        state=before.state,
        who=who,
        subject=str(person_id),
        about={"person_id": str(person_id), "reason": changes.get("reason")},
        actor_id=actor_id,
        holding=held,
        **changes,
    )
    return case_of(row, desk.now)


async def look(desk: Desk, *, actor_id: UUID, document_id: UUID) -> str:
    """Where the photo of a paper lies: for its owner, or for an operator, whose look is noted."""
    row = await _document(desk, document_id)
    if actor_id != row.person_id:
        await on_duty(desk, actor_id, "operator")
        await audit.looked(desk, actor_id, row.person_id, f"kyc.{row.kind}.photo")
    media_key: str = row.media_key
    return media_key


async def read_number(desk: Desk, vault: Vault, *, operator_id: UUID, document_id: UUID) -> str:
    """The number of a sealed paper in clear. There is none for Aadhaar: only `matches` can be asked."""
    await on_duty(desk, operator_id, "operator")
    row = await _document(desk, document_id)
    if row.sealed is None:
        raise NotFound("number")
    await audit.looked(desk, operator_id, row.person_id, f"kyc.{row.kind}.number")
    return vault.open(_cell(desk, document_id), Sealed(row.key_id, row.sealed))


async def matches(desk: Desk, vault: Vault, *, operator_id: UUID, document_id: UUID, number: str) -> bool:
    """Is this the number on the paper that was shown? For Aadhaar, which nobody can read again."""
    await on_duty(desk, operator_id, "operator")
    row = await _document(desk, document_id)
    if row.recognition is None:
        raise NotFound("number")
    await audit.looked(desk, operator_id, row.person_id, f"kyc.{row.kind}.match")
    return await asyncio.to_thread(vault.recognises, plain(number), row.salt, row.recognition)


async def expire(desk: Desk) -> int:
    """Let what is old be asked anew, and what a reviewer left lying go back into the queue."""
    lapsed = await lapse(desk, KYC, t)
    for step, row in lapsed:
        about = {"person_id": str(row.person_id), "by": row.moved_by, "actor_id": None}
        await events.record(desk, KYC.kind(step), str(row.person_id), about)
    return len(lapsed)


async def _case(desk: Desk, person_id: UUID) -> Case:
    row = (
        await desk.db.execute(select(t).where(t.c.tenant_id == desk.tenant, t.c.person_id == person_id))
    ).one_or_none()
    if row is None:
        raise NotFound("kyc")
    return case_of(row, desk.now)


async def _stored_state(desk: Desk, case_id: UUID) -> str:
    found = await desk.db.execute(select(t.c.state).where(t.c.tenant_id == desk.tenant, t.c.id == case_id))
    return str(found.scalar_one())


async def _document(desk: Desk, document_id: UUID) -> Any:
    row = (
        await desk.db.execute(select(d).where(d.c.tenant_id == desk.tenant, d.c.id == document_id))
    ).one_or_none()
    if row is None:
        raise NotFound("document")
    return row
