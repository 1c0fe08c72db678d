"""A quarrel stops the money, hears both sides, and ends with a word of the office."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from marketplace_core.accounts import acting
from marketplace_core.accounts import commands as accounts
from marketplace_core.audit.models import entry
from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings import handover
from marketplace_core.bookings import queries as agreements
from marketplace_core.desk import Desk
from marketplace_core.disputes import commands as disputes
from marketplace_core.disputes import queries as quarrels
from marketplace_core.errors import BadTerms, Moved, NotFound, NotMet, NotYours
from marketplace_core.events import claim
from marketplace_core.listings import queries as shelf
from tests.conftest import NOW
from tests.marketplace_core.people import take_bill
from tests.marketplace_core.test_handover import HOUR, Deal, a_deal, delivered, money, on_the_road, state

PHOTO = uuid4()


async def quarrel(desk: Desk, deal: Deal):
    return await disputes.open_dispute(
        desk, actor_id=deal.buyer, code=deal.code, reason="quality", said="half of it is wet", photos=[PHOTO]
    )


async def decide(desk: Desk, deal: Deal, decision: str, **how):
    return await disputes.decide(
        desk, actor_id=deal.office, code=deal.code, decision=decision, why="seen on the photos", **how
    )


async def test_a_quarrel_stops_the_clock_and_the_money(desk: Desk) -> None:
    deal = await delivered(desk)
    opened = await quarrel(desk, deal)
    assert (opened.state, opened.opened_by, opened.reason, opened.photos) == (
        "open",
        "buyer",
        "quality",
        (PHOTO,),
    )
    assert await state(desk, deal) == "disputed"
    assert await bookings.run_out(replace(desk, now=NOW + 500 * HOUR)) == 0
    assert await money(desk, "farmer", deal.seller) == 0
    with pytest.raises(Moved):
        await take_bill(desk, bookings.complete, actor_id=deal.buyer, code=deal.code)
    with pytest.raises(Moved):  # one quarrel at a time
        await disputes.open_dispute(desk, actor_id=deal.seller, code=deal.code, reason="other", said="")
    told = [one for one in await claim(desk, 90) if one.kind in ("booking.disputed", "dispute.opened")]
    assert [one.subject for one in told] == [deal.code] * 2
    assert "wet" not in str(told)


async def test_the_other_side_answers_and_the_office_sees_both(desk: Desk) -> None:
    deal = await delivered(desk)
    await quarrel(desk, deal)
    assert await quarrels.for_the_office(desk) == ()
    with pytest.raises(NotMet) as refusal:
        await disputes.answer(desk, actor_id=deal.buyer, code=deal.code, said="me again")
    assert refusal.value.condition == "other_side"
    answered = await disputes.answer(desk, actor_id=deal.seller, code=deal.code, said="it rained on the road")
    assert (answered.state, answered.answer) == ("answered", "it rained on the road")
    assert await quarrels.for_the_office(desk) == (answered,)


async def test_unanswered_for_two_days_it_goes_to_the_office(desk: Desk) -> None:
    deal = await delivered(desk)
    await quarrel(desk, deal)
    after = replace(desk, now=NOW + 48 * HOUR)
    assert await disputes.escalate(replace(desk, now=after.now - timedelta(seconds=1))) == 0
    assert [one.state for one in await quarrels.for_the_office(after)] == ["unanswered"]
    assert (await decide(after, deal, "uphold")).state == "decided"  # before the job came by
    deal_two = await quarrels.of_booking(after, deal.code)
    assert deal_two.decision == "uphold"


async def test_the_job_tells_once_that_nobody_answered(desk: Desk) -> None:
    deal = await delivered(desk)
    await quarrel(desk, deal)
    after = replace(desk, now=NOW + 48 * HOUR)
    assert [await disputes.escalate(after), await disputes.escalate(after)] == [1, 0]
    assert [one.kind for one in await claim(desk, 90)].count("dispute.unanswered") == 1
    late = await disputes.answer(after, actor_id=deal.seller, code=deal.code, said="I was at a wedding")
    assert late.state == "answered"


async def test_the_bill_stands(desk: Desk) -> None:
    deal = await delivered(desk, weighed=4_000)
    await quarrel(desk, deal)
    done = await decide(desk, deal, "uphold")
    assert (done.state, done.decision, done.farmer_paise) == ("decided", "uphold", 1_000_000)
    assert await state(desk, deal) == "completed"
    assert await money(desk, "farmer", deal.seller) == 1_000_000
    assert (await shelf.by_code(desk, deal.lot)).state == "sold"
    written = (await desk.db.execute(select(entry.c.action, entry.c.subject, entry.c.actor_id))).all()
    assert ("dispute.decided", deal.code, deal.office) in [tuple(row) for row in written]


@pytest.mark.parametrize(
    ("how", "farmer_gets"), [({"percent": 60}, 600_000), ({"farmer_paise": 1_100_001}, 1_100_001)]
)
async def test_the_farmer_gets_a_part(desk: Desk, how, farmer_gets: int) -> None:
    deal = await delivered(desk, weighed=4_000)
    await quarrel(desk, deal)
    assert (await decide(desk, deal, "share", **how)).farmer_paise == farmer_gets
    assert await money(desk, "farmer", deal.seller) == farmer_gets
    bill = await agreements.bill(desk, deal.code)
    assert bill.farmer_gets == farmer_gets
    assert await money(desk, "buyer", deal.buyer) == 1_275_000 - bill.buyer_pays


async def test_everything_goes_back_with_the_goods(desk: Desk) -> None:
    deal = await on_the_road(desk)
    await quarrel(desk, deal)
    await decide(desk, deal, "refund")
    assert await state(desk, deal) == "cancelled"
    assert await money(desk, "farmer", deal.seller) == 0
    assert await money(desk, "buyer", deal.buyer) == 1_275_000
    assert (await shelf.by_code(desk, deal.lot)).kg_left == 5_000


@pytest.mark.parametrize(
    ("decision", "how", "field"),
    [
        ("hang", {}, "decision"),
        ("share", {}, "farmer_paise"),
        ("share", {"percent": 10, "farmer_paise": 1}, "farmer_paise"),
        ("share", {"percent": 101}, "percent"),
        ("share", {"percent": -1}, "percent"),
        ("share", {"farmer_paise": -1}, "farmer_paise"),
        ("share", {"farmer_paise": 1_250_001}, "farmer_paise"),
    ],
)
async def test_no_decision_beyond_the_deal(desk: Desk, decision: str, how, field: str) -> None:
    deal = await delivered(desk)
    await quarrel(desk, deal)
    with pytest.raises(BadTerms) as refusal:
        await decide(desk, deal, decision, **how)
    assert refusal.value.field == field
    assert await state(desk, deal) == "disputed"


async def test_no_bill_stands_that_was_never_weighed(desk: Desk) -> None:
    deal = await on_the_road(desk)
    await quarrel(desk, deal)
    with pytest.raises(NotMet) as refusal:
        await decide(desk, deal, "uphold")
    assert refusal.value.condition == "weighed"
    await handover.weigh(desk, actor_id=deal.office, code=deal.code, kg=5_000)
    assert (await decide(desk, deal, "uphold")).farmer_paise == 1_250_000


@pytest.mark.parametrize("where", ["in_transit", "delivered"])
async def test_a_quarrel_withdrawn_goes_on_where_it_stood(desk: Desk, where: str) -> None:
    deal = await (on_the_road if where == "in_transit" else delivered)(desk)
    await quarrel(desk, deal)
    with pytest.raises(NotMet) as refusal:
        await disputes.withdraw(desk, actor_id=deal.seller, code=deal.code)
    assert refusal.value.condition == "own"
    later = replace(desk, now=NOW + 30 * HOUR)
    assert (await disputes.withdraw(later, actor_id=deal.buyer, code=deal.code)).state == "withdrawn"
    assert await state(later, deal) == where
    if where == "delivered":
        assert await bookings.run_out(replace(desk, now=NOW + 77 * HOUR)) == 0
        assert await bookings.run_out(replace(desk, now=NOW + 78 * HOUR)) == 1
    else:
        assert (await quarrel(later, deal)).state == "open"  # and may be opened anew


async def test_a_yes_to_the_old_bill_is_none_to_the_one_that_the_office_corrected(desk: Desk) -> None:
    deal = await delivered(desk, weighed=4_900)
    await take_bill(desk, bookings.agree_bill, actor_id=deal.seller, code=deal.code)
    await quarrel(desk, deal)
    await handover.weigh(desk, actor_id=deal.office, code=deal.code, kg=10)
    await disputes.withdraw(desk, actor_id=deal.buyer, code=deal.code)
    with pytest.raises(NotMet) as refusal:
        await take_bill(desk, bookings.complete, actor_id=deal.buyer, code=deal.code)
    assert refusal.value.condition == "bill_agreed"
    assert await money(desk, "farmer", deal.seller) == 0


async def test_nobody_quarrels_their_time_longer(desk: Desk) -> None:
    deal = await delivered(desk)
    for hours in (40, 60, 80):  # opened 40 hours after delivery, then as soon as the one before was withdrawn
        await quarrel(replace(desk, now=NOW + (hours - 1) * HOUR), deal)
        await disputes.withdraw(
            replace(desk, now=NOW + (hours + 18) * HOUR), actor_id=deal.buyer, code=deal.code
        )
    # Three times 19 hours stood still; 48 were given, of which 39, then 1 and 1 are over by now.
    assert await bookings.run_out(replace(desk, now=NOW + 104 * HOUR)) == 0
    assert await bookings.run_out(replace(desk, now=NOW + 105 * HOUR)) == 1
    assert await money(desk, "farmer", deal.seller) == 1_250_000


async def test_a_bill_corrected_in_a_quarrel_has_its_whole_time(desk: Desk) -> None:
    deal = await delivered(desk)
    await quarrel(replace(desk, now=NOW + 40 * HOUR), deal)
    await handover.weigh(replace(desk, now=NOW + 50 * HOUR), actor_id=deal.office, code=deal.code, kg=4_000)
    await disputes.withdraw(replace(desk, now=NOW + 60 * HOUR), actor_id=deal.buyer, code=deal.code)
    assert await bookings.run_out(replace(desk, now=NOW + 107 * HOUR)) == 0
    assert await bookings.run_out(replace(desk, now=NOW + 108 * HOUR)) == 1


async def test_whoever_speaks_for_a_side_is_not_the_office_there(desk: Desk) -> None:
    deal = await delivered(desk)
    await accounts.add_role(desk, deal.office, "field_agent")
    await acting.ask_to_act(desk, actor_id=deal.office, person_id=deal.seller, kind="agent")
    await quarrel(desk, deal)
    await acting.agree_to_act(desk, by_id=deal.seller, actor_id=deal.office, person_id=deal.seller)
    with pytest.raises(NotYours):
        await decide(desk, deal, "uphold")
    with pytest.raises(NotYours):
        await handover.weigh(desk, actor_id=deal.office, code=deal.code, kg=9_000)
    await acting.end_acting(desk, by_id=deal.seller, actor_id=deal.office, person_id=deal.seller)
    assert (await decide(desk, deal, "uphold")).state == "decided"


async def test_who_may_not(desk: Desk) -> None:
    deal = await delivered(desk)
    for actor in (deal.driver, uuid4()):
        with pytest.raises(NotYours):
            await disputes.open_dispute(desk, actor_id=actor, code=deal.code, reason="other", said="")
    with pytest.raises(NotFound):
        await disputes.answer(desk, actor_id=deal.seller, code=deal.code, said="")
    await quarrel(desk, deal)
    for actor in (deal.buyer, deal.seller):
        with pytest.raises(NotYours):
            await disputes.decide(desk, actor_id=actor, code=deal.code, decision="refund", why="mine")
    assert await state(desk, deal) == "disputed"


@pytest.mark.parametrize(
    ("field", "how"),
    [
        ("reason", {"reason": "weather"}),
        ("said", {"said": "x" * 1_001}),
        ("photos", {"photos": [uuid4() for _ in range(11)]}),
    ],
)
async def test_evidence_has_its_bounds(desk: Desk, field: str, how) -> None:
    deal = await delivered(desk)
    with pytest.raises(BadTerms) as refusal:
        await disputes.open_dispute(
            desk, actor_id=deal.buyer, code=deal.code, **({"reason": "other", "said": ""} | how)
        )
    assert refusal.value.field == field
    assert await state(desk, deal) == "delivered"


async def test_before_the_road_there_is_nothing_to_quarrel_over(desk: Desk) -> None:
    deal = await a_deal(desk)
    with pytest.raises(Moved):
        await quarrel(desk, deal)
