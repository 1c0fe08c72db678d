"""Moving money: transfers, holds, and what becomes of holds.

The caller makes the id and keeps it before asking: whoever is not sure whether the answer came asks again with
the same id. Accounts are locked people first, in the order of their ids, and those that everybody shares last,
where they are waited for shortest.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5
from zlib import crc32

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotFound
from marketplace_core.ledger.errors import (
    HoldExpired,
    HoldResolved,
    MoreThanHeld,
    MoreThanPaid,
    NotEnoughMoney,
    ReplayDiffers,
)
from marketplace_core.ledger.models import account, open_hold
from marketplace_core.ledger.models import transfer as t
from marketplace_core.ledger.queries import transfer_of
from marketplace_core.ledger.rules import (
    KINDS,
    Entry,
    Kind,
    Standing,
    Transfer,
    check_sum,
    first_refusal,
)

EXPIRED = "expired"

#: One statement for all rows: the database takes them together.
WRITE = upsert(t).on_conflict_do_nothing(index_elements=["tenant_id", "id"]).returning(t)


class Name(NamedTuple):
    """Whose account of what kind; `stripe` is one of the rows that share a busy account."""

    kind: Kind
    owner_id: UUID | None = None
    stripe: int = 0


def house(kind: Kind, subject: str) -> Name:
    """The row of a house account that is busy with this subject: a hot account is spread over several rows."""
    return Name(kind, None, crc32(subject.encode()) % KINDS[kind].stripes)


async def open_account(desk: Desk, kind: Kind, owner_id: UUID | None = None) -> UUID:
    return (await open_accounts(desk, Name(kind, owner_id)))[0]


async def open_accounts(desk: Desk, *names: Name) -> list[UUID]:
    """The accounts of these names, opened where there was none."""
    there = await _ids(desk, names)
    missing = sorted({name for name in names if name not in there}, key=str)
    if missing:
        rows = [
            {
                "tenant_id": desk.tenant,
                "kind": name.kind,
                "owner_id": name.owner_id,
                "stripe": name.stripe,
                "floor": KINDS[name.kind].floor,
                "ceiling": KINDS[name.kind].ceiling,
                "opened_at": desk.now,
            }
            for name in missing
        ]
        await desk.db.execute(upsert(account).values(rows).on_conflict_do_nothing())
        there = await _ids(desk, names)
    return [there[name] for name in names]


async def _ids(desk: Desk, names: Sequence[Name]) -> dict[Name, UUID]:
    a = account.c
    same = (
        and_(a.kind == kind, a.owner_id.is_not_distinct_from(owner), a.stripe == stripe)
        for kind, owner, stripe in set(names)
    )
    rows = await desk.db.execute(
        select(a.kind, a.owner_id, a.stripe, a.id).where(a.tenant_id == desk.tenant, or_(*same))
    )
    return {Name(kind, owner, stripe): its_id for kind, owner, stripe, its_id in rows}


async def set_floor(desk: Desk, account_id: UUID, floor_paise: int) -> None:
    """Another bound for one account; refused when the account is below it already."""
    standing = (await lock(desk, {account_id}))[account_id]
    if standing.available < floor_paise:
        raise NotEnoughMoney(standing.id, standing.kind, standing.available)
    await desk.db.execute(
        update(account)
        .where(account.c.tenant_id == desk.tenant, account.c.id == account_id)
        .values(floor=floor_paise)
    )


async def transfer(
    desk: Desk,
    transfer_id: UUID,
    *,
    debit: UUID,
    credit: UUID,
    paise: int,
    why: str,
    subject: str,
    refunds: UUID | None = None,
) -> Transfer:
    """Take from one account and give to another; `refunds` names the payment that it takes back."""
    entry = Entry(transfer_id, "transfer", debit, credit, paise, why, subject, refunds_id=refunds)
    return (await enter(desk, [entry]))[0]


async def hold(
    desk: Desk,
    transfer_id: UUID,
    *,
    debit: UUID,
    credit: UUID,
    paise: int,
    why: str,
    subject: str,
    until: datetime,
) -> Transfer:
    """Set a sum aside until it is posted, voided, or its time is over."""
    entry = Entry(transfer_id, "hold", debit, credit, paise, why, subject, until=until)
    return (await enter(desk, [entry]))[0]


async def post(desk: Desk, transfer_id: UUID, *, hold_id: UUID, paise: int | None = None) -> Transfer:
    """What was held changes hands, or a part of it does and the rest is its owner's again."""
    return (await enter(desk, [await posting(desk, transfer_id, hold_id, paise)]))[0]


