"""The book of who did what: written with the deed, closed in a chain, and every later touch is found."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.audit import commands as audit
from marketplace_core.audit import models as t
from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import BadTerms
from marketplace_core.seed import TENANT
from tests.conftest import NOW

ACTOR = uuid4()


async def note(desk: Desk, n: int = 1, **more) -> None:
    await audit.note(
        desk, **{"actor_id": ACTOR, "action": "kyc.decided", "subject": f"K{n}", "facts": {"n": n}} | more
    )


async def test_an_entry_is_written_open_and_sealed_in_order(desk: Desk) -> None:
    for n in (1, 2, 3):
        await note(desk, n)
    assert await audit.seal(desk) == 3
    rows = (await desk.db.execute(select(t.entry).order_by(t.entry.c.number))).all()
    assert [(row.number, row.subject) for row in rows] == [(1, "K1"), (2, "K2"), (3, "K3")]
    assert rows[0].prev_hash == bytes(32)
    assert [rows[1].prev_hash, rows[2].prev_hash] == [rows[0].hash, rows[1].hash]
    assert len({row.hash for row in rows}) == 3
    head = (await desk.db.execute(select(t.chain.c.number, t.chain.c.hash))).one()
    assert tuple(head) == (3, rows[2].hash)
    assert await audit.seal(desk) == 0


async def test_what_is_undone_leaves_no_entry(engine: AsyncEngine, clean: None) -> None:
    with pytest.raises(RuntimeError):
        async with open_desk(engine, TENANT, NOW) as desk:
            await note(desk)
            raise RuntimeError
    async with open_desk(engine, TENANT, NOW) as desk:
        assert (await desk.db.execute(select(func.count()).select_from(t.entry))).scalar() == 0


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"action": "Decided"}, "action"),
        ({"action": ""}, "action"),
        ({"action": "kyc decided"}, "action"),
        ({"subject": ""}, "subject"),
        ({"subject": "x" * 201}, "subject"),
        ({"subject": "a\0b"}, "subject"),
        ({"facts": {"x": float("nan")}}, "facts"),
        ({"facts": {"x": object()}}, "facts"),
        ({"facts": {"x": "\ud800"}}, "facts"),
        ({"facts": {"x": "\0"}}, "facts"),
        ({"facts": {"x": "y" * 20_001}}, "facts"),
        ({"personal": {"x": b"raw"}}, "personal"),
    ],
)
async def test_what_cannot_be_kept_is_refused_and_nothing_is_written(
    desk: Desk, bad: dict, field: str
) -> None:
    with pytest.raises(BadTerms) as refusal:
        await note(desk, **bad)
    assert refusal.value.field == field
    assert (await desk.db.execute(select(func.count()).select_from(t.entry))).scalar() == 0


@pytest.mark.parametrize(
    "forbidden",
    [
        "UPDATE audit_entry SET facts = '{}'",
        "DELETE FROM audit_entry",
        "INSERT INTO audit_entry (tenant_id, at, action, subject, facts, form, number, prev_hash, hash) "
        "VALUES (1, now(), 'a', 'b', '{}', 1, 9, sha256(''), sha256(''))",
        "UPDATE audit_personal SET fields = '{}'",
        "DELETE FROM audit_chain",
    ],
)
async def test_the_app_may_neither_change_nor_take_back(desk: Desk, forbidden: str) -> None:
    await note(desk, personal={"name": "Gurpreet"})
    with pytest.raises(DBAPIError, match="permission denied"):
        await desk.db.execute(text(forbidden))


async def test_a_sealed_entry_is_not_sealed_anew(desk: Desk) -> None:
    await note(desk)
    await audit.seal(desk)
    with pytest.raises(DBAPIError, match="stays as it was written"):
        await desk.db.execute(text("UPDATE audit_entry SET number = 7"))


async def test_looking_at_somebody_is_noted_and_at_oneself_is_not(desk: Desk) -> None:
    me, other = uuid4(), uuid4()
    await audit.looked(desk, me, me, "profile")
    await audit.looked(desk, me, other, "profile")
    (row,) = (await desk.db.execute(select(t.entry))).all()
    assert (row.actor_id, row.action, row.subject, json.loads(row.facts)) == (
        me,
        "person.looked",
        str(other),
        {"what": "profile"},
    )
