"""Whatever Razorpay says, in whatever order, however often and from however many sides: the money comes in once.

The payer, the bank, an operator and the network act at random; a bookkeeper who knows nothing of our states keeps
count of what was captured and given back, and we must agree with them after every step.
"""

import asyncio
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.desk import Desk, open_desk, sit_down
from marketplace_core.errors import Moved, Refused
from marketplace_core.escrow import commands as escrow
from marketplace_core.events import event
from marketplace_core.ledger.proof import broken
from marketplace_core.payments import commands as payments
from marketplace_core.payments import queries, refunds
from marketplace_core.payments.models import payment as t
from marketplace_core.payments.razorpay.standin import WEBHOOK_SECRET, Till
from marketplace_core.payments.razorpay.webhook import EVENT_ID, receive_webhook
from marketplace_core.payments.transitions import MONEY_IN
from marketplace_core.seed import TENANT
from tests.conftest import NOW
from tests.marketplace_core.money import WAYS, has, operator
from tests.marketplace_core.people import buyer

PAISE = 50_000

steps = st.one_of(
    st.tuples(st.just("pay"), st.sampled_from(["created", "failed", "authorized", "captured"])),
    st.tuples(st.just("pay_wrong"), st.sampled_from([1, PAISE - 1, 100 * PAISE])),
    st.tuples(st.just("late"), st.sampled_from(["authorized", "captured", "failed"])),
    st.tuples(st.just("deliver"), st.integers(0, 9)),
    st.tuples(st.just("hours"), st.sampled_from([1, 24, 200])),
    st.tuples(st.just("refund"), st.sampled_from([1, 20_000, PAISE])),
    st.tuples(st.just("settle"), st.sampled_from(["processed", "failed"])),
)


