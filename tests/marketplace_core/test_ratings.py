"""Stars from both sides, once the deal is over."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from marketplace_core.bookings import commands as bookings
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotYours
from marketplace_core.events import claim
from marketplace_core.ratings import commands as ratings
from marketplace_core.ratings import queries as stars
from marketplace_core.ratings.errors import NotOver, TooLate
from marketplace_core.ratings.queries import Summary
from tests.conftest import NOW
from tests.marketplace_core.people import booked, take_bill
from tests.marketplace_core.test_handover import Deal, a_deal, delivered


async def completed(desk: Desk) -> Deal:
    deal = await delivered(desk, pay_by="cash")
    await take_bill(desk, bookings.complete, actor_id=deal.buyer, code=deal.code)
    return deal


async def test_both_sides_rate_the_other_once(desk: Desk) -> None:
    deal = await completed(desk)
    assert await stars.summary(desk, deal.seller) == Summary(0, None)
    await ratings.rate(desk, actor_id=deal.buyer, code=deal.code, stars=4)
    await ratings.rate(desk, actor_id=deal.seller, code=deal.code, stars=5)
    assert await stars.summary(desk, deal.seller) == Summary(1, Decimal("4.0"))
    assert await stars.summary(desk, deal.buyer) == Summary(1, Decimal("5.0"))
    assert [await stars.given(desk, deal.id, by) for by in ("buyer", "seller")] == [4, 5]
    told = [one for one in await claim(desk, 90) if one.kind == "booking.rated"]
    assert [(one.about["by"], one.about["stars"]) for one in told] == [("buyer", 4), ("seller", 5)]


async def test_within_a_week_the_stars_may_be_changed(desk: Desk) -> None:
    deal = await completed(desk)
    await ratings.rate(desk, actor_id=deal.buyer, code=deal.code, stars=1)
    week = timedelta(days=7)
    await ratings.rate(replace(desk, now=NOW + week), actor_id=deal.buyer, code=deal.code, stars=3)
    assert await stars.summary(desk, deal.seller) == Summary(1, Decimal("3.0"))
    after = replace(desk, now=NOW + week + timedelta(seconds=1))
    with pytest.raises(TooLate):
        await ratings.rate(after, actor_id=deal.buyer, code=deal.code, stars=5)
    assert await stars.summary(desk, deal.seller) == Summary(1, Decimal("3.0"))
    with pytest.raises(TooLate):  # the other side had a month
        late = replace(desk, now=NOW + timedelta(days=30, seconds=1))
        await ratings.rate(late, actor_id=deal.seller, code=deal.code, stars=5)


async def test_an_average_has_one_decimal_rounded_as_people_round(desk: Desk) -> None:
    deals = [await completed(desk) for _ in range(4)]
    for deal, given in zip(deals, (4, 4, 4, 5), strict=True):
        await ratings.rate(desk, actor_id=deal.buyer, code=deal.code, stars=given)
    assert await stars.summary(desk, deals[0].seller) == Summary(4, Decimal("4.3"))  # 4.25


async def test_what_was_called_off_late_is_rated_and_what_never_stood_is_not(desk: Desk) -> None:
    deal = await a_deal(desk)
    with pytest.raises(NotOver):
        await ratings.rate(desk, actor_id=deal.buyer, code=deal.code, stars=1)
    await bookings.cancel(desk, actor_id=deal.seller, code=deal.code, why="sold elsewhere")
    await ratings.rate(desk, actor_id=deal.buyer, code=deal.code, stars=1)
    seller, me, _, never = await booked(desk)
    await bookings.cancel(desk, actor_id=seller, code=never.code, why="")
    with pytest.raises(NotOver):
        await ratings.rate(desk, actor_id=me, code=never.code, stars=1)
    assert (await stars.summary(desk, seller)).count == 1


async def test_who_may_rate_and_with_what(desk: Desk) -> None:
    deal = await completed(desk)
    for actor in (deal.office, deal.driver, uuid4()):
        with pytest.raises(NotYours):
            await ratings.rate(desk, actor_id=actor, code=deal.code, stars=5)
    for wrong in (0, 6, -1, 4.5, True):
        with pytest.raises(BadTerms):
            await ratings.rate(desk, actor_id=deal.buyer, code=deal.code, stars=wrong)
    assert await stars.summary(desk, deal.seller) == Summary(0, None)
    assert await stars.summary(replace(desk, tenant=2), deal.seller) == Summary(0, None)
