"""What becomes of a request after our eyes have looked: a grade when they are sure, else an agent, never a guess."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core import events
from marketplace_core.accounts import commands as accounts
from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import BadTerms, Moved, NotFound, NotMet
from marketplace_core.fraud.queries import queue
from marketplace_core.grading import commands as grading
from marketplace_core.grading.models import grading as t
from marketplace_core.grading.queries import LEASE, MOST_TRIES, Grading, by_code, claim, waiting
from marketplace_core.grading.report import Answers, Leaf, Moisture, Report, Straw, What
from marketplace_core.listings.models import listing
from marketplace_core.listings.queries import by_code as listing_by_code
from marketplace_core.photos import commands as photos
from marketplace_core.seed import TENANT
from tests.conftest import NOW
from tests.marketplace_core.people import MANDYA, MOGA, buyer, farmer, somebody, straw
from tests.marketplace_core.pictures import file_of, picture, print_of, sent

SURE = Report(
    usable=True,
    what=What("straw", None, 0.97),
    straw=Straw(0.96, 0.0, 0.0),
    grade="A",
    confidence=0.93,
    model={"backbone": "1"},
)
UNSURE = replace(SURE, grade="B", confidence=0.6)
DARK = Report(usable=False, why=("too_dark",))
SAID = Answers(Moisture(0.14, "farmer"), 12, False, "shed")


async def agent(desk: Desk) -> UUID:
    person_id = await somebody(desk, "+919800000091", name="Kiran")
    await accounts.add_role(desk, person_id, "field_agent")
    return person_id


async def asked(desk: Desk, me: UUID, *, listing_code: str | None = None, seed: int = 1) -> Grading:
    shown = await sent(desk, me, picture(seed))
    return await grading.ask(
        desk,
        person_id=me,
        commodity="paddy_straw",
        photos=[shown],
        listing_code=listing_code,
        answers=SAID,
    )


def in_json(report: Report) -> Any:
    return json.loads(json.dumps(report.to_json()))


async def kinds(desk: Desk) -> list[str]:
    return [each.kind for each in await events.claim(desk, 1000) if each.kind.startswith("grading.")]


async def test_sure_eyes_give_the_grade_and_the_listing_carries_it(desk: Desk) -> None:
    me = await farmer(desk)
    lot = await straw(desk, me)
    code = (await asked(desk, me, listing_code=lot.code)).code
    done = await grading.judge(desk, code, SURE, picture="ab/key", features=[0.5] * 64)
    assert (done.state, done.grade, done.judged_by, done.graded_by) == ("graded", "A", "eyes", None)
    assert (done.moisture_permille, done.moisture_source) == (140, "farmer")
    assert done.report == in_json(SURE) and done.seen_at == desk.now and done.picture == "ab/key"
    there = await listing_by_code(desk, lot.code)
    assert there and (there.grade, there.graded_by) == ("A", "eyes")
    assert await kinds(desk) == ["grading.graded"]
    assert await waiting(desk) == ()


async def test_unsure_eyes_leave_it_to_an_agent_with_their_report_beside_it(desk: Desk) -> None:
    me, judge = await farmer(desk), await agent(desk)
    lot = await straw(desk, me)
    code = (await asked(desk, me, listing_code=lot.code)).code
    left = await grading.judge(desk, code, UNSURE)
    assert (left.state, left.grade, left.judged_by) == ("asked", None, None)
    (shown,) = await waiting(desk)
    assert shown.report is not None and shown.report["grade"] == "B"
    assert await claim(desk, 10) == ()
    there = await listing_by_code(desk, lot.code)
    assert there and (there.grade, there.graded_by) == (None, None)
    done = await grading.grade(desk, actor_id=judge, code=code, grade="C")
    assert (done.grade, done.judged_by, done.moisture_source) == ("C", "agent", "farmer")
    assert await kinds(desk) == ["grading.seen", "grading.graded"]


async def test_agents_see_first_what_the_eyes_have_left_to_them(desk: Desk) -> None:
    me = await farmer(desk)
    unseen, unsure = await asked(desk, me), await asked(desk, me, seed=2)
    await grading.judge(desk, unsure.code, UNSURE)
    assert [each.code for each in await waiting(desk)] == [unsure.code, unseen.code]


@pytest.mark.parametrize(
    ("report", "state"),
    [
        (DARK, "not_gradable"),
        (replace(SURE, doubt="wheat_straw"), "asked"),
        (Report(usable=True, why=("unknown_residue",)), "asked"),
        (Report(usable=True, leaf=Leaf("coffee", "rust", 0.95)), "advised"),
        (Report(usable=True, leaf=Leaf("coffee", "rust", 0.5)), "asked"),
        (Report(usable=True, leaf=Leaf("coffee", "unknown", 0.95)), "asked"),
        (Report(usable=True, what=What("produce", "Onion", 0.99)), "asked"),
    ],
)
async def test_where_a_report_leads(desk: Desk, report: Report, state: str) -> None:
    code = (await asked(desk, await farmer(desk))).code
    done = await grading.judge(desk, code, report)
    assert (done.state, done.grade) == (state, None)
    assert done.report == in_json(report)


async def test_the_same_word_twice_changes_nothing(desk: Desk) -> None:
    code = (await asked(desk, await farmer(desk))).code
    first = await grading.judge(desk, code, SURE)
    assert await grading.judge(desk, code, DARK) == first
    assert await kinds(desk) == ["grading.graded"]


async def test_eyes_that_come_after_the_agent_are_too_late(desk: Desk) -> None:
    me, judge = await farmer(desk), await agent(desk)
    code = (await asked(desk, me)).code
    await grading.grade(desk, actor_id=judge, code=code, grade="C")
    with pytest.raises(Moved):
        await grading.judge(desk, code, SURE)
    found = await by_code(desk, code)
    assert found and (found.grade, found.report) == ("C", None)


async def test_eyes_never_overrule_an_agent_on_the_listing(desk: Desk) -> None:
    me, judge = await farmer(desk), await agent(desk)
    lot = await straw(desk, me)
    first = await asked(desk, me, listing_code=lot.code)
    await grading.grade(desk, actor_id=judge, code=first.code, grade="C")
    again = await asked(desk, me, listing_code=lot.code, seed=2)
    await grading.judge(desk, again.code, SURE)
    there = await listing_by_code(desk, lot.code)
    assert there and (there.grade, there.graded_by) == ("C", "agent")


# appeals


async def test_a_farmer_appeals_once_and_the_agents_grade_replaces_the_eyes(desk: Desk) -> None:
    me, judge = await farmer(desk), await agent(desk)
    lot = await straw(desk, me)
    code = (await asked(desk, me, listing_code=lot.code)).code
    await grading.judge(desk, code, replace(SURE, grade="C"))
    again = await grading.appeal(desk, actor_id=me, code=code)
    assert (again.state, again.grade, again.appealed_at) == ("asked", None, desk.now)
    assert again.report is not None and again.report["grade"] == "C"
    assert await claim(desk, 10) == ()  # the eyes have had their say
    there = await listing_by_code(desk, lot.code)
    assert there and (there.grade, there.graded_by) == ("C", "eyes")
    done = await grading.grade(desk, actor_id=judge, code=code, grade="A", moisture_permille=110)
    assert (done.moisture_permille, done.moisture_source) == (110, "meter")
    there = await listing_by_code(desk, lot.code)
    assert there and (there.grade, there.graded_by) == ("A", "agent")
    with pytest.raises(NotMet):
        await grading.appeal(desk, actor_id=me, code=code)


async def test_nobody_appeals_against_an_agent_or_for_somebody_else(desk: Desk) -> None:
    me, judge, other = await farmer(desk), await agent(desk), await buyer(desk)
    code = (await asked(desk, me)).code
    with pytest.raises(Moved):
        await grading.appeal(desk, actor_id=me, code=code)
    await grading.grade(desk, actor_id=judge, code=code, grade="C")
    with pytest.raises(NotMet):
        await grading.appeal(desk, actor_id=me, code=code)
    with pytest.raises(NotFound):
        await grading.appeal(desk, actor_id=other, code=code)


async def test_an_agent_who_cannot_judge_takes_the_contested_grade_away(desk: Desk) -> None:
    me, judge = await farmer(desk), await agent(desk)
    lot = await straw(desk, me)
    code = (await asked(desk, me, listing_code=lot.code)).code
    await grading.judge(desk, code, SURE)
    await grading.appeal(desk, actor_id=me, code=code)
    await grading.give_up(desk, actor_id=judge, code=code, advice="Please show the whole heap")
    there = await listing_by_code(desk, lot.code)
    assert there and (there.grade, there.graded_by) == (None, None)


# which of the two is it?


async def test_another_commodity_is_looked_at_again_and_the_same_one_waits_for_an_agent(desk: Desk) -> None:
    me = await farmer(desk)
    code = (await asked(desk, me)).code
    (work,) = await claim(desk, 5)
    await grading.judge(desk, code, replace(SURE, doubt="wheat_straw"))
    kept = await grading.correct(desk, actor_id=me, code=code, commodity="paddy_straw")
    assert kept.seen_at is not None and await claim(desk, 5) == ()
    changed = await grading.correct(desk, actor_id=me, code=code, commodity="wheat_straw")
    assert (changed.commodity, changed.report, changed.seen_at) == ("wheat_straw", None, None)
    (again,) = await claim(desk, 5)
    assert again.grading.code == work.grading.code
    with pytest.raises(Moved):  # nobody asked
        await grading.correct(desk, actor_id=me, code=code, commodity="maize_stover")


# photos on their way


async def coming(desk: Desk, me: UUID, ids: Sequence[UUID]) -> Grading:
    return await grading.ask(desk, person_id=me, commodity="paddy_straw", photos=ids, on_their_way=True)


async def arrives(desk: Desk, me: UUID, photo_id: UUID, seed: int) -> None:
    prints = print_of(file_of(picture(seed)))
    await photos.remember(desk, photo_id, person_id=me, key=f"key {seed}", prints=prints)


async def test_a_grading_is_looked_at_when_all_its_photos_are_here(desk: Desk) -> None:
    me, ids = await farmer(desk), [uuid4(), uuid4()]
    code = (await coming(desk, me, ids)).code
    assert await claim(desk, 5) == ()
    await arrives(desk, me, ids[1], 1)
    assert await claim(desk, 5) == ()
    await arrives(desk, me, ids[0], 2)
    (work,) = await claim(desk, 5)
    assert (work.grading.code, work.grading.photos, work.keys) == (code, tuple(ids), ("key 2", "key 1"))


async def test_a_lost_photo_is_left_out_and_without_any_the_farmer_hears_of_it(desk: Desk) -> None:
    me, ids = await farmer(desk), [uuid4(), uuid4()]
    code = (await coming(desk, me, ids)).code
    (still,) = await grading.photo_lost(desk, ids[0])
    assert (still.state, still.photos) == ("asked", (ids[1],))
    (gone,) = await grading.photo_lost(desk, ids[1])
    assert (gone.code, gone.state, gone.report) == (
        code,
        "not_gradable",
        {"usable": False, "why": ["not_a_photo"], "advice": []},
    )
    assert await kinds(desk) == ["grading.not_gradable"]
    assert await grading.photo_lost(desk, ids[1]) == ()


async def test_photos_that_never_come_are_given_up_after_an_hour(desk: Desk) -> None:
    me, ids = await farmer(desk), [uuid4(), uuid4()]
    none = (await coming(desk, me, [ids[0]])).code
    one = (await coming(desk, me, ids)).code
    await arrives(desk, me, ids[1], 1)
    assert await grading.give_up_lost(desk) == 0
    later = replace(desk, now=desk.now + timedelta(minutes=61))
    assert await grading.give_up_lost(later) == 2
    lost, kept = await by_code(desk, none), await by_code(desk, one)
    assert lost and kept and (lost.state, kept.state, kept.photos) == ("not_gradable", "asked", (ids[1],))
    assert await grading.give_up_lost(later) == 0


async def test_nobody_has_a_photo_looked_at_that_came_from_somebody_else(desk: Desk) -> None:
    me, other, shown = await farmer(desk), await buyer(desk), uuid4()
    await arrives(desk, other, shown, 1)
    with pytest.raises(BadTerms):
        await coming(desk, me, [shown])
    with pytest.raises(NotFound):  # and through the API a photo is there first
        await grading.ask(desk, person_id=me, commodity="wheat", photos=[uuid4()])


@pytest.mark.parametrize(
    "said",
    [
        Answers(moisture=Moisture(1.2, "meter")),
        Answers(moisture=Moisture(0.1, "typical")),
        Answers(days_since_harvest=-1),
    ],
)
async def test_answers_that_cannot_be(desk: Desk, said: Answers) -> None:
    me = await farmer(desk)
    shown = await sent(desk, me, picture(1))
    with pytest.raises(BadTerms):
        await grading.ask(desk, person_id=me, commodity="wheat", photos=[shown], answers=said)


async def test_what_was_said_comes_to_the_eyes_as_it_was_said(desk: Desk) -> None:
    await asked(desk, await farmer(desk))
    (work,) = await claim(desk, 1)
    assert work.grading.answers == SAID


# the camera's place


async def test_a_photo_from_far_away_is_flagged_for_review_and_graded_all_the_same(desk: Desk) -> None:
    me = await farmer(desk)
    lot = await straw(desk, me)
    code = (await asked(desk, me, listing_code=lot.code)).code
    done = await grading.judge(desk, code, SURE, places=[(MANDYA.lat, MANDYA.lon), None])
    assert done.state == "graded"
    (flag,) = await queue(desk)
    assert (flag.rule, flag.subject, flag.person_id) == ("photo_far", code, me)
    assert flag.reasons["km"] > 1500 and "lat" not in str(flag.reasons)


async def test_a_photo_from_the_village_flags_nobody(desk: Desk) -> None:
    code = (await asked(desk, await farmer(desk))).code
    await grading.judge(desk, code, SURE, places=[(MOGA.lat + 0.1, MOGA.lon), None])
    assert await queue(desk) == ()


# claiming


async def test_a_batch_waits_behind_those_who_asked_alone(desk: Desk) -> None:
    me, alone = await buyer(desk), await farmer(desk)
    await accounts.add_role(desk, me, "buyer")
    shown = [await sent(desk, me, picture(seed)) for seed in (1, 2)]
    _, many = await grading.ask_many(
        desk, person_id=me, wanted=[grading.Wanted("wheat", [each]) for each in shown]
    )
    one = await asked(desk, alone, seed=3)
    found = await claim(desk, 5)
    assert [each.grading.code for each in found] == [one.code, *(each.code for each in many)]


async def test_a_dead_workers_share_is_free_again_and_a_photo_that_kills_goes_to_a_person(desk: Desk) -> None:
    code = (await asked(desk, await farmer(desk))).code
    here = desk
    for _ in range(MOST_TRIES):
        assert [each.grading.code for each in await claim(here, 5)] == [code]
        assert await claim(here, 5) == ()
        here = replace(here, now=here.now + LEASE)
    assert await claim(here, 5) == ()
    assert [each.code for each in await waiting(here)] == [code]


async def _race(engine: AsyncEngine, take, workers: int, most: int) -> list[str]:
    """Ten gradings wait; workers take at the same moment. Every code as often as somebody took it."""
    async with open_desk(engine, TENANT, NOW) as desk:
        me = await farmer(desk)
        for seed in range(10):
            await asked(desk, me, seed=seed)
    ready = asyncio.Barrier(workers)

    async def one() -> list[str]:
        async with open_desk(engine, TENANT, NOW) as desk:
            await desk.db.execute(text("SELECT 1"))
            await ready.wait()
            return list(await take(desk, most))

    return sorted(code for codes in await asyncio.gather(*(one() for _ in range(workers))) for code in codes)


async def test_workers_who_claim_at_once_share_the_work(engine: AsyncEngine, clean: None) -> None:
    async def take(desk: Desk, most: int) -> list[str]:
        return [each.grading.code for each in await claim(desk, most)]

    taken = await _race(engine, take, 4, 3)
    assert len(taken) == len(set(taken)) == 10


async def test_workers_who_look_first_and_take_later_do_the_same_work_twice(
    engine: AsyncEngine, clean: None
) -> None:
    looked = asyncio.Barrier(4)

    async def look_then_take(desk: Desk, most: int) -> list[str]:
        free = await desk.db.execute(
            select(t.c.id, t.c.code).where(t.c.claimed_at.is_(None)).order_by(t.c.id).limit(most)
        )
        rows = free.all()
        await looked.wait()
        await desk.db.execute(
            update(t).where(t.c.id.in_([row.id for row in rows])).values(claimed_at=desk.now)
        )
        return [row.code for row in rows]

    taken = await _race(engine, look_then_take, 4, 3)
    assert (len(taken), len(set(taken))) == (12, 3)  # three photos looked at by four


async def test_the_queue_of_the_eyes_is_read_through_its_index(engine: AsyncEngine, clean: None) -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        me = await farmer(desk)
        await asked(desk, me)
        await desk.db.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await desk.db.execute(
            text(
                "EXPLAIN SELECT id FROM grading WHERE tenant_id = :tenant AND state = 'asked' "
                "AND seen_at IS NULL AND appealed_at IS NULL ORDER BY batch IS NOT NULL, id LIMIT 16"
            ),
            {"tenant": TENANT},
        )
        assert "ix_grading_to_see" in "\n".join(plan.scalars())


async def test_an_old_models_grade_is_the_eyes_now(desk: Desk) -> None:
    lot = await straw(desk, await farmer(desk))
    await desk.db.execute(
        update(listing).where(listing.c.code == lot.code).values(grade="A", graded_by="eyes")
    )
    with pytest.raises(Exception, match="ck_listing_graded_by"):
        await desk.db.execute(update(listing).values(graded_by="model"))
