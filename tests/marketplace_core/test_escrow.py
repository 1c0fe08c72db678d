"""Money waits until the goods were weighed; then everybody gets theirs, to the paisa and once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from marketplace_core.accounts.models import person
from marketplace_core.bookings.bill import Line
from marketplace_core.bookings.models import booking
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Moved, NotFound, NotYours
from marketplace_core.escrow import commands as escrow
from marketplace_core.escrow.errors import AlreadyReleased, AlreadySettled, CashLimit, MoreThanSecured
from marketplace_core.escrow.queries import Cash, cash
from marketplace_core.escrow.rules import HOLD_FOR, shares
from marketplace_core.events import event
from marketplace_core.ledger import commands as ledger
from marketplace_core.ledger.errors import MoreThanPaid, NotEnoughMoney, ReplayDiffers
from marketplace_core.ledger.proof import broken
from marketplace_core.ledger.queries import account_of, balance, house_balance
from tests.marketplace_core.money import noted
from tests.marketplace_core.people import booked, somebody

DUE = 1_020_000
#: 4 t were weighed of the 5 t that were booked: ₹10,000 at ₹250 a quintal, 2 % of it the fee, ₹300 the truck.
BILL = (
    Line("goods", 1_000_000),
    Line("deduction", 40_000),
    Line("deduction", 10_000),
    Line("fee", 19_000),
    Line("logistics", 30_000),
)


class Deal:
    """A booking of ₹10,200 between Gurpreet and Asha, and what each of them has."""

    def __init__(self, desk: Desk, seller: UUID, buyer: UUID, booking_id: UUID, code: str) -> None:
        self.desk, self.seller, self.buyer, self.id, self.code = desk, seller, buyer, booking_id, code

    async def has(self, kind: Any, owner: UUID) -> int:
        found = await account_of(self.desk, kind, owner)
        return (await balance(self.desk, found)).available if found else 0

    async def stand(self) -> dict[str, int]:
        """Available sums; the bank's is what came in from outside and is still here."""
        return {
            "buyer": await self.has("buyer", self.buyer),
            "escrow": await self.has("escrow", self.id),
            "farmer": await self.has("farmer", self.seller),
            "fees": await house_balance(self.desk, "fees"),
            "logistics": await house_balance(self.desk, "logistics"),
            "bank": await house_balance(self.desk, "bank"),
        }

    async def pay_in(self, paise: int) -> UUID:
        paid = uuid4()
        await escrow.pay_in(self.desk, paid, buyer_id=self.buyer, paise=paise, subject=self.code)
        return paid

    async def told(self, kind: str) -> list[Any]:
        rows = await self.desk.db.execute(select(event.c.about).where(event.c.kind == kind))
        return list(rows.scalars())


def stand(**sums: int) -> dict[str, int]:
    return {who: sums.get(who, 0) for who in ("buyer", "escrow", "farmer", "fees", "logistics", "bank")}


@pytest.fixture
async def deal(desk: Desk) -> Deal:
    seller, buyer, _, agreed = await booked(desk)
    await desk.db.execute(update(booking).where(booking.c.id == agreed.id).values(due_paise=DUE))
    return Deal(desk, seller, buyer, agreed.id, agreed.code)


@pytest.fixture
async def proved(desk: Desk) -> Any:
    yield
    assert await broken(desk) == {}


pytestmark = pytest.mark.usefixtures("proved")


async def test_money_waits_for_the_booking_and_is_secured_once(deal: Deal) -> None:
    await deal.pay_in(DUE + 500)
    assert not await escrow.is_secured(deal.desk, deal.id)
    for later in (0, 3):
        desk = replace(deal.desk, now=deal.desk.now + timedelta(hours=later))
        await escrow.secure(desk, deal.id)
    assert await escrow.is_secured(deal.desk, deal.id)
    assert await deal.stand() == stand(buyer=500, bank=-DUE - 500)
    assert [about["paise"] for about in await deal.told("payment.secured")] == [DUE]


async def test_too_little_secures_nothing(deal: Deal) -> None:
    await deal.pay_in(DUE - 1)
    with pytest.raises(NotEnoughMoney) as refused:
        await escrow.secure(deal.desk, deal.id)
    assert refused.value.available_paise == DUE - 1
    assert not await escrow.is_secured(deal.desk, deal.id)
    assert await deal.stand() == stand(buyer=DUE - 1, bank=1 - DUE)