async def void(desk: Desk, transfer_id: UUID, *, hold_id: UUID, why: str | None = None) -> Transfer:
    """Nothing changes hands; what was held is its owner's again."""
    held = await _hold(desk, hold_id)
    entry = Entry(
        transfer_id,
        "void",
        held.debit_id,
        held.credit_id,
        held.paise,
        why or held.why,
        held.subject,
        pending_id=hold_id,
        held=held.paise,
    )
    return (await enter(desk, [entry]))[0]


async def posting(desk: Desk, transfer_id: UUID, hold_id: UUID, paise: int | None = None) -> Entry:
    """The entry that posts a hold, to be entered together with others."""
    held = await _hold(desk, hold_id)
    paise = held.paise if paise is None else check_sum(paise)
    if paise > held.paise:
        raise MoreThanHeld(held.paise)
    return Entry(
        transfer_id,
        "post",
        held.debit_id,
        held.credit_id,
        paise,
        held.why,
        held.subject,
        until=held.until,
        pending_id=hold_id,
        held=held.paise,
    )


async def enter(desk: Desk, entries: Sequence[Entry]) -> list[Transfer]:
    """Several entries, all or none. What stands in the ledger already is answered as it stands."""
    if len({entry.id for entry in entries}) < len(entries):
        raise BadTerms("id")
    for entry in entries:
        check_sum(entry.paise)
        if entry.debit == entry.credit:
            raise BadTerms("credit")
        if entry.doing == "hold" and (entry.until is None or entry.until <= desk.now):
            raise BadTerms("until")
    touched = {each for entry in entries for each in (entry.debit, entry.credit)}
    standings = await lock(desk, touched)
    if touched - standings.keys():
        raise NotFound("account")
    known = await _known(desk, entries)
    fresh = [entry for entry in entries if entry.id not in known]
    for entry in fresh:
        _check_open(desk, entry, known)
    if fresh:
        await _check_refunds(desk, [entry for entry in fresh if entry.refunds_id])
        refusal = first_refusal(standings, fresh)
        if refusal and await _void_overdue(desk, standings, fresh):
            refusal = first_refusal(await lock(desk, touched), fresh)
        if refusal:
            raise refusal
        known |= await _write_all(desk, fresh)
    return [_same(entry, known[entry.id], replayed=entry not in fresh) for entry in entries]


async def replay(desk: Desk, entries: Sequence[Entry]) -> list[Transfer]:
    """Entries that must stand in the ledger already, as they stand; nothing new is written."""
    known = await _known(desk, entries)
    for entry in entries:
        if entry.id not in known:
            raise ReplayDiffers(entry.id)
    return [_same(entry, known[entry.id], replayed=True) for entry in entries]


def _check_open(desk: Desk, entry: Entry, known: Mapping[UUID, Any]) -> None:
    if entry.pending_id is None:
        return
    for row in known.values():
        if row.pending_id == entry.pending_id:
            raise HoldExpired if row.why == EXPIRED else HoldResolved(row.kind)
    if entry.doing == "post" and entry.until is not None and entry.until <= desk.now:
        raise HoldExpired


async def lock(desk: Desk, ids: Iterable[UUID]) -> dict[UUID, Standing]:
    """Accounts as they stand, for us alone until the transaction ends."""
    a = account.c
    columns = [a[field.name] for field in fields(Standing)]
    rows = await desk.db.execute(
        select(*columns)
        .where(a.tenant_id == desk.tenant, a.id.in_(ids))
        .order_by(a.owner_id.is_(None), a.id)
        .with_for_update(key_share=True)
    )
    return {row.id: Standing(*row) for row in rows}


async def _known(desk: Desk, entries: Sequence[Entry]) -> dict[UUID, Any]:
    """Those entries as they stand in the ledger, and whatever else resolved their holds."""
    same = t.c.id.in_([entry.id for entry in entries])
    holds = [entry.pending_id for entry in entries if entry.pending_id]
    there = or_(same, t.c.pending_id.in_(holds)) if holds else same
    rows = await desk.db.execute(select(t).where(t.c.tenant_id == desk.tenant, there))
    return {row.id: row for row in rows}


