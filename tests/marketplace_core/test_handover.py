"""From the yes to the paid farmer: the cart, the code, the scales, the bill."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.accounts import acting
from marketplace_core.accounts import commands as accounts
from marketplace_core.audit.models import entry
from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings import fetching, handover
from marketplace_core.bookings import queries as agreements
from marketplace_core.bookings.errors import BillMoved, PickupLocked
from marketplace_core.bookings.fetching import WrongCode
from marketplace_core.bookings.handover import PUT_RIGHT_WITHIN
from marketplace_core.bookings.models import weighment
from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import BadTerms, Moved, NotFound, NotMet, NotYours
from marketplace_core.escrow import commands as escrow
from marketplace_core.escrow.rules import HOLD_FOR
from marketplace_core.events import claim
from marketplace_core.ledger.queries import account_of, balance
from marketplace_core.listings import commands as listings
from marketplace_core.listings import queries as shelf
from marketplace_core.offers import commands as offers
from marketplace_core.payments import showing
from marketplace_core.seed import TENANT
from tests.conftest import NOW
from tests.marketplace_core.money import noted
from tests.marketplace_core.people import book_as_shown, buyer, farmer, somebody, straw, take_bill

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Deal:
    """5 t of straw at 250 a quintal: 12,500 rupees of goods, 250 of fee."""

    seller: UUID
    buyer: UUID
    driver: UUID
    office: UUID
    lot: str
    code: str
    id: UUID


async def a_deal(desk: Desk, *, kg: int = 5_000, pay_by: str = "advance", logistics_paise: int = 0) -> Deal:
    seller, me = await farmer(desk), await buyer(desk)
    driver = await somebody(desk, "+919800000005", name="Balbir")
    await accounts.add_role(desk, driver, "delivery_agent")
    office = await somebody(desk, "+919800000006", name="Office")
    await accounts.add_role(desk, office, "operator")
    lot = await straw(desk, seller, kg=kg)
    booking = await book_as_shown(
        desk, buyer_id=me, code=lot.code, kg=kg, pay_by=pay_by, logistics_paise=logistics_paise
    )
    await bookings.confirm(desk, actor_id=seller, code=booking.code)
    return Deal(seller, me, driver, office, lot.code, booking.code, booking.id)


async def pay(desk: Desk, deal: Deal) -> None:
    due = (await agreements.known(desk, deal.code)).due_paise
    await escrow.pay_in(desk, uuid4(), buyer_id=deal.buyer, paise=due, subject=deal.code)
    await escrow.secure(desk, deal.id)


async def on_the_road(desk: Desk, **how) -> Deal:
    deal = await a_deal(desk, **how)
    if how.get("pay_by") != "cash":
        await pay(desk, deal)
    secret = await agreements.pickup_code(desk, deal.code, deal.seller)
    await fetching.pick_up(desk, actor_id=deal.buyer, code=deal.code, pickup_code=secret)
    return deal


async def delivered(desk: Desk, *, weighed: int = 5_000, **how) -> Deal:
    deal = await on_the_road(desk, **how)
    await handover.weigh(desk, actor_id=deal.buyer, code=deal.code, kg=weighed)
    await handover.deliver(desk, actor_id=deal.buyer, code=deal.code)
    return deal


async def money(desk: Desk, kind: str, owner: UUID | None = None) -> int:
    account = await account_of(desk, kind, owner)
    return (await balance(desk, account)).posted if account else 0


async def state(desk: Desk, deal: Deal) -> str:
    return (await agreements.known(desk, deal.code)).state


async def kinds(desk: Desk) -> list[str]:
    return [one.kind for one in await claim(desk, 200)]


async def next_for(desk: Desk, deal: Deal, person: UUID) -> list[str]:
    return [move.name for move in await agreements.what_next(desk, deal.code, person)]


async def test_a_deal_goes_its_whole_way_and_the_farmer_is_paid(desk: Desk) -> None:
    deal = await a_deal(desk, logistics_paise=100_000)
    agreed = await agreements.known(desk, deal.code)
    assert (agreed.due_paise, agreed.pay_by) == (1_250_000 + 25_000 + 100_000, "advance")
    window = NOW + HOUR, NOW + 3 * HOUR
    await fetching.agree_pickup(
        desk, actor_id=deal.seller, code=deal.code, window_from=window[0], window_to=window[1]
    )
    await fetching.assign_driver(desk, actor_id=deal.buyer, code=deal.code, driver_id=deal.driver)
    fetched = await agreements.pickup(desk, deal.id)
    assert (fetched.window_from, fetched.window_to, fetched.driver_id) == (*window, deal.driver)
    await pay(desk, deal)
    secret = await agreements.pickup_code(desk, deal.code, deal.seller)
    assert len(secret) == 6
    assert secret.isdigit()
    gone = await fetching.pick_up(desk, actor_id=deal.driver, code=deal.code, pickup_code=f" {secret} ")
    assert (gone.state, gone.moved_by) == ("in_transit", "driver")
    await handover.weigh(desk, actor_id=deal.driver, code=deal.code, kg=4_800)
    await handover.inspect(desk, actor_id=deal.driver, code=deal.code, moisture=240)
    await handover.deliver(desk, actor_id=deal.driver, code=deal.code)
    bill = await agreements.bill(desk, deal.code)
    assert (bill.kg, bill.sum("goods"), bill.sum("deduction")) == (4_800, 1_200_000, 60_000)
    await take_bill(desk, bookings.agree_bill, actor_id=deal.seller, code=deal.code)
    closed = await take_bill(desk, bookings.complete, actor_id=deal.buyer, code=deal.code)
    assert (closed.state, closed.my_role) == ("completed", "buyer")
    assert await money(desk, "farmer", deal.seller) == 1_140_000
    assert await money(desk, "buyer", deal.buyer) == 1_375_000 - (1_140_000 + 22_800 + 100_000)
    assert (await shelf.by_code(desk, deal.lot)).state == "sold"
    assert [kind for kind in await kinds(desk) if kind.startswith(("booking", "listing"))] == [
        "listing.published",
        "listing.booked",
        "booking.pending",
        "booking.confirmed",
        "booking.pickup_agreed",
        "booking.driver_assigned",
        "booking.in_transit",
        "booking.weighed",
        "booking.inspected",
        "booking.delivered",
        "booking.bill_agreed",
        "booking.completed",
        "listing.sold",
    ]


async def test_nothing_leaves_the_farm_before_the_money_is_there(desk: Desk) -> None:
    deal = await a_deal(desk)
    secret = await agreements.pickup_code(desk, deal.code, deal.seller)
    for actor in (deal.buyer, deal.office):
        with pytest.raises(NotMet) as refusal:
            await fetching.pick_up(desk, actor_id=actor, code=deal.code, pickup_code=secret)
        assert refusal.value.condition == "secured"
    assert await state(desk, deal) == "confirmed"
    await pay(desk, deal)
    await fetching.pick_up(desk, actor_id=deal.buyer, code=deal.code, pickup_code=secret)
    assert await state(desk, deal) == "in_transit"


async def test_who_agreed_on_cash_needs_no_escrow(desk: Desk) -> None:
    deal = await delivered(desk, pay_by="cash")
    await take_bill(desk, bookings.complete, actor_id=deal.buyer, code=deal.code)
    assert await state(desk, deal) == "completed"
    assert not any(kind.startswith("payment") for kind in await kinds(desk))


async def test_the_code_is_the_farmers_alone(desk: Desk) -> None:
    deal = await a_deal(desk)
    await fetching.assign_driver(desk, actor_id=deal.buyer, code=deal.code, driver_id=deal.driver)
    for person in (deal.buyer, deal.driver, deal.office, uuid4()):
        with pytest.raises(NotYours):
            await agreements.pickup_code(desk, deal.code, person)
    secret = await agreements.pickup_code(desk, deal.code, deal.seller)
    assert not [one for one in await claim(desk, 50) if secret in str(one.about)]
    waiting = await book_as_shown(
        desk, buyer_id=deal.buyer, code=(await straw(desk, deal.seller)).code, kg=1_000
    )
    assert await agreements.pickup_code(desk, waiting.code, deal.seller) is None
    with pytest.raises(NotFound):
        await agreements.pickup_code(desk, "BZZZZ9", deal.seller)


def wrong(secret: str) -> str:
    return f"{(int(secret) + 1) % 10**6:06}"


async def test_every_wrong_code_costs_and_the_fifth_locks(desk: Desk) -> None:
    deal = await a_deal(desk, pay_by="cash")
    secret = await agreements.pickup_code(desk, deal.code, deal.seller)

    async def say(said: str, at: Desk = desk):
        return await fetching.pick_up(at, actor_id=deal.buyer, code=deal.code, pickup_code=said)

    left = [await say(wrong(secret)) for _ in range(5)]
    assert left == [
        *(WrongCode(tries, None) for tries in (4, 3, 2, 1)),
        WrongCode(0, NOW + HOUR),
    ]
    with pytest.raises(PickupLocked) as refusal:
        await say(secret)  # the right one is not heard now either
    assert refusal.value.until == NOW + HOUR
    assert (await state(desk, deal), (await kinds(desk)).count("booking.pickup_locked")) == ("confirmed", 1)
    later = replace(desk, now=NOW + HOUR)
    assert await say(wrong(secret), later) == WrongCode(4, None)
    assert (await say(secret, later)).state == "in_transit"


async def test_a_new_driver_does_not_make_guessing_free(desk: Desk) -> None:
    deal = await a_deal(desk, pay_by="cash")
    tries = []
    for _ in range(4):
        said = await fetching.pick_up(desk, actor_id=deal.buyer, code=deal.code, pickup_code="1")
        assert isinstance(said, WrongCode)
        tries.append(said.tries_left)
        await fetching.assign_driver(desk, actor_id=deal.buyer, code=deal.code, driver_id=deal.buyer)
    assert tries == [4, 3, 2, 1]
    await fetching.pick_up(desk, actor_id=deal.buyer, code=deal.code, pickup_code="1")
    await fetching.assign_driver(desk, actor_id=deal.buyer, code=deal.code, driver_id=deal.driver)
    fresh = await agreements.pickup_code(desk, deal.code, deal.seller)
    with pytest.raises(PickupLocked):
        await fetching.pick_up(desk, actor_id=deal.driver, code=deal.code, pickup_code=fresh)
    await fetching.assign_driver(desk, actor_id=deal.office, code=deal.code, driver_id=deal.driver)
    fresh = await agreements.pickup_code(desk, deal.code, deal.seller)
    sent = await fetching.pick_up(desk, actor_id=deal.driver, code=deal.code, pickup_code=fresh)
    assert (sent.state, sent.moved_by) == ("in_transit", "driver")


async def test_the_office_helps_a_locked_driver(desk: Desk) -> None:
    deal = await a_deal(desk, pay_by="cash")
    secret = await agreements.pickup_code(desk, deal.code, deal.seller)
    for _ in range(5):
        await fetching.pick_up(desk, actor_id=deal.buyer, code=deal.code, pickup_code=wrong(secret))
    await fetching.renew_code(desk, actor_id=deal.office, code=deal.code)
    fresh = await agreements.pickup_code(desk, deal.code, deal.seller)
    assert fresh != secret
    assert isinstance(
        await fetching.pick_up(desk, actor_id=deal.buyer, code=deal.code, pickup_code=secret), WrongCode
    )
    sent = await fetching.pick_up(desk, actor_id=deal.office, code=deal.code, pickup_code="")
    assert (sent.state, sent.moved_by) == ("in_transit", "operator")


async def test_what_the_office_does_to_a_deal_stands_in_the_book(desk: Desk) -> None:
    deal = await on_the_road(desk, pay_by="cash")
    await handover.weigh(desk, actor_id=deal.buyer, code=deal.code, kg=5_000)
    assert await noted(desk) == []  # their own deeds are theirs
    await handover.weigh(desk, actor_id=deal.office, code=deal.code, kg=4_000)
    lot = await straw(desk, deal.seller, actor_id=deal.office)
    offer = await offers.make(
        desk, buyer_id=deal.buyer, actor_id=deal.office, code=lot.code, kg=9, price_paise=9_000, per="quintal"
    )
    booked = await offers.accept(desk, actor_id=deal.office, code=offer.code)
    await bookings.cancel(desk, actor_id=deal.office, code=booked.code, why="Gurpreet is ill")
    await listings.cancel(desk, seller_id=deal.office, code=lot.code)
    assert await noted(desk) == [
        "booking.weigh",
        "listing.publish",
        "offer.make",
        "offer.accept",
        "booking.cancel",
        "listing.cancel",
    ]
    written = (await desk.db.execute(select(entry.c.facts).order_by(entry.c.id))).scalars().all()
    assert '"weighed_kg":4000' in written[0]
    assert "Gurpreet" not in str(written)


async def test_only_the_driver_of_this_booking_drives(desk: Desk) -> None:
    deal = await a_deal(desk, pay_by="cash")
    other = await somebody(desk, "+919800000007", name="Jagga")
    await accounts.add_role(desk, other, "delivery_agent")
    with pytest.raises(BadTerms) as refusal:  # no delivery agent
        await fetching.assign_driver(desk, actor_id=deal.buyer, code=deal.code, driver_id=deal.seller)
    assert refusal.value.field == "driver_id"
    with pytest.raises(NotYours):
        await fetching.assign_driver(desk, actor_id=deal.seller, code=deal.code, driver_id=other)
    before = await agreements.pickup_code(desk, deal.code, deal.seller)
    await fetching.assign_driver(desk, actor_id=deal.buyer, code=deal.code, driver_id=deal.driver)
    secret = await agreements.pickup_code(desk, deal.code, deal.seller)
    assert secret != before
    for actor in (deal.buyer, deal.seller, other):
        with pytest.raises(NotYours):
            await fetching.pick_up(desk, actor_id=actor, code=deal.code, pickup_code=secret)
    assert (
        await fetching.pick_up(desk, actor_id=deal.driver, code=deal.code, pickup_code=secret)
    ).state == "in_transit"


@pytest.mark.parametrize(
    ("field", "begins", "ends"),
    [
        ("window_from", timedelta(0), HOUR),
        ("window_from", -HOUR, HOUR),
        ("window_from", timedelta(days=30, seconds=1), timedelta(days=31)),
        ("window_to", HOUR, HOUR),
        ("window_to", 2 * HOUR, HOUR),
        ("window_to", HOUR, timedelta(days=2)),
    ],
)
async def test_a_pickup_is_soon_and_not_in_the_past(desk: Desk, field: str, begins, ends) -> None:
    deal = await a_deal(desk)
    with pytest.raises(BadTerms) as refusal:
        await fetching.agree_pickup(
            desk, actor_id=deal.seller, code=deal.code, window_from=NOW + begins, window_to=NOW + ends
        )
    assert refusal.value.field == field
    assert (await agreements.pickup(desk, deal.id)).window_from is None


async def test_a_pickup_may_be_put_off_until_the_cart_is_loaded(desk: Desk) -> None:
    deal = await a_deal(desk, pay_by="cash")
    for n, actor in enumerate((deal.seller, deal.buyer, deal.office), 1):
        window = {"window_from": NOW + n * HOUR, "window_to": NOW + (n + 1) * HOUR}
        await fetching.agree_pickup(desk, actor_id=actor, code=deal.code, **window)
        assert (await agreements.pickup(desk, deal.id)).window_from == window["window_from"]
    secret = await agreements.pickup_code(desk, deal.code, deal.seller)
    await fetching.pick_up(desk, actor_id=deal.buyer, code=deal.code, pickup_code=secret)
    with pytest.raises(Moved):
        await fetching.agree_pickup(desk, actor_id=deal.seller, code=deal.code, **window)


async def test_goods_are_weighed_once_and_the_office_corrects(desk: Desk) -> None:
    deal = await on_the_road(desk)
    with pytest.raises(NotMet) as refusal:
        await handover.deliver(desk, actor_id=deal.buyer, code=deal.code)
    assert refusal.value.condition == "weighed"
    with pytest.raises(NotYours):
        await handover.weigh(desk, actor_id=deal.seller, code=deal.code, kg=5_000)
    for kg in (0, -1, 1_000_001, 2.5, True):
        with pytest.raises(BadTerms):
            await handover.weigh(desk, actor_id=deal.buyer, code=deal.code, kg=kg)
    await handover.weigh(desk, actor_id=deal.buyer, code=deal.code, kg=500)
    later = replace(desk, now=NOW + PUT_RIGHT_WITHIN)
    with pytest.raises(NotMet) as refusal:
        await handover.weigh(later, actor_id=deal.buyer, code=deal.code, kg=5_000)
    assert refusal.value.condition == "not_weighed"
    await handover.deliver(desk, actor_id=deal.buyer, code=deal.code)
    await handover.weigh(desk, actor_id=deal.office, code=deal.code, kg=4_900)
    assert (await agreements.bill(desk, deal.code)).kg == 4_900
    assert (await desk.db.execute(select(func.count()).select_from(weighment))).scalar() == 2
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with desk.db.begin_nested():
            await desk.db.execute(text("UPDATE weighment SET kg = 1"))


async def test_a_slip_at_the_scales_is_put_right_by_the_same_hand_for_ten_minutes(desk: Desk) -> None:
    deal = await on_the_road(desk)
    await handover.weigh(desk, actor_id=deal.buyer, code=deal.code, kg=500)
    soon, late = (replace(desk, now=NOW + minutes * MINUTE) for minutes in (9, 10))
    await handover.weigh(soon, actor_id=deal.buyer, code=deal.code, kg=4_000)
    assert await agreements.weighed(desk, deal.id) == 4_000
    with pytest.raises(NotMet):  # ten minutes from the first, not from the last
        await handover.weigh(late, actor_id=deal.buyer, code=deal.code, kg=5_000)
    await handover.inspect(desk, actor_id=deal.buyer, code=deal.code, grade="A")
    await handover.inspect(soon, actor_id=deal.buyer, code=deal.code, grade="B")
    await handover.deliver(soon, actor_id=deal.buyer, code=deal.code)
    with pytest.raises((Moved, NotYours)):
        await handover.weigh(soon, actor_id=deal.buyer, code=deal.code, kg=5_000)
    await take_bill(soon, bookings.agree_bill, actor_id=deal.seller, code=deal.code)
    with pytest.raises(NotMet) as refusal:  # the farmer has agreed to what came of it
        await handover.inspect(soon, actor_id=deal.buyer, code=deal.code, grade="C")
    assert refusal.value.condition == "not_inspected"


async def test_nobody_puts_right_what_another_has_weighed(desk: Desk) -> None:
    deal = await on_the_road(desk)
    await handover.weigh(desk, actor_id=deal.office, code=deal.code, kg=4_000)
    with pytest.raises(NotMet):
        await handover.weigh(desk, actor_id=deal.buyer, code=deal.code, kg=3_000)


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("inspection", {}),
        ("grade", {"grade": "D"}),
        ("moisture", {"moisture": -1}),
        ("moisture", {"moisture": 1_001}),
        ("impurity", {"impurity": 12.5}),
        ("photos", {"grade": "A", "photos": [uuid4() for _ in range(11)]}),
    ],
)
async def test_an_inspection_says_something_possible(desk: Desk, field: str, found) -> None:
    deal = await on_the_road(desk)
    with pytest.raises(BadTerms) as refusal:
        await handover.inspect(desk, actor_id=deal.buyer, code=deal.code, **found)
    assert refusal.value.field == field
    assert await agreements.assay(desk, deal.id) is None


async def test_what_is_taken_off_needs_the_farmers_yes_or_two_days(desk: Desk) -> None:
    deal = await delivered(desk, weighed=4_000)
    with pytest.raises(NotMet) as refusal:
        await take_bill(desk, bookings.complete, actor_id=deal.buyer, code=deal.code)
    assert refusal.value.condition == "bill_agreed"
    assert await money(desk, "farmer", deal.seller) == 0
    await take_bill(desk, bookings.agree_bill, actor_id=deal.seller, code=deal.code)
    # a worse report after the yes takes the yes back, and the yes to what was read before is none to it
    later = replace(desk, now=NOW + HOUR)
    await handover.inspect(later, actor_id=deal.buyer, code=deal.code, moisture=280)
    for take, actor in ((bookings.agree_bill, deal.seller), (bookings.complete, deal.buyer)):
        with pytest.raises(BillMoved) as moved:
            await take(later, actor_id=actor, code=deal.code, farmer_gets=1_000_000)
        assert moved.value.farmer_gets == 900_000
    with pytest.raises(NotMet):
        await take_bill(later, bookings.complete, actor_id=deal.buyer, code=deal.code)
    assert await bookings.run_out(replace(desk, now=NOW + 48 * HOUR)) == 0
    after = replace(desk, now=NOW + 49 * HOUR)
    assert [await bookings.run_out(after), await bookings.run_out(after)] == [1, 0]
    closed = await agreements.known(after, deal.code)
    assert (closed.state, closed.moved_by) == ("completed", "time")
    assert await money(desk, "farmer", deal.seller) == 900_000  # 4 t, a tenth of it water


async def test_in_full_and_at_once_when_nothing_is_taken_off(desk: Desk) -> None:
    deal = await delivered(desk, weighed=5_100)
    await take_bill(desk, bookings.complete, actor_id=deal.buyer, code=deal.code)
    assert await money(desk, "farmer", deal.seller) == 1_250_000
    assert await money(desk, "buyer", deal.buyer) == 0


async def test_a_buyer_who_says_nothing_for_two_days_has_agreed(desk: Desk) -> None:
    deal = await delivered(desk)
    assert await bookings.run_out(replace(desk, now=NOW + 48 * HOUR - timedelta(seconds=1))) == 0
    assert await bookings.run_out(replace(desk, now=NOW + 48 * HOUR)) == 1
    assert await money(desk, "farmer", deal.seller) == 1_250_000


async def test_an_advance_that_never_comes_frees_the_goods_after_three_days(desk: Desk) -> None:
    deal = await a_deal(desk)
    assert await bookings.run_out(replace(desk, now=NOW + 72 * HOUR - timedelta(seconds=1))) == 0
    after = replace(desk, now=NOW + 72 * HOUR)
    assert [await bookings.run_out(after), await bookings.run_out(after)] == [1, 0]
    assert (await agreements.known(after, deal.code)).state == "cancelled"
    assert (await shelf.by_code(after, deal.lot)).kg_left == 5_000


async def test_a_day_before_the_advance_is_too_late_its_buyer_hears_of_it_once(desk: Desk) -> None:
    deal = await a_deal(desk)
    await kinds(desk)
    hours = (timedelta(hours=48) - timedelta(seconds=1), timedelta(hours=48), timedelta(hours=71))
    assert [await bookings.remind_unpaid(replace(desk, now=NOW + each)) for each in hours] == [0, 1, 0]
    (told,) = [each for each in await claim(desk, 200) if each.kind == "booking.unpaid"]
    assert (told.subject, told.about["buyer_id"]) == (deal.code, str(deal.buyer))


async def test_a_round_that_comes_too_late_reminds_nobody_of_what_is_called_off(desk: Desk) -> None:
    await a_deal(desk)
    assert await bookings.remind_unpaid(replace(desk, now=NOW + 72 * HOUR)) == 0


async def test_whoever_has_paid_or_pays_at_the_cart_is_not_reminded(desk: Desk) -> None:
    await pay(desk, await a_deal(desk))
    await book_as_shown(
        desk,
        buyer_id=(buyer_id := await somebody(desk, "+919800000031", name="Cash")),
        code=(lot := await straw(desk, (seller := await somebody(desk, "+919800000032", name="Far")))).code,
        kg=lot.kg,
        pay_by="cash",
    )
    (agreed,) = await agreements.mine(desk, buyer_id)
    await bookings.confirm(desk, actor_id=seller, code=agreed.code)
    assert await bookings.remind_unpaid(replace(desk, now=NOW + 48 * HOUR)) == 0


async def test_a_paid_booking_waits_for_its_cart(desk: Desk) -> None:
    deal = await a_deal(desk)
    await pay(desk, deal)
    assert await bookings.run_out(replace(desk, now=NOW + 100 * HOUR)) == 0
    assert await state(desk, deal) == "confirmed"


async def test_money_that_waited_too_long_is_to_be_paid_again_or_the_booking_is_called_off(
    desk: Desk,
) -> None:
    deal = await a_deal(desk)
    await pay(desk, deal)
    for waited, open_now in ((HOLD_FOR - HOUR, []), (HOLD_FOR, [deal.code])):
        then = replace(desk, now=NOW + waited)
        assert await escrow.is_secured(then, deal.id) is not bool(open_now)
        assert [each.code for each in await showing.unpaid(then, deal.buyer, ("confirmed",))] == open_now
        assert await bookings.run_out(then) == len(open_now)
    assert await state(desk, deal) == "cancelled"


async def test_calling_off_frees_the_money_and_no_more_can_be_held(desk: Desk) -> None:
    deal = await a_deal(desk)
    await pay(desk, deal)
    await bookings.cancel(desk, actor_id=deal.seller, code=deal.code, why="rain")
    account = await account_of(desk, "buyer", deal.buyer)
    assert (await balance(desk, account)).available == 1_275_000
    assert not await escrow.is_secured(desk, deal.id)
    with pytest.raises(Moved):
        await bookings.cancel(desk, actor_id=deal.buyer, code=deal.code, why="")


async def test_on_the_road_nobody_calls_it_off(desk: Desk) -> None:
    deal = await on_the_road(desk)
    for actor in (deal.seller, deal.buyer, deal.office):
        with pytest.raises(Moved):
            await bookings.cancel(desk, actor_id=actor, code=deal.code, why="")


async def test_everybody_is_shown_what_is_theirs_to_do(desk: Desk) -> None:
    deal = await a_deal(desk, pay_by="cash")
    await fetching.assign_driver(desk, actor_id=deal.buyer, code=deal.code, driver_id=deal.driver)
    assert await next_for(desk, deal, deal.seller) == ["cancel", "agree_pickup", "renew_code"]
    assert await next_for(desk, deal, deal.buyer) == ["cancel", "agree_pickup", "assign_driver"]
    assert await next_for(desk, deal, deal.driver) == ["pick_up"]
    secret = await agreements.pickup_code(desk, deal.code, deal.seller)
    await fetching.pick_up(desk, actor_id=deal.driver, code=deal.code, pickup_code=secret)
    assert await next_for(desk, deal, deal.driver) == ["weigh", "inspect", "deliver"]
    assert await next_for(desk, deal, deal.seller) == ["dispute"]
    with pytest.raises(NotYours):
        await next_for(desk, deal, uuid4())


async def test_of_many_guesses_at_once_each_is_counted(engine: AsyncEngine, clean: None) -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        deal = await a_deal(desk, pay_by="cash")
        secret = await agreements.pickup_code(desk, deal.code, deal.seller)

    async def guess(said: str) -> object:
        async with open_desk(engine, TENANT, NOW) as desk:
            try:
                return await fetching.pick_up(desk, actor_id=deal.buyer, code=deal.code, pickup_code=said)
            except PickupLocked:
                return "locked"

    said = await asyncio.gather(*(guess(wrong(secret)) for _ in range(8)))
    assert sorted(one.tries_left for one in said if isinstance(one, WrongCode)) == [0, 1, 2, 3, 4]
    assert said.count("locked") == 3


async def test_an_agent_sells_and_shows_the_code_for_a_farmer_who_said_yes(desk: Desk) -> None:
    deal = await a_deal(desk, pay_by="cash")
    agent = await somebody(desk, "+919800000008", name="Kiran")
    await accounts.add_role(desk, agent, "field_agent")
    with pytest.raises(NotYours):
        await agreements.pickup_code(desk, deal.code, agent)
    await acting.ask_to_act(desk, actor_id=agent, person_id=deal.seller, kind="agent")
    with pytest.raises(NotYours):  # asked is not agreed
        await straw(desk, deal.seller, actor_id=agent)
    await acting.agree_to_act(desk, by_id=deal.seller, actor_id=agent, person_id=deal.seller)
    lot = await straw(desk, deal.seller, actor_id=agent)
    assert lot.seller_id == deal.seller
    made = await offers.make(
        desk, buyer_id=deal.buyer, code=lot.code, kg=1_000, price_paise=20_000, per="quintal"
    )
    agreed = await offers.accept(desk, actor_id=agent, code=made.code)
    assert (agreed.state, agreed.moved_by, agreed.seller_id) == ("confirmed", "seller", deal.seller)
    assert await agreements.pickup_code(desk, agreed.code, agent) == await agreements.pickup_code(
        desk, agreed.code, deal.seller
    )
    with pytest.raises(NotYours):
        await take_bill(desk, bookings.complete, actor_id=agent, code=agreed.code)


async def test_the_last_two_deliveries_at_once_close_the_lot(engine: AsyncEngine, clean: None) -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        seller, me = await farmer(desk), await buyer(desk)
        lot = await straw(desk, seller)
        codes = []
        for _ in range(2):
            booked = await book_as_shown(desk, buyer_id=me, code=lot.code, kg=6_000, pay_by="cash")
            await bookings.confirm(desk, actor_id=seller, code=booked.code)
            secret = await agreements.pickup_code(desk, booked.code, seller)
            await fetching.pick_up(desk, actor_id=me, code=booked.code, pickup_code=secret)
            await handover.weigh(desk, actor_id=me, code=booked.code, kg=6_000)
            await handover.deliver(desk, actor_id=me, code=booked.code)
            codes.append(booked.code)
    both = asyncio.Barrier(2)

    async def complete(code: str) -> None:
        async with open_desk(engine, TENANT, NOW) as desk:
            await desk.db.execute(select(1))
            await both.wait()
            await take_bill(desk, bookings.complete, actor_id=me, code=code)

    await asyncio.gather(*map(complete, codes))
    async with open_desk(engine, TENANT, NOW) as desk:
        assert (await shelf.by_code(desk, lot.code)).state == "sold"
        assert (await kinds(desk)).count("listing.sold") == 1