async def test_settling_gives_everybody_theirs_and_the_rest_back(deal: Deal) -> None:
    await deal.pay_in(DUE)
    await escrow.secure(deal.desk, deal.id)
    for _ in range(2):
        await escrow.settle(deal.desk, deal.id, BILL)
    after = stand(buyer=21_000, farmer=950_000, fees=19_000, logistics=30_000, bank=-DUE)
    assert await deal.stand() == after
    assert not await escrow.is_secured(deal.desk, deal.id)
    assert len(await deal.told("payment.settled")) == 1
    with pytest.raises(AlreadySettled):
        await escrow.release(deal.desk, deal.id)
    with pytest.raises(AlreadySettled):
        await escrow.secure(deal.desk, deal.id)
    assert await deal.stand() == after


@pytest.mark.parametrize(
    "other",
    [
        BILL[:-1],
        (*BILL, Line("rounding", 1)),
        (Line("goods", 949_999), Line("fee", 19_001), Line("logistics", 30_000)),
    ],
)
async def test_another_bill_for_a_settled_booking_is_refused(deal: Deal, other: tuple[Line, ...]) -> None:
    await deal.pay_in(2 * DUE)
    await escrow.secure(deal.desk, deal.id)
    await escrow.settle(deal.desk, deal.id, BILL)
    before = await deal.stand()
    with pytest.raises(ReplayDiffers):
        await escrow.settle(deal.desk, deal.id, other)
    assert await deal.stand() == before


async def test_a_bill_above_what_is_secured_is_refused(deal: Deal) -> None:
    await deal.pay_in(2 * DUE)
    await escrow.secure(deal.desk, deal.id)
    with pytest.raises(MoreThanSecured) as refused:
        await escrow.settle(deal.desk, deal.id, [Line("goods", DUE + 1)])
    assert refused.value.secured_paise == DUE
    assert await escrow.is_secured(deal.desk, deal.id)
    await escrow.settle(deal.desk, deal.id, [Line("goods", DUE)])


async def test_rounding_has_an_account_of_its_own(deal: Deal) -> None:
    await deal.pay_in(DUE)
    await escrow.secure(deal.desk, deal.id)
    await escrow.settle(deal.desk, deal.id, [Line("goods", 100_049), Line("rounding", -49)])
    assert await house_balance(deal.desk, "rounding") == -49
    assert await deal.stand() == stand(buyer=DUE - 100_000, farmer=100_049, bank=-DUE)


async def test_nothing_owed_gives_everything_back(deal: Deal) -> None:
    await deal.pay_in(DUE)
    await escrow.secure(deal.desk, deal.id)
    nothing = [Line("goods", 5_000), Line("deduction", 5_000)]
    for _ in range(2):
        await escrow.settle(deal.desk, deal.id, nothing)
    assert await deal.stand() == stand(buyer=DUE, bank=-DUE)
    with pytest.raises(ReplayDiffers):
        await escrow.settle(deal.desk, deal.id, BILL)


async def test_called_off_the_money_is_the_buyers_again(deal: Deal) -> None:
    await deal.pay_in(DUE)
    await escrow.secure(deal.desk, deal.id)
    for _ in range(2):
        await escrow.release(deal.desk, deal.id)
    assert await deal.stand() == stand(buyer=DUE, bank=-DUE)
    assert len(await deal.told("payment.released")) == 1
    for late in (escrow.secure(deal.desk, deal.id), escrow.settle(deal.desk, deal.id, BILL)):
        with pytest.raises(AlreadyReleased):
            await late
    assert await deal.stand() == stand(buyer=DUE, bank=-DUE)


async def test_money_that_comes_after_the_booking_was_called_off_waits_for_nobody(deal: Deal) -> None:
    await deal.desk.db.execute(update(booking).values(state="cancelled"))
    await deal.pay_in(DUE)
    with pytest.raises(Moved):
        await escrow.secure(deal.desk, deal.id)
    assert await deal.stand() == stand(buyer=DUE, bank=-DUE)


async def test_a_hold_that_ran_out_is_made_again_or_paid_from_what_is_there(deal: Deal) -> None:
    await deal.pay_in(DUE)
    await escrow.secure(deal.desk, deal.id)
    late = Deal(replace(deal.desk, now=deal.desk.now + HOLD_FOR), deal.seller, deal.buyer, deal.id, deal.code)
    assert not await escrow.is_secured(late.desk, deal.id)
    assert await late.stand() == stand(buyer=DUE, bank=-DUE)
    await escrow.secure(late.desk, deal.id)
    assert await escrow.is_secured(late.desk, deal.id)
    later = replace(late.desk, now=late.desk.now + HOLD_FOR)
    for _ in range(2):
        await escrow.settle(later, deal.id, BILL)
    after = stand(buyer=21_000, farmer=950_000, fees=19_000, logistics=30_000, bank=-DUE)
    assert await Deal(later, deal.seller, deal.buyer, deal.id, deal.code).stand() == after


