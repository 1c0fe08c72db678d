"""A farmer asks for a grade, an agent gives it, the listing carries it; what nobody measured stays empty."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.accounts import commands as accounts
from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import BadTerms, Moved, NotFound, NotYours
from marketplace_core.grading import commands as grading
from marketplace_core.grading.errors import TooManyGradings
from marketplace_core.grading.for_sale import GOOD_FOR, bring_along, judged_before
from marketplace_core.grading.queries import batch, by_code, mine, waiting
from marketplace_core.listings.queries import by_code as listing_by_code
from marketplace_core.seed import TENANT
from tests.conftest import NOW
from tests.marketplace_core.people import buyer, farmer, somebody, straw
from tests.marketplace_core.pictures import picture, sent


async def agent(desk: Desk) -> UUID:
    person_id = await somebody(desk, "+919800000091", name="Kiran")
    await accounts.add_role(desk, person_id, "field_agent")
    return person_id


async def test_an_agents_grade_becomes_the_listings(desk: Desk) -> None:
    me, judge = await farmer(desk), await agent(desk)
    lot = await straw(desk, me)
    photo = await sent(desk, me, picture(1))
    asked = await grading.ask(
        desk, person_id=me, commodity="paddy_straw", photos=[photo], listing_code=lot.code
    )
    assert [each.code for each in await waiting(desk)] == [asked.code]
    done = await grading.grade(desk, actor_id=judge, code=asked.code, grade="B", moisture_permille=140)
    assert (done.state, done.grade, done.moisture_permille, done.purity_permille) == (
        "graded",
        "B",
        140,
        None,
    )
    assert await waiting(desk) == ()
    there = await listing_by_code(desk, lot.code)
    assert there is not None
    assert (there.grade, there.graded_by) == ("B", "agent")


async def test_a_grade_is_given_once(desk: Desk) -> None:
    me, judge = await farmer(desk), await agent(desk)
    asked = await _asked(desk, me)
    await grading.grade(desk, actor_id=judge, code=asked, grade="A")
    with pytest.raises(Moved):
        await grading.grade(desk, actor_id=judge, code=asked, grade="C")
    found = await by_code(desk, asked)
    assert found is not None
    assert found.grade == "A"


async def test_a_grade_given_before_comes_along_with_the_lot(desk: Desk) -> None:
    me, judge = await farmer(desk), await agent(desk)
    asked = await _asked(desk, me, "paddy_straw")
    await grading.grade(desk, actor_id=judge, code=asked, grade="B")
    lot, other = await straw(desk, me), await straw(desk, me)
    brought = await bring_along(desk, person_id=me, code=asked, listing_code=lot.code)
    assert brought is not None
    there = await listing_by_code(desk, lot.code)
    assert there is not None
    assert (there.grade, there.graded_by) == ("B", "agent")
    # one grade, one lot
    assert await bring_along(desk, person_id=me, code=asked, listing_code=other.code) is None
    there = await listing_by_code(desk, other.code)
    assert there is not None
    assert there.grade is None


async def test_only_ones_own_and_only_a_fresh_one_comes_along(desk: Desk) -> None:
    me, stranger = await farmer(desk), await somebody(desk, "+919800000092", name="Stranger")
    asked = await _asked(desk, me)
    foreign, own = await straw(desk, stranger), await straw(desk, me)
    assert await judged_before(desk, person_id=stranger, code=asked) is None
    assert await bring_along(desk, person_id=stranger, code=asked, listing_code=foreign.code) is None
    assert await bring_along(desk, person_id=me, code=asked, listing_code=foreign.code) is None
    # wheat is no straw
    assert await bring_along(desk, person_id=me, code=asked, listing_code=own.code) is None
    assert await judged_before(replace(desk, now=desk.now + GOOD_FOR), person_id=me, code=asked) is None
    assert await judged_before(desk, person_id=me, code=asked) is not None


async def test_an_agent_who_judges_it_while_it_is_put_up_for_sale_grades_the_lot(
    engine: AsyncEngine, clean: None
) -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        me, judge = await farmer(desk), await agent(desk)
        asked = await _asked(desk, me, "paddy_straw")
        lot = await straw(desk, me)

    async def judged() -> None:
        async with open_desk(engine, TENANT, NOW) as desk:
            await grading.grade(desk, actor_id=judge, code=asked, grade="A")

    async with open_desk(engine, TENANT, NOW) as desk:
        await bring_along(desk, person_id=me, code=asked, listing_code=lot.code)
        judging = asyncio.create_task(judged())
        done, _ = await asyncio.wait({judging}, timeout=0.5)
        assert not done  # it waits for the lot
    await judging
    async with open_desk(engine, TENANT, NOW) as desk:
        there = await listing_by_code(desk, lot.code)
    assert there is not None
    assert (there.grade, there.graded_by) == ("A", "agent")


async def test_what_cannot_be_judged_gets_advice_and_no_grade(desk: Desk) -> None:
    me, judge = await farmer(desk), await agent(desk)
    asked = await _asked(desk, me)
    told = await grading.give_up(desk, actor_id=judge, code=asked, advice="Too dark: please in daylight")
    assert (told.state, told.grade, told.advice) == ("not_gradable", None, "Too dark: please in daylight")


async def test_who_may_not_grade(desk: Desk) -> None:
    me, judge = await farmer(desk), await agent(desk)
    asked = await _asked(desk, me)
    with pytest.raises(NotYours):
        await grading.grade(desk, actor_id=me, code=asked, grade="A")
    own = await _asked(desk, judge)
    with pytest.raises(NotYours):
        await grading.grade(desk, actor_id=judge, code=own, grade="A")
    assert {each.state for each in await waiting(desk)} == {"asked"}


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("grade", {"grade": "D"}),
        ("moisture_permille", {"grade": "A", "moisture_permille": 1001}),
        ("purity_permille", {"grade": "A", "purity_permille": -1}),
    ],
)
async def test_a_judgement_that_cannot_be(desk: Desk, field: str, values: dict[str, object]) -> None:
    judge = await agent(desk)
    asked = await _asked(desk, await farmer(desk))
    with pytest.raises(BadTerms) as refusal:
        await grading.grade(desk, actor_id=judge, code=asked, **values)
    assert refusal.value.field == field


async def test_ten_an_hour_and_the_eleventh_an_hour_later(desk: Desk) -> None:
    me = await farmer(desk)
    for _ in range(grading.MOST_AN_HOUR):
        await _asked(desk, me)
    with pytest.raises(TooManyGradings):
        await _asked(desk, me)
    assert len(await mine(desk, me, limit=50)) == grading.MOST_AN_HOUR
    await _asked(replace(desk, now=desk.now + timedelta(hours=1)), me)


async def test_nobody_has_other_peoples_photos_or_lots_graded(desk: Desk) -> None:
    me, other = await farmer(desk), await buyer(desk)
    photo, lot = await sent(desk, me, picture(1)), await straw(desk, me)
    with pytest.raises(NotFound):
        await grading.ask(desk, person_id=other, commodity="wheat", photos=[photo])
    own = await sent(desk, other, picture(2))
    with pytest.raises(NotFound):
        await grading.ask(desk, person_id=other, commodity="wheat", photos=[own], listing_code=lot.code)
    assert await waiting(desk) == ()


@pytest.mark.parametrize("photos", [[], [uuid4() for _ in range(grading.MOST_PHOTOS + 1)]])
async def test_no_photo_or_too_many(desk: Desk, photos: Sequence[UUID]) -> None:
    with pytest.raises(BadTerms):
        await grading.ask(desk, person_id=await farmer(desk), commodity="wheat", photos=photos)


async def test_a_batch_and_how_far_it_is(desk: Desk) -> None:
    me, judge = await buyer(desk), await agent(desk)
    await accounts.add_role(desk, me, "buyer")
    photos = [await sent(desk, me, picture(seed)) for seed in range(3)]
    batch_id, asked = await grading.ask_many(
        desk, person_id=me, wanted=[grading.Wanted("wheat", [each]) for each in photos]
    )
    await grading.grade(desk, actor_id=judge, code=asked[1].code, grade="C")
    progress, found = await batch(desk, me, batch_id)
    assert dict(progress) == {"asked": 2, "graded": 1}
    assert [each.grade for each in found] == [None, "C", None]
    assert await batch(desk, judge, batch_id) == ({}, ())


async def test_a_farmer_asks_one_by_one(desk: Desk) -> None:
    me = await farmer(desk)
    with pytest.raises(NotYours):
        wanted = [grading.Wanted("wheat", [await sent(desk, me, picture(1))])]
        await grading.ask_many(desk, person_id=me, wanted=wanted)


async def _asked(desk: Desk, person_id: UUID, commodity: str = "wheat") -> str:
    photo = await sent(desk, person_id, picture(1))
    return (await grading.ask(desk, person_id=person_id, commodity=commodity, photos=[photo])).code