@dataclass
class World:
    """`captured` are the payments of which we were told that their money is there, in the order of telling."""

    desk: Desk
    operator_id: UUID
    payer_id: UUID
    code: str
    payment_id: UUID
    order: str
    till: Till = field(default_factory=Till)
    captured: list[str] = field(default_factory=list)
    out: int = 0
    seen: list[str] = field(default_factory=list)

    async def pay(self, outcome: str) -> None:
        self.till.pay(self.order, outcome)

    async def pay_wrong(self, paise: int) -> None:
        self.till.pay(self.order, amount=paise)

    async def late(self, status: str) -> None:
        for each in list(self.till.payments.values())[-1:]:
            if each["status"] != "captured":
                self.till.become(each["id"], status)

    async def deliver(self, seed: int) -> None:
        """All that is on its way, shuffled and some of it twice; a part stays on its way."""
        dice = random.Random(seed)
        on_its_way = self.till.take_outgoing(repeats=1 + seed % 3, shuffled=dice)
        keep = dice.randint(0, len(on_its_way) // 2)
        self.till.outgoing = on_its_way[:keep]
        for each in on_its_way[keep:]:
            await self.hear(each.body, each.headers(WEBHOOK_SECRET))

    async def hear(self, body: bytes, headers: Mapping[str, str]) -> None:
        await receive_webhook(self.desk, body, headers, secrets=[WEBHOOK_SECRET])
        said = json.loads(body)
        paid = said["payload"]["payment"]["entity"]
        right = (paid["status"], paid["amount"]) == ("captured", PAISE)
        if said["event"] in ("payment.captured", "order.paid") and right and not self.captured:
            self.captured.append(paid["id"])

    async def hours(self, hours: int) -> None:
        self.desk = Desk(self.desk.db, TENANT, self.desk.now + timedelta(hours=hours))
        await payments.expire(self.desk)

    async def refund(self, paise: int) -> None:
        on_its_way = [each for each in await queries.refunds(self.desk, self.payment_id) if not each.outcome]
        allowed = bool(self.captured) and not on_its_way and self.out + paise <= PAISE
        try:
            await refunds.ask(self.desk, operator_id=self.operator_id, code=self.code, paise=paise)
        except Refused:
            assert not allowed
            return
        assert allowed
        self.out += paise
        ours = (await queries.refunds(self.desk, self.payment_id))[-1]
        self.till.refund(self.captured[0], paise, ours.id.hex)

    async def settle(self, outcome: str) -> None:
        """Razorpay decides, and says so at once; what it said before may still come, and changes nothing."""
        for there in self.till.refunds.values():
            if there["status"] == "pending":
                self.till.settle_refund(there["id"], outcome)
                last = self.till.outgoing[-1]
                await self.hear(last.body, last.headers(WEBHOOK_SECRET))
                if outcome == "failed":
                    self.out -= there["amount"]

    async def check(self) -> None:
        stands = await queries.by_id(self.desk, self.payment_id)
        assert (stands.state in MONEY_IN) == bool(self.captured)
        assert stands.refunded_paise == self.out
        assert await has(self.desk, "buyer", self.payer_id) == (PAISE - self.out if self.captured else 0)
        if self.seen and self.seen[-1] in MONEY_IN:
            assert stands.state in MONEY_IN
        if self.seen and self.seen[-1] != "created":
            assert stands.state != "created"
        self.seen.append(stands.state)

    async def told(self, kind: str) -> int:
        return len((await self.desk.db.execute(select(event.c.id).where(event.c.kind == kind))).all())


async def world(desk: Desk) -> World:
    payer_id, operator_id = await buyer(desk), await operator(desk)
    begun = await payments.begin(desk, payer_id=payer_id, method="razorpay", paise=PAISE, offered=WAYS)
    till = Till()
    order = till.new_id("order")
    till.orders[order] = {"id": order, "amount": PAISE, "currency": "INR", "attempts": 0}
    await desk.db.execute(update(t).where(t.c.id == begun.id).values(provider_order=order))
    return World(desk, operator_id, payer_id, begun.code, begun.id, order, till)


@given(st.lists(steps, min_size=4, max_size=14))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_books_agree_after_every_step(engine: AsyncEngine, script: list[tuple[str, Any]]) -> None:
    async with engine.connect() as db:
        found = await world(await sit_down(db, TENANT, NOW))
        for what, how in script:
            await getattr(found, what)(how)
            await found.check()
        while found.till.outgoing:  # in the end everything arrives
            await found.deliver(3)
            await found.check()
        assert await found.told("payment.paid") == len(found.captured)
        assert await broken(found.desk) == {}
        await db.rollback()


# From many sides at once


async def committed(engine: AsyncEngine) -> World:
    async with open_desk(engine, TENANT, NOW) as desk:
        return await world(desk)


async def balance(engine: AsyncEngine, payer_id: UUID) -> int:
    async with open_desk(engine, TENANT, NOW) as desk:
        assert await broken(desk) == {}
        return await has(desk, "buyer", payer_id)


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize("same_event", [True, False])
async def test_eight_copies_at_once_pay_once(engine: AsyncEngine, same_event: bool) -> None:
    found = await committed(engine)
    found.till.pay(found.order)
    captured = found.till.take_outgoing()[1]

    async def arrive(number: int) -> None:
        headers = captured.headers(WEBHOOK_SECRET)
        if not same_event:
            headers[EVENT_ID] = f"event {number}"
        async with open_desk(engine, TENANT, NOW) as desk:
            await receive_webhook(desk, captured.body, headers, secrets=[WEBHOOK_SECRET])

    await asyncio.gather(*(arrive(number) for number in range(8)))
    assert await balance(engine, found.payer_id) == PAISE


@pytest.mark.usefixtures("clean")
async def test_without_our_care_eight_copies_pay_many_times(engine: AsyncEngine) -> None:
    """The race is real: look first, write then, name the money anew each time."""
    found = await committed(engine)

    async def arrive() -> None:
        async with open_desk(engine, TENANT, NOW) as desk:
            if (await queries.by_id(desk, found.payment_id)).state == "paid":
                return
            await asyncio.sleep(0.05)
            await escrow.pay_in(desk, uuid4(), buyer_id=found.payer_id, paise=PAISE, subject=found.code)
            await desk.db.execute(update(t).where(t.c.id == found.payment_id).values(state="paid"))

    await asyncio.gather(*(arrive() for _ in range(8)))
    assert await balance(engine, found.payer_id) > PAISE


@pytest.mark.usefixtures("clean")
async def test_two_operators_refund_once(engine: AsyncEngine) -> None:
    found = await committed(engine)
    found.till.pay(found.order)
    async with open_desk(engine, TENANT, NOW) as desk:
        found.desk = desk
        await found.deliver(0)
        for each in found.till.take_outgoing():
            await found.hear(each.body, each.headers(WEBHOOK_SECRET))

    async def ask() -> bool:
        async with open_desk(engine, TENANT, NOW) as desk:
            try:
                await refunds.ask(desk, operator_id=found.operator_id, code=found.code, paise=20_000)
            except Moved:
                return False
            return True

    assert sorted(await asyncio.gather(*(ask() for _ in range(6)))) == [False] * 5 + [True]
    assert await balance(engine, found.payer_id) == PAISE - 20_000
