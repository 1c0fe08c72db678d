"""The book of who did what: written with the deed, closed in a chain, and every later touch is found."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core import events
from marketplace_core.audit import __main__ as office
from marketplace_core.audit import commands as audit
from marketplace_core.audit import models as t
from marketplace_core.audit import queries as book
from marketplace_core.audit.hours import count_in_events
from marketplace_core.audit.rules import hash_of
from marketplace_core.audit.verify import Head, head, verify
from marketplace_core.desk import Desk, open_desk, sit_down
from marketplace_core.errors import BadTerms
from marketplace_core.events import event
from marketplace_core.seed import TENANT
from tests.conftest import NOW

ACTOR, PERSON = uuid4(), uuid4()


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


@pytest.fixture
async def sealed(engine: AsyncEngine, clean: None) -> Head:
    """Five entries in the chain, the second with personal fields, and the head as it was anchored."""
    async with open_desk(engine, TENANT, NOW) as desk:
        for n in range(1, 6):
            await note(desk, n, **({"personal": {"name": "Gurpreet"}, "person_id": PERSON} if n == 2 else {}))
        await audit.seal(desk)
        return await head(desk)


async def verdict(engine: AsyncEngine, *anchors: Head) -> tuple[int, str | None]:
    async with open_desk(engine, TENANT, NOW) as desk:
        said = await verify(desk, anchors)
        return said.entries, said.broken


def as_owner(owner_url: str, *statements: str) -> None:
    """Somebody with the owner's password, who also thinks of the trigger."""
    with create_engine(owner_url).begin() as db:
        db.execute(text("SELECT set_config('app.tenant', '1', true)"))
        db.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_stays"))
        for statement in statements:
            assert db.execute(text(statement)).rowcount > 0, statement
        db.execute(text("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_stays"))


def rewritten(owner_url: str) -> None:
    """The whole chain computed anew over a changed entry, as one can who has the database."""
    with create_engine(owner_url).begin() as db:
        db.execute(text("SELECT set_config('app.tenant', '1', true)"))
        db.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_stays"))
        db.execute(text("""UPDATE audit_entry SET facts = '{"n": 99}' WHERE number = 3"""))
        before = bytes(32)
        for row in db.execute(select(t.entry).order_by(t.entry.c.number)).all():
            following = hash_of(TENANT, row.number, before, row)
            db.execute(update(t.entry).where(t.entry.c.id == row.id).values(prev_hash=before, hash=following))
            before = following
        db.execute(update(t.chain).values(hash=before))
        db.execute(text("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_stays"))


async def test_an_untouched_chain_is_whole(engine: AsyncEngine, sealed: Head) -> None:
    assert await verdict(engine, sealed) == (5, None)


