"""What looks wrong is flagged for a person, with reasons; nothing is stopped, and honest people stay unflagged."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from marketplace_core.accounts import commands as accounts
from marketplace_core.bookings import handover
from marketplace_core.bookings.queries import bill
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Moved, NotFound, NotYours
from marketplace_core.escrow import commands as escrow
from marketplace_core.fraud import commands as fraud
from marketplace_core.fraud import rules, screens
from marketplace_core.fraud.queries import of_person, queue
from marketplace_core.listings import commands as listings
from marketplace_core.listings.queries import Listing
from marketplace_core.listings.queries import mine as my_lots
from marketplace_core.payouts import destinations
from marketplace_core.payouts.rules import upi_id
from marketplace_core.photos import commands as photos
from marketplace_core.photos.prints import print_of
from tests.marketplace_core.money import VAULT
from tests.marketplace_core.people import MANDYA, MOGA, book_as_shown, booked, buyer, farmer, somebody, straw
from tests.marketplace_core.pictures import file_of, picture, sent, smaller
from tests.marketplace_core.test_handover import on_the_road


async def operator(desk: Desk) -> UUID:
    person_id = await somebody(desk, "+919800000090", name="Office")
    await accounts.add_role(desk, person_id, "operator")
    return person_id


async def shown(desk: Desk, seller_id: UUID, *photo_ids: UUID, **terms: object) -> Listing:
    return await straw(desk, seller_id, photos=photo_ids, **terms)


async def raised(desk: Desk) -> list[tuple[str, str]]:
    return [(each.rule, each.subject) for each in await queue(desk)]


async def test_one_photo_for_two_farmers_lots_is_flagged_and_both_stay_for_sale(desk: Desk) -> None:
    first, second = await farmer(desk), await buyer(desk)
    mine = await shown(desk, first, await sent(desk, first, picture(1)))
    theirs = await shown(desk, second, await sent(desk, second, picture(1)))
    (flag,) = await queue(desk)
    assert (flag.rule, flag.subject, flag.person_id, flag.weight) == ("same_photo", theirs.code, second, 3)
    assert flag.reasons["others"] == [mine.code]
    assert [lot.state for lot in (*await my_lots(desk, first), *await my_lots(desk, second))] == [
        "active"
    ] * 2


async def test_a_worse_copy_of_a_photo_is_flagged_as_nearly_the_same(desk: Desk) -> None:
    first, second = await farmer(desk), await buyer(desk)
    await shown(desk, first, await sent(desk, first, picture(1)))
    theirs = await shown(desk, second, await sent(desk, second, smaller(picture(1)), quality=50))
    assert await raised(desk) == [("near_photo", theirs.code)]


async def test_a_photo_that_arrives_after_its_listing_is_looked_at_then(desk: Desk) -> None:
    first, second = await farmer(desk), await buyer(desk)
    await shown(desk, first, await sent(desk, first, picture(1)))
    late = uuid4()
    theirs = await shown(desk, second, late)
    assert await raised(desk) == []
    await photos.remember(desk, late, person_id=second, key="k", prints=print_of(file_of(picture(1))))
    await screens.photo_came(desk, late)
    assert await raised(desk) == [("same_photo", theirs.code)]


async def test_putting_a_lot_up_again_with_its_picture_is_honest(desk: Desk) -> None:
    me = await farmer(desk)
    photo = await sent(desk, me, picture(1))
    old = await shown(desk, me, photo)
    await listings.cancel(desk, seller_id=me, code=old.code)
    await shown(desk, me, photo)
    await shown(desk, me, await sent(desk, me, picture(2)))
    assert await raised(desk) == []


async def test_selling_two_lots_with_one_picture_is_not(desk: Desk) -> None:
    me = await farmer(desk)
    await shown(desk, me, await sent(desk, me, picture(1)))
    second = await shown(desk, me, await sent(desk, me, picture(1)))
    assert await raised(desk) == [("same_photo", second.code)]


async def test_the_eleventh_lot_of_a_day_is_flagged_once(desk: Desk) -> None:
    me = await farmer(desk)
    for _ in range(rules.MOST_LISTINGS_A_DAY):
        await straw(desk, me)
    assert await raised(desk) == []
    for _ in range(3):
        await straw(desk, me)
    assert [rule for rule, _ in await raised(desk)] == ["many_listings"]
    assert len(await my_lots(desk, me, limit=50)) == rules.MOST_LISTINGS_A_DAY + 3


async def test_two_lots_too_far_apart_for_the_time_between(desk: Desk) -> None:
    me = await farmer(desk)
    first = await straw(desk, me, place=MOGA)
    an_hour_later = replace(desk, now=desk.now + timedelta(hours=1))
    second = await straw(an_hour_later, me, place=MANDYA)
    (flag,) = await queue(desk)
    assert (flag.rule, flag.subject) == ("far_and_fast", second.code)
    assert flag.reasons["other"] == first.code
    assert (flag.reasons["minutes"], 1900 < flag.reasons["km"] < 2200) == (60, True)


async def test_a_night_train_later_it_may_well_be(desk: Desk) -> None:
    me = await farmer(desk)
    await straw(desk, me, place=MOGA)
    await straw(replace(desk, now=desk.now + timedelta(hours=36)), me, place=MANDYA)
    assert await raised(desk) == []


@pytest.mark.parametrize(
    ("km", "hours", "wrong"), [(30, 0, False), (31, 0, True), (120, 1, False), (121, 1, True)]
)
def test_how_fast_is_too_fast(km: float, hours: int, wrong: bool) -> None:
    assert rules.too_fast(km, timedelta(hours=hours)) is wrong


async def test_a_buyer_who_books_all_day_long_is_flagged(desk: Desk) -> None:
    _seller, me, lot, _ = await booked(desk, kg=100)
    for _ in range(rules.MOST_BOOKINGS_AN_HOUR - 1):
        await book_as_shown(desk, buyer_id=me, code=lot.code, kg=100)
    assert await raised(desk) == []
    booking = await book_as_shown(desk, buyer_id=me, code=lot.code, kg=100)
    (flag,) = await queue(desk)
    assert (flag.rule, flag.person_id, flag.reasons["last"]) == ("many_bookings", me, booking.code)
    assert booking.state == "pending"


async def test_an_operator_clears_a_flag_and_says_why(desk: Desk) -> None:
    office, me = await operator(desk), await farmer(desk)
    await fraud.raise_flag(desk, rules.CASH_DIFFERENCE, subject="x", person_id=me, reasons={"paise": 100})
    (flag,) = await queue(desk)
    cleared = await fraud.review(desk, actor_id=office, flag_id=flag.id, guilty=False, why="counted again")
    assert (cleared.state, cleared.why) == ("cleared", "counted again")
    assert await queue(desk) == ()
    assert [each.state for each in await of_person(desk, me)] == ["cleared"]
    with pytest.raises(Moved):
        await fraud.review(desk, actor_id=office, flag_id=flag.id, guilty=True, why="again")


async def test_who_may_not_review(desk: Desk) -> None:
    office, me = await operator(desk), await farmer(desk)
    await fraud.raise_flag(desk, rules.SAME_PHOTO, subject="x", person_id=me, reasons={})
    (flag,) = await queue(desk)
    with pytest.raises(NotYours):
        await fraud.review(desk, actor_id=me, flag_id=flag.id, guilty=False, why="I am honest")
    with pytest.raises(BadTerms):
        await fraud.review(desk, actor_id=office, flag_id=flag.id, guilty=False, why=" ")
    with pytest.raises(NotFound):
        await fraud.review(desk, actor_id=office, flag_id=uuid4(), guilty=False, why="?")
    assert [each.state for each in await queue(desk)] == ["open"]


async def test_the_queue_shows_the_heaviest_first_page_by_page(desk: Desk) -> None:
    for number, rule in enumerate((rules.LIKE_PHOTO, rules.SAME_PHOTO, rules.NEAR_PHOTO, rules.SAME_PHOTO)):
        await fraud.raise_flag(desk, rule, subject=str(number), person_id=None, reasons={})
    first = await queue(desk, limit=2)
    rest = await queue(desk, limit=9, after=first[-1])
    assert [each.subject for each in (*first, *rest)] == ["1", "3", "2", "0"]
    assert [each.weight for each in (*first, *rest)] == [3, 3, 2, 1]


async def test_the_same_thing_is_flagged_once(desk: Desk) -> None:
    for _ in range(2):
        await fraud.raise_flag(desk, rules.SAME_PHOTO, subject="x", person_id=None, reasons={})
    assert await raised(desk) == [("same_photo", "x")]


async def test_cash_that_does_not_add_up_is_flagged_and_counted_as_it_is(desk: Desk) -> None:
    office, agent, payer = await operator(desk), await farmer(desk), await buyer(desk)
    money = {"agent_id": agent, "buyer_id": payer, "subject": "B23456"}
    await escrow.cash_collected(desk, uuid4(), paise=10_000, **money)
    off = await escrow.cash_handed_in(
        desk, uuid4(), agent_id=agent, taken_by=office, said_paise=10_000, counted_paise=9_000
    )
    assert off == -1_000
    (flag,) = await queue(desk)
    assert (flag.rule, flag.person_id, flag.weight) == ("cash_difference", agent, 3)
    assert (flag.reasons["said_paise"], flag.reasons["counted_paise"]) == (10_000, 9_000)


async def test_cash_that_adds_up_is_not(desk: Desk) -> None:
    office, agent, payer = await operator(desk), await farmer(desk), await buyer(desk)
    await escrow.cash_collected(desk, uuid4(), agent_id=agent, buyer_id=payer, paise=500, subject="B23456")
    await escrow.cash_handed_in(
        desk, uuid4(), agent_id=agent, taken_by=office, said_paise=500, counted_paise=500
    )
    assert await queue(desk) == ()


async def test_two_people_with_one_account_are_flagged_and_both_are_paid_there(desk: Desk) -> None:
    account = upi_id("someone@okbank")
    first, second = await farmer(desk), await buyer(desk)
    for person_id in (first, second):
        await destinations.name(desk, VAULT, actor_id=person_id, person_id=person_id, account=account)
    (flag,) = await queue(desk)
    assert (flag.rule, flag.person_id, flag.reasons) == ("shared_destination", second, {"others": 1})


async def test_scales_that_take_a_third_off_are_looked_at_and_the_bill_stands(desk: Desk) -> None:
    deal = await on_the_road(desk)
    await handover.weigh(desk, actor_id=deal.buyer, code=deal.code, kg=3_400)
    assert await queue(desk) == ()
    await handover.inspect(desk, actor_id=deal.buyer, code=deal.code, moisture=300)
    (flag,) = await queue(desk)
    assert (flag.rule, flag.subject, flag.person_id) == ("far_off", deal.code, deal.buyer)
    assert flag.reasons["agreed_paise"] == 1_250_000
    assert (await bill(desk, deal.code)).farmer_gets == flag.reasons["farmer_gets_paise"]