@pytest.mark.parametrize("where", ["in_transit", "delivered", "disputed"])
async def test_money_for_goods_on_the_road_waits_as_long_as_they_do(deal: Deal, where: str) -> None:
    await deal.pay_in(DUE)
    await escrow.secure(deal.desk, deal.id)
    await deal.desk.db.execute(update(booking).values(state=where))
    for day in range(0, 200, 10):
        now = replace(deal.desk, now=deal.desk.now + timedelta(days=day))
        assert await escrow.keep_held(now) == (day in (30, 60, 90, 120, 150, 180))
        assert await escrow.keep_held(now) == 0
        assert await ledger.expire_holds(now) == 0
    assert await Deal(now, deal.seller, deal.buyer, deal.id, deal.code).stand() == stand(bank=-DUE)
    for _ in range(2):
        await escrow.settle(now, deal.id, BILL)
    after = stand(buyer=21_000, farmer=950_000, fees=19_000, logistics=30_000, bank=-DUE)
    assert await Deal(now, deal.seller, deal.buyer, deal.id, deal.code).stand() == after


async def test_money_for_goods_that_nobody_fetched_is_not_kept(deal: Deal) -> None:
    await deal.pay_in(DUE)
    await escrow.secure(deal.desk, deal.id)
    late = replace(deal.desk, now=deal.desk.now + HOLD_FOR)
    assert await escrow.keep_held(late) == 0
    assert await ledger.expire_holds(late) == 1


async def test_a_booking_nobody_knows(deal: Deal) -> None:
    for unknown in (
        escrow.secure(deal.desk, uuid4()),
        escrow.release(deal.desk, uuid4()),
        escrow.settle(deal.desk, uuid4(), BILL),
    ):
        with pytest.raises(NotFound):
            await unknown
    assert not await escrow.is_secured(deal.desk, uuid4())


async def test_what_is_left_over_and_what_was_earned_goes_to_the_bank_once(deal: Deal) -> None:
    await deal.pay_in(DUE)
    await escrow.secure(deal.desk, deal.id)
    await escrow.settle(deal.desk, deal.id, BILL)
    back, out = uuid4(), uuid4()
    for _ in range(2):
        await escrow.give_back(deal.desk, back, buyer_id=deal.buyer, paise=21_000, subject=deal.code)
        await escrow.pay_out(deal.desk, out, farmer_id=deal.seller, paise=950_000, subject=deal.code)
    assert await deal.stand() == stand(fees=19_000, logistics=30_000, bank=-49_000)
    with pytest.raises(NotEnoughMoney):
        await escrow.pay_out(deal.desk, uuid4(), farmer_id=deal.seller, paise=1, subject=deal.code)


async def test_refunds_of_a_payment_never_exceed_it(deal: Deal) -> None:
    first = await deal.pay_in(30_000)
    await deal.pay_in(50_000)
    words = {"buyer_id": deal.buyer, "subject": "R1"}
    await escrow.give_back(deal.desk, uuid4(), paise=20_000, payment_id=first, **words)
    with pytest.raises(MoreThanPaid):
        await escrow.give_back(deal.desk, uuid4(), paise=10_001, payment_id=first, **words)
    with pytest.raises(NotFound):
        await escrow.give_back(deal.desk, uuid4(), paise=1, payment_id=uuid4(), **words)
    with pytest.raises(BadTerms):  # somebody else's payment
        await escrow.give_back(
            deal.desk, uuid4(), paise=1, payment_id=first, buyer_id=deal.seller, subject="R2"
        )
    assert await deal.stand() == stand(buyer=60_000, bank=-60_000)


async def test_held_money_is_not_given_back(deal: Deal) -> None:
    paid = await deal.pay_in(DUE)
    await escrow.secure(deal.desk, deal.id)
    with pytest.raises(NotEnoughMoney):
        await escrow.give_back(
            deal.desk, uuid4(), buyer_id=deal.buyer, paise=1, subject="R1", payment_id=paid
        )


@pytest.mark.parametrize(
    "lines",
    [
        [Line("goods", -1)],
        [Line("goods", 5), Line("deduction", 6)],
        [Line("goods", 5), Line("rounding", -6)],
        [Line("goods", 5), Line("tip", 1)],  # type: ignore[arg-type]
    ],
)
async def test_absurd_bills_move_nothing(deal: Deal, lines: list[Line]) -> None:
    await deal.pay_in(DUE)
    await escrow.secure(deal.desk, deal.id)
    with pytest.raises(BadTerms):
        await escrow.settle(deal.desk, deal.id, lines)
    assert await escrow.is_secured(deal.desk, deal.id)


sums = st.integers(0, 10**9)