TAMPERED = {
    "facts changed": (
        ["""UPDATE audit_entry SET facts = '{"n": 9}' WHERE number = 3"""],
        "entry 3 is not what was sealed",
    ),
    "actor changed": (["UPDATE audit_entry SET actor_id = NULL WHERE number = 3"], "entry 3 is not what was sealed"),
    "moment changed": (
        ["UPDATE audit_entry SET at = at - interval '1 microsecond' WHERE number = 3"],
        "entry 3 is not what was sealed",
    ),
    "commitment dropped": (
        ["DELETE FROM audit_personal", "UPDATE audit_entry SET commitment = NULL WHERE number = 2"],
        "entry 2 is not what was sealed",
    ),
    "removed": (["DELETE FROM audit_entry WHERE number = 3"], "entry 3 is missing"),
    "removed and closed up": (
        ["DELETE FROM audit_entry WHERE number = 3", "UPDATE audit_entry SET number = number - 1 WHERE number > 3"],
        "entry 3 does not follow the one before it",
    ),
    "inserted": (
        [
            "UPDATE audit_entry SET number = number + 10 WHERE number > 2",
            "UPDATE audit_entry SET number = number - 9 WHERE number > 10",
            "INSERT INTO audit_entry (tenant_id, at, action, subject, facts, form, number, prev_hash, hash) "
            "SELECT 1, at, 'kyc.decided', 'K9', '{}', 1, 3, hash, sha256('x') FROM audit_entry WHERE number = 2",
        ],
        "entries go on to 6, the chain's end is noted at 5",
    ),
    "inserted with the end moved": (
        [
            "UPDATE audit_entry SET number = number + 10 WHERE number > 2",
            "UPDATE audit_entry SET number = number - 9 WHERE number > 10",
            "INSERT INTO audit_entry (tenant_id, at, action, subject, facts, form, number, prev_hash, hash) "
            "SELECT 1, at, 'kyc.decided', 'K9', '{}', 1, 3, hash, sha256('x') FROM audit_entry WHERE number = 2",
            "UPDATE audit_chain SET number = 6",
        ],
        "entry 3 is not what was sealed",
    ),
    "reordered": (
        [
            "UPDATE audit_entry SET number = 99 WHERE number = 3",
            "UPDATE audit_entry SET number = 3 WHERE number = 4",
            "UPDATE audit_entry SET number = 4 WHERE number = 99",
        ],
        "entry 3 does not follow the one before it",
    ),
    "tail cut": (["DELETE FROM audit_entry WHERE number > 3"], "the chain ends at 3, its end was noted at 5"),
    "tail cut and its end moved": (
        [
            "DELETE FROM audit_entry WHERE number > 3",
            "UPDATE audit_chain SET number = 3, hash = (SELECT hash FROM audit_entry WHERE number = 3)",
        ],
        "the chain ends at 3, entry 5 was anchored outside",
    ),
    "everything gone": (
        ["DELETE FROM audit_personal", "DELETE FROM audit_entry", "DELETE FROM audit_chain"],
        "the chain ends at 0, entry 5 was anchored outside",
    ),
    "personal fields changed": (
        ["""UPDATE audit_personal SET fields = '{"name": "Asha"}'"""],
        "entry 2: the personal fields are not those committed to",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERED)
async def test_what_was_touched_is_found(engine: AsyncEngine, sealed: Head, owner_url: str, how: str) -> None:
    statements, said = TAMPERED[how]
    as_owner(owner_url, *statements)
    assert (await verdict(engine, sealed))[1] == said


async def test_a_chain_computed_anew_is_whole_in_itself_and_betrayed_by_its_anchor(
    engine: AsyncEngine, sealed: Head, owner_url: str
) -> None:
    rewritten(owner_url)
    assert await verdict(engine) == (5, None)  # why heads are kept outside
    assert await verdict(engine, Head.of_line(sealed.line())) == (
        4,
        "entry 5 is not the one anchored outside",
    )


async def test_the_owner_is_stopped_by_the_trigger_too(sealed: Head, owner_url: str) -> None:
    for statement in ("DELETE FROM audit_entry", "UPDATE audit_entry SET facts = '{}'"):
        with create_engine(owner_url).begin() as db, pytest.raises(DBAPIError, match="stays as it was"):
            db.execute(text("SELECT set_config('app.tenant', '1', true)"))
            db.execute(text(statement))


async def test_erasing_what_was_personal_breaks_nothing(engine: AsyncEngine, sealed: Head) -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        assert await audit.erase_personal(desk, uuid4()) == 0
        assert await audit.erase_personal(desk, PERSON) == 1
        assert (await desk.db.execute(select(func.count()).select_from(t.personal))).scalar() == 0
    assert await verdict(engine, sealed) == (5, None)


async def test_two_sealers_at_once_make_one_chain(engine: AsyncEngine, clean: None) -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        for n in range(40):
            await note(desk, n)

    async def one() -> int:
        async with open_desk(engine, TENANT, NOW) as desk:
            return await audit.seal(desk, limit=15)

    assert sorted(await asyncio.gather(one(), one(), one(), one())) == [0, 10, 15, 15]
    assert await verdict(engine) == (40, None)


async def test_without_the_lock_two_sealers_number_the_same_entries(engine: AsyncEngine, clean: None) -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        await note(desk)
    seen = asyncio.Barrier(2)

    async def one() -> int:
        async with engine.connect() as db:
            desk = await sit_down(db, TENANT, NOW)
            found = await desk.db.execute(select(t.entry.c.id).where(t.entry.c.number.is_(None)))
            await seen.wait()
            return len(found.all())

    assert await asyncio.gather(one(), one()) == [1, 1]


async def test_each_tenant_has_a_chain_of_its_own(engine: AsyncEngine, clean: None) -> None:
    for tenant in (TENANT, 2):
        async with open_desk(engine, tenant, NOW) as desk:
            await note(desk)
            assert await audit.seal(desk) == 1
            assert (await head(desk)).number == 1


async def test_events_are_counted_in_once_their_hour_is_long_over(
    engine: AsyncEngine, clean: None, owner_url: str
) -> None:
    late = NOW + timedelta(hours=2)
    async with open_desk(engine, TENANT, NOW) as desk:
        await events.record(desk, "listing.published", "LA2345", {"kg_left": 5})
        await events.record(desk, "listing.renewed", "LA2345", {"share": 0.5})
        assert await count_in_events(desk) == 0
    async with open_desk(engine, TENANT, late) as desk:
        assert await count_in_events(desk) == 1
        assert await count_in_events(desk) == 0
        (counted,) = await book.about(desk, "2026-11-20T04:00:00+00:00")
        assert (counted.action, counted.facts["events"]) == ("events.hour", 2)
        assert await audit.seal(desk) == 1
    assert await verdict(engine) == (1, None)
    async with open_desk(engine, TENANT, late) as desk:
        await desk.db.execute(
            update(event).values(noticed_at=late)
        )  # being told of does not count as touched
    assert await verdict(engine) == (1, None)
    for touched in (
        """UPDATE event SET about = '{"kg_left": 6}' WHERE kind = 'listing.published'""",
        "DELETE FROM event WHERE kind = 'listing.published'",
    ):
        async with open_desk(engine, TENANT, late) as desk:
            await desk.db.execute(text(touched))
        assert await verdict(engine) == (
            0,
            "entry 1: the events of 2026-11-20T04:00:00+00:00 are not those counted",
        )


async def test_the_command_says_which_chain_is_broken(
    engine: AsyncEngine, sealed: Head, owner_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    anchors = tmp_path / "heads.jsonl"
    assert await office.run(engine, "anchor", anchors) == 0
    assert Head.of_line(anchors.read_text()).hash == sealed.hash
    assert await office.run(engine, "verify", anchors) == 0
    assert capsys.readouterr().out == "tenant 1: 5 entries, whole\n"
    as_owner(owner_url, *TAMPERED["tail cut and its end moved"][0])
    assert await office.run(engine, "verify", None) == 0
    assert await office.run(engine, "verify", anchors) == 1
    assert "tenant 1: 3 entries, the chain ends at 3, entry 5 was anchored outside" in capsys.readouterr().out