async def _check_refunds(desk: Desk, refunds: Sequence[Entry]) -> None:
    for entry in refunds:
        paid = (
            await desk.db.execute(select(t).where(t.c.tenant_id == desk.tenant, t.c.id == entry.refunds_id))
        ).one_or_none()
        if paid is None or paid.kind not in ("transfer", "post") or paid.refunds_id:
            raise NotFound("payment")
        if (paid.debit_id, paid.credit_id) != (entry.credit, entry.debit):
            raise BadTerms("refunds")
        before = await desk.db.execute(
            select(func.coalesce(func.sum(t.c.paise), 0)).where(
                t.c.tenant_id == desk.tenant, t.c.refunds_id == entry.refunds_id
            )
        )
        together = sum(each.paise for each in refunds if each.refunds_id == entry.refunds_id)
        left = paid.paise - int(before.scalar_one())
        if together > left:
            raise MoreThanPaid(left)


async def _write_all(desk: Desk, entries: Sequence[Entry]) -> dict[UUID, Any]:
    async with desk.db.begin_nested() if len(entries) > 1 else nullcontext():
        written = await _write(desk, entries)
        for entry in entries:
            if entry.id not in written:  # used for other accounts, this very moment
                raise ReplayDiffers(entry.id)
    return written


async def _write(desk: Desk, entries: Sequence[Entry]) -> dict[UUID, Any]:
    rows = [{"tenant_id": desk.tenant, "made_at": desk.now, **_content(entry)} for entry in entries]
    written = await desk.db.execute(WRITE, rows)
    return {row.id: row for row in written}


def _content(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "kind": entry.doing,
        "debit_id": entry.debit,
        "credit_id": entry.credit,
        "paise": entry.paise,
        "pending_id": entry.pending_id,
        "refunds_id": entry.refunds_id,
        "until": entry.until if entry.doing == "hold" else None,
        "why": entry.why,
        "subject": entry.subject,
    }


def _same(entry: Entry, row: Any, *, replayed: bool) -> Transfer:
    if any(getattr(row, name) != value for name, value in _content(entry).items()):
        raise ReplayDiffers(entry.id)
    return replace(transfer_of(row), replayed=replayed)


async def _hold(desk: Desk, hold_id: UUID) -> Any:
    held = (
        await desk.db.execute(
            select(t).where(t.c.tenant_id == desk.tenant, t.c.id == hold_id, t.c.kind == "hold")
        )
    ).one_or_none()
    if held is None:
        raise NotFound("hold")
    return held


async def expire_holds(desk: Desk, *, limit: int = 500) -> int:
    """Void what nobody resolved in time; how many that were."""
    overdue = await desk.db.execute(
        select(open_hold.c.id)
        .where(open_hold.c.tenant_id == desk.tenant, open_hold.c.until <= desk.now)
        .order_by(open_hold.c.until)
        .limit(limit)
    )
    return await _void_all(desk, list(overdue.scalars()))


async def _void_overdue(desk: Desk, standings: Mapping[UUID, Standing], entries: Sequence[Entry]) -> int:
    """The job may be late; somebody who has the money must not hear that they have not."""
    resolved = [entry.pending_id for entry in entries if entry.pending_id]
    overdue = await desk.db.execute(
        select(open_hold.c.id).where(
            open_hold.c.tenant_id == desk.tenant,
            or_(open_hold.c.debit_id.in_(standings), open_hold.c.credit_id.in_(standings)),
            open_hold.c.until <= desk.now,
            open_hold.c.id.not_in(resolved),
        )
    )
    return await _void_all(desk, list(overdue.scalars()))


async def _void_all(desk: Desk, hold_ids: Sequence[UUID]) -> int:
    if not hold_ids:
        return 0
    h = open_hold.c
    accounts = await desk.db.execute(
        select(h.debit_id, h.credit_id).where(h.tenant_id == desk.tenant, h.id.in_(hold_ids))
    )
    await lock(desk, {each for pair in accounts for each in pair})
    # Read again behind the locks: whoever was quicker has resolved some of them.
    still = await desk.db.execute(
        select(t).where(
            t.c.tenant_id == desk.tenant,
            t.c.id.in_(select(h.id).where(h.tenant_id == desk.tenant, h.id.in_(hold_ids))),
        )
    )
    voids = [
        Entry(
            uuid5(held.id, EXPIRED),
            "void",
            held.debit_id,
            held.credit_id,
            held.paise,
            EXPIRED,
            held.subject,
            pending_id=held.id,
            held=held.paise,
        )
        for held in still
    ]
    if voids:
        await _write(desk, voids)
    return len(voids)