@settings(max_examples=100, deadline=None)
@given(sums, sums, sums, sums)
def test_what_is_owed_is_what_is_shared_out(goods: int, off: int, fee: int, truck: int) -> None:
    off = min(off, goods)
    lines = [Line("goods", goods), Line("deduction", off), Line("fee", fee), Line("logistics", truck)]
    found = shares(lines)
    assert found.owed == goods - off + fee + truck == sum(paise for _, paise in found.parts)
    assert found.farmer == goods - off


# Cash


@pytest.fixture
async def agent(desk: Desk, deal: Deal) -> UUID:
    return await somebody(desk, "+919800000007", name="Ravi")


@pytest.fixture
async def operator(desk: Desk) -> UUID:
    who = await somebody(desk, "+919800000009", name="Office")
    await desk.db.execute(update(person).where(person.c.id == who).values(roles=["operator"]))
    return who


async def collect(deal: Deal, agent: UUID, paise: int, transfer_id: UUID | None = None) -> None:
    await escrow.cash_collected(
        deal.desk,
        transfer_id or uuid4(),
        agent_id=agent,
        buyer_id=deal.buyer,
        paise=paise,
        subject=deal.code,
    )


async def test_cash_at_the_cart_settles_at_once(deal: Deal, agent: UUID) -> None:
    owed = shares(BILL).owed
    it = uuid4()
    for _ in range(2):
        await collect(deal, agent, owed, it)
        await escrow.settle(deal.desk, deal.id, BILL)
    assert await deal.stand() == stand(farmer=950_000, fees=19_000, logistics=30_000)
    assert await cash(deal.desk, agent) == Cash(owed, 5_000_000)
    assert len(await deal.told("payment.cash_collected")) == 1


async def test_nobody_carries_more_than_their_limit(deal: Deal, agent: UUID) -> None:
    await collect(deal, agent, 4_999_999)
    with pytest.raises(CashLimit) as refused:
        await collect(deal, agent, 2)
    assert refused.value.left_paise == 1
    await escrow.set_cash_limit(deal.desk, agent, 5_000_001)
    await collect(deal, agent, 2)
    for absurd in (-1, True, 5_000_000):  # below what they carry
        with pytest.raises((BadTerms, NotEnoughMoney)):
            await escrow.set_cash_limit(deal.desk, agent, absurd)
    assert await cash(deal.desk, agent) == Cash(5_000_001, 5_000_001)


@pytest.mark.parametrize(
    ("said", "counted", "left", "unexplained", "told"),
    [
        (30_000, 30_000, 20_000, 0, False),
        (50_000, 50_000, 0, 0, False),
        (50_000, 49_000, 1_000, 0, True),  # short: the agent still owes it
        (50_000, 50_500, 0, 500, True),  # over: it waits until somebody can explain it
        (60_000, 60_000, 0, 10_000, True),  # as said, but more than they carried
        (50_000, 0, 50_000, 0, True),
    ],
)
async def test_cash_is_counted_and_a_difference_is_told(
    deal: Deal, agent: UUID, operator: UUID, said: int, counted: int, left: int, unexplained: int, told: bool
) -> None:
    await collect(deal, agent, 50_000)
    it = uuid4()
    for _ in range(2):
        off = await escrow.cash_handed_in(
            deal.desk, it, agent_id=agent, taken_by=operator, said_paise=said, counted_paise=counted
        )
        assert off == counted - said
    assert (await cash(deal.desk, agent)).in_hand_paise == left
    waiting = await account_of(deal.desk, "unexplained")
    assert (await balance(deal.desk, waiting)).posted == unexplained
    assert await house_balance(deal.desk, "bank") == -counted
    assert len(await deal.told("payment.cash_handed_in")) == 1
    assert await noted(deal.desk) == ["payment.cash_counted"]
    assert [about["said_paise"] for about in await deal.told("payment.cash_difference")] == [said] * told
    with pytest.raises(ReplayDiffers):
        await escrow.cash_handed_in(
            deal.desk, it, agent_id=agent, taken_by=operator, said_paise=said + 1, counted_paise=counted
        )


async def test_only_the_office_counts_cash(deal: Deal, agent: UUID, operator: UUID) -> None:
    await collect(deal, agent, 50_000)
    words = {"agent_id": agent, "said_paise": 50_000, "counted_paise": 50_000}
    for other in (agent, deal.buyer):
        with pytest.raises(NotYours):
            await escrow.cash_handed_in(deal.desk, uuid4(), taken_by=other, **words)
    for absurd in ({"said_paise": 0}, {"counted_paise": -1}, {"said_paise": -5}):
        with pytest.raises(BadTerms):
            await escrow.cash_handed_in(deal.desk, uuid4(), taken_by=operator, **(words | absurd))
    assert await cash(deal.desk, agent) == Cash(50_000, 5_000_000)
