"""Many at the same moment, and crashes in the middle; beside each race, how it ends without the guard."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.bookings.models import booking
from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import Refused
from marketplace_core.escrow import commands as escrow
from marketplace_core.ledger import commands as ledger
from marketplace_core.ledger.__main__ import prove_all
from marketplace_core.ledger.errors import HoldResolved, MoreThanPaid
from marketplace_core.ledger.models import account, open_hold
from marketplace_core.ledger.models import transfer as transfers
from marketplace_core.ledger.proof import CLAIMS, broken
from marketplace_core.ledger.queries import account_of, balance, house_balance
from marketplace_core.seed import TENANT
from tests.conftest import NOW
from tests.marketplace_core.people import booked
from tests.marketplace_core.test_escrow import BILL, DUE

WORDS = {"why": "test", "subject": "B2345"}
AT_ONCE = 10

pytestmark = pytest.mark.usefixtures("clean")


async def race(
    engine: AsyncEngine, act: Callable[[Desk, int], Awaitable[object]], racers: int
) -> list[type[Refused] | None]:
    """What each was answered; as many as there are connections start at the same moment."""
    ready = asyncio.Barrier(AT_ONCE)

    async def one(lane: int) -> list[type[Refused] | None]:
        answers: list[type[Refused] | None] = []
        for nth in range(lane, racers, AT_ONCE):
            async with open_desk(engine, TENANT, NOW) as desk:
                if nth < AT_ONCE:
                    await ready.wait()
                try:
                    await act(desk, nth)
                except Refused as refusal:
                    answers.append(type(refusal))
                else:
                    answers.append(None)
        return answers

    return [answer for lane in await asyncio.gather(*map(one, range(AT_ONCE))) for answer in lane]


async def asha_with_a_hold(engine: AsyncEngine) -> tuple[UUID, UUID, UUID, UUID]:
    """She has ₹2,000, of which ₹100 are held: the bank's account, hers, the booking's, and the hold."""
    async with open_desk(engine, TENANT, NOW) as desk:
        names = (ledger.Name("bank"), ledger.Name("buyer", uuid4()), ledger.Name("escrow", uuid4()))
        bank, asha, booked_for = await ledger.open_accounts(desk, *names)
        await ledger.transfer(desk, uuid4(), debit=bank, credit=asha, paise=200_000, **WORDS)
        until, hold_id = NOW + timedelta(days=1), uuid4()
        await ledger.hold(desk, hold_id, debit=asha, credit=booked_for, paise=10_000, until=until, **WORDS)
    return bank, asha, booked_for, hold_id


async def has(engine: AsyncEngine, account_id: UUID) -> tuple[int, int]:
    """Posted and available, in books that add up."""
    async with open_desk(engine, TENANT, NOW) as desk:
        assert await broken(desk) == {}
        found = await balance(desk, account_id)
    return found.posted, found.available


async def test_of_a_hundred_who_resolve_one_hold_one_wins(engine: AsyncEngine) -> None:
    _, asha, booked_for, hold_id = await asha_with_a_hold(engine)

    async def act(desk: Desk, nth: int) -> None:
        await (ledger.void if nth % 3 == 0 else ledger.post)(desk, uuid4(), hold_id=hold_id)

    answers = await race(engine, act, 100)
    assert sorted(map(str, answers)) == [str(HoldResolved)] * 99 + ["None"]
    posted = 10_000 * (await has(engine, booked_for) == (10_000, 10_000))
    assert await has(engine, asha) == (200_000 - posted, 200_000 - posted)


async def test_who_looks_first_and_pays_later_pays_as_often_as_there_are_payers(engine: AsyncEngine) -> None:
    _, asha, booked_for, hold_id = await asha_with_a_hold(engine)
    looked = asyncio.Barrier(AT_ONCE)

    async def act(desk: Desk, _nth: int) -> None:
        still = (await desk.db.execute(select(open_hold).where(open_hold.c.id == hold_id))).one_or_none()
        await looked.wait()
        if still:
            await ledger.transfer(desk, uuid4(), debit=asha, credit=booked_for, paise=still.paise, **WORDS)

    assert await race(engine, act, AT_ONCE) == [None] * AT_ONCE
    assert (await has(engine, booked_for))[0] == 10_000 * AT_ONCE  # paid ten times


async def test_one_id_sent_by_everybody_moves_money_once(engine: AsyncEngine) -> None:
    bank, asha, *_ = await asha_with_a_hold(engine)
    it = uuid4()
    replays = []

    async def act(desk: Desk, _nth: int) -> None:
        made = await ledger.transfer(desk, it, debit=bank, credit=asha, paise=7, **WORDS)
        replays.append(made.replayed)

    assert await race(engine, act, 30) == [None] * 30
    assert sorted(replays) == [False] + [True] * 29
    assert await has(engine, asha) == (200_007, 190_007)


async def test_a_payment_is_refunded_once_by_two_clerks(engine: AsyncEngine) -> None:
    bank, asha, *_ = await asha_with_a_hold(engine)
    paid = uuid4()
    async with open_desk(engine, TENANT, NOW) as desk:
        await ledger.transfer(desk, paid, debit=bank, credit=asha, paise=5_000, **WORDS)

    async def act(desk: Desk, _nth: int) -> None:
        await ledger.transfer(desk, uuid4(), debit=asha, credit=bank, paise=5_000, refunds=paid, **WORDS)

    answers = await race(engine, act, AT_ONCE)
    assert sorted(map(str, answers)) == [str(MoreThanPaid)] * (AT_ONCE - 1) + ["None"]
    assert await has(engine, asha) == (200_000, 190_000)


async def test_clerks_who_look_first_and_refund_later_refund_twice(engine: AsyncEngine) -> None:
    bank, asha, *_ = await asha_with_a_hold(engine)
    looked = asyncio.Barrier(AT_ONCE)

    async def act(desk: Desk, _nth: int) -> None:
        refunded = await desk.db.execute(
            select(func.count()).select_from(transfers).where(transfers.c.why == "refund")
        )
        before = refunded.scalar_one()
        await looked.wait()
        if before == 0:
            await ledger.transfer(
                desk, uuid4(), debit=asha, credit=bank, paise=5_000, why="refund", subject="B2345"
            )

    assert await race(engine, act, AT_ONCE) == [None] * AT_ONCE
    assert (await has(engine, asha))[0] == 150_000


async def there_and_back(engine: AsyncEngine, lock: Callable[[Desk, list[UUID]], Awaitable[object]]) -> int:
    """Two accounts locked from both ends at the same moment: how many were thrown out of the circle."""
    async with open_desk(engine, TENANT, NOW) as desk:
        names = (ledger.Name("farmer", uuid4()), ledger.Name("farmer", uuid4()))
        ids = await ledger.open_accounts(desk, *names)

    async def one(order: list[UUID]) -> bool:
        try:
            async with open_desk(engine, TENANT, NOW) as desk:
                await lock(desk, order)
        except OperationalError:
            return True
        return False

    return sum(await asyncio.gather(*(one(order) for order in (ids, ids[::-1]) * 4)))


async def test_accounts_are_locked_in_one_order(engine: AsyncEngine) -> None:
    assert await there_and_back(engine, ledger.lock) == 0


async def test_locked_as_they_come_they_wait_in_a_circle(engine: AsyncEngine) -> None:
    async def as_they_come(desk: Desk, ids: list[UUID]) -> None:
        for each in ids:
            await desk.db.execute(select(account).where(account.c.id == each).with_for_update())
            await asyncio.sleep(0.1)

    assert await there_and_back(engine, as_they_come) > 0


async def secured(engine: AsyncEngine) -> tuple[UUID, UUID, UUID]:
    async with open_desk(engine, TENANT, NOW) as desk:
        seller, buyer, _, agreed = await booked(desk)
        await desk.db.execute(update(booking).values(due_paise=DUE))
        await escrow.pay_in(desk, uuid4(), buyer_id=buyer, paise=DUE, subject=agreed.code)
        await escrow.secure(desk, agreed.id)
    return seller, buyer, agreed.id


async def stand(engine: AsyncEngine, seller: UUID, buyer: UUID) -> tuple[int, int, int]:
    """What the buyer has left, what the farmer has, the fees."""
    async with open_desk(engine, TENANT, NOW) as desk:
        assert await broken(desk) == {}
        sums = []
        for kind, owner in (("buyer", buyer), ("farmer", seller)):
            found = await account_of(desk, kind, owner)
            sums.append((await balance(desk, found)).available if found else 0)
        return (*sums, await house_balance(desk, "fees"))


async def test_settled_by_everybody_at_once_the_farmer_is_paid_once(engine: AsyncEngine) -> None:
    seller, buyer, booking_id = await secured(engine)
    answers = await race(engine, lambda desk, _: escrow.settle(desk, booking_id, BILL), 20)
    assert answers == [None] * 20
    assert await stand(engine, seller, buyer) == (21_000, 950_000, 19_000)


async def test_called_off_and_settled_at_once_only_one_happens(engine: AsyncEngine) -> None:
    seller, buyer, booking_id = await secured(engine)

    async def act(desk: Desk, nth: int) -> None:
        if nth % 2:
            await escrow.release(desk, booking_id)
        else:
            await escrow.settle(desk, booking_id, BILL)

    answers = await race(engine, act, AT_ONCE)
    assert answers.count(None) == AT_ONCE // 2
    assert await stand(engine, seller, buyer) in ((21_000, 950_000, 19_000), (DUE, 0, 0))


async def test_secured_by_everybody_at_once_it_is_held_once(engine: AsyncEngine) -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        _, buyer, _, agreed = await booked(desk)
        await desk.db.execute(update(booking).values(due_paise=DUE))
        await escrow.pay_in(desk, uuid4(), buyer_id=buyer, paise=3 * DUE, subject=agreed.code)
    assert await race(engine, lambda desk, _: escrow.secure(desk, agreed.id), 20) == [None] * 20
    async with open_desk(engine, TENANT, NOW) as desk:
        mine = await account_of(desk, "buyer", buyer)
        assert (await balance(desk, mine)).held_out == DUE


async def test_a_crash_before_the_commit_leaves_nothing_and_the_next_try_pays_once(
    engine: AsyncEngine,
) -> None:
    seller, buyer, booking_id = await secured(engine)
    with pytest.raises(DBAPIError):
        async with open_desk(engine, TENANT, NOW) as desk:
            await escrow.settle(desk, booking_id, BILL)
            pid = (await desk.db.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            async with engine.connect() as other:
                await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    assert await stand(engine, seller, buyer) == (0, 0, 0)
    for _ in range(2):  # the second time as if the first answer was lost
        async with open_desk(engine, TENANT, NOW) as desk:
            await escrow.settle(desk, booking_id, BILL)
    assert await stand(engine, seller, buyer) == (21_000, 950_000, 19_000)


async def test_the_books_are_proved_by_a_command(
    engine: AsyncEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    await secured(engine)
    assert await prove_all(engine) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if line.startswith(f"tenant {TENANT}: holds")] == said[: len(CLAIMS)]
