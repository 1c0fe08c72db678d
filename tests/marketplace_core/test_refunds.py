"""What was paid can be given back: never more, never twice, and a refund that fails was never gone."""

from typing import Any
from uuid import UUID

import pytest

from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Moved, NotYours
from marketplace_core.ledger.errors import MoreThanPaid, NotEnoughMoney
from marketplace_core.ledger.proof import broken
from marketplace_core.ledger.queries import house_balance
from marketplace_core.payments import commands as payments
from marketplace_core.payments import queries, refunds
from marketplace_core.payments.errors import ReferenceUsed
from marketplace_core.payments.queries import Payment
from tests.marketplace_core.money import DUE, WAYS, deal, has, noted, operator, told, with_role
from tests.marketplace_core.people import buyer


@pytest.fixture
async def meera(desk: Desk) -> UUID:
    return await operator(desk)


@pytest.fixture
async def me(desk: Desk) -> UUID:
    return await buyer(desk)


@pytest.fixture
async def paid(desk: Desk, me: UUID, meera: UUID) -> Payment:
    """₹1,000 that Asha has with us."""
    begun = await payments.begin(desk, payer_id=me, method="bank", paise=100_000, offered=WAYS)
    seen: dict[str, Any] = {"reference": "UTR00001", "paise": 100_000}
    return await payments.confirm_by_hand(desk, operator_id=meera, code=begun.code, **seen)


async def test_a_refund_leaves_the_account_at_once_and_is_done_when_the_bank_has_it(
    desk: Desk, paid: Payment, me: UUID, meera: UUID
) -> None:
    asked = await refunds.ask(desk, operator_id=meera, code=paid.code)
    assert (asked.state, asked.refunded_paise) == ("refunding", 100_000)
    assert await has(desk, "buyer", me) == 0
    done = await refunds.finish_by_hand(desk, operator_id=meera, code=paid.code, reference="UTR00002")
    assert (done.state, done.refunded_paise) == ("refunded", 100_000)
    (one,) = await queries.refunds(desk, paid.id)
    assert (one.paise, one.outcome) == (100_000, "done")
    assert await house_balance(desk, "bank") == 0
    assert (await told(desk, "payment"))[-2:] == ["payment.refunding", "payment.refunded"]
    assert await noted(desk) == ["payment.confirmed", "payment.refund_asked", "payment.refund_done"]
    assert await broken(desk) == {}


async def test_in_parts_but_never_more_than_was_paid(
    desk: Desk, paid: Payment, me: UUID, meera: UUID
) -> None:
    for paise in (0, -1, True, 2.5):
        with pytest.raises(BadTerms):
            await refunds.ask(desk, operator_id=meera, code=paid.code, paise=paise)  # type: ignore[arg-type]
    with pytest.raises(MoreThanPaid) as said:
        await refunds.ask(desk, operator_id=meera, code=paid.code, paise=100_001)
    assert said.value.left_paise == 100_000
    await refunds.ask(desk, operator_id=meera, code=paid.code, paise=30_000)
    partly = await refunds.finish_by_hand(desk, operator_id=meera, code=paid.code, reference="UTR00002")
    assert (partly.state, partly.refunded_paise) == ("partly_refunded", 30_000)
    with pytest.raises(MoreThanPaid) as said:
        await refunds.ask(desk, operator_id=meera, code=paid.code, paise=70_001)
    assert said.value.left_paise == 70_000
    rest = await refunds.ask(desk, operator_id=meera, code=paid.code)
    assert rest.refunded_paise == 100_000
    done = await refunds.finish_by_hand(desk, operator_id=meera, code=paid.code, reference="UTR00003")
    assert done.state == "refunded"
    with pytest.raises(Moved):
        await refunds.ask(desk, operator_id=meera, code=paid.code, paise=1)
    assert await has(desk, "buyer", me) == 0
    assert await broken(desk) == {}


async def test_one_refund_at_a_time_and_each_once(desk: Desk, paid: Payment, me: UUID, meera: UUID) -> None:
    with pytest.raises(Moved):
        await refunds.finish_by_hand(desk, operator_id=meera, code=paid.code, reference="UTR00002")
    await refunds.ask(desk, operator_id=meera, code=paid.code, paise=10_000)
    with pytest.raises(Moved):
        await refunds.ask(desk, operator_id=meera, code=paid.code, paise=10_000)
    await refunds.finish_by_hand(desk, operator_id=meera, code=paid.code, reference="UTR00002")
    with pytest.raises(Moved):
        await refunds.finish_by_hand(desk, operator_id=meera, code=paid.code, reference="UTR00003")
    with pytest.raises(Moved):
        await refunds.fail_by_hand(desk, operator_id=meera, code=paid.code)
    assert await has(desk, "buyer", me) == 90_000


async def test_a_refund_that_the_bank_turns_back_was_never_gone_and_may_be_tried_again(
    desk: Desk, paid: Payment, me: UUID, meera: UUID
) -> None:
    for _ in range(2):
        await refunds.ask(desk, operator_id=meera, code=paid.code)
        kept = await refunds.fail_by_hand(desk, operator_id=meera, code=paid.code, note="account closed")
        assert (kept.state, kept.refunded_paise) == ("paid", 0)
        assert await has(desk, "buyer", me) == 100_000
    await refunds.ask(desk, operator_id=meera, code=paid.code, paise=40_000)
    await refunds.finish_by_hand(desk, operator_id=meera, code=paid.code, reference="UTR00002")
    await refunds.ask(desk, operator_id=meera, code=paid.code)
    kept = await refunds.fail_by_hand(desk, operator_id=meera, code=paid.code)
    assert (kept.state, kept.refunded_paise) == ("partly_refunded", 40_000)
    assert await has(desk, "buyer", me) == 60_000
    assert [each.outcome for each in await queries.refunds(desk, paid.id)].count("failed") == 3
    assert await broken(desk) == {}


async def test_money_that_waits_for_a_farmer_is_not_given_back(desk: Desk, meera: UUID) -> None:
    agreed = await deal(desk)
    begun = await payments.begin(
        desk, payer_id=agreed.buyer, method="bank", booking_code=agreed.code, offered=WAYS
    )
    await payments.confirm_by_hand(desk, operator_id=meera, code=begun.code, reference="UTR00009", paise=DUE)
    with pytest.raises(NotEnoughMoney):
        await refunds.ask(desk, operator_id=meera, code=begun.code)
    assert (await queries.by_id(desk, begun.id)).state == "paid"
    assert await queries.refunds(desk, begun.id) == ()


async def test_only_operators_give_back_and_not_to_themselves(
    desk: Desk, paid: Payment, me: UUID, meera: UUID
) -> None:
    with pytest.raises(NotYours):
        await refunds.ask(desk, operator_id=me, code=paid.code)
    unpaid = await payments.begin(desk, payer_id=me, method="bank", paise=100_000, offered=WAYS)
    with pytest.raises(Moved):
        await refunds.ask(desk, operator_id=meera, code=unpaid.code)
    own = await payments.begin(desk, payer_id=meera, method="bank", paise=100_000, offered=WAYS)
    with pytest.raises(NotYours):
        await refunds.ask(desk, operator_id=meera, code=own.code)


async def test_one_transfer_of_the_bank_is_one_refund(desk: Desk, paid: Payment, meera: UUID) -> None:
    await refunds.ask(desk, operator_id=meera, code=paid.code, paise=10_000)
    await refunds.finish_by_hand(desk, operator_id=meera, code=paid.code, reference="UTR00002")
    await refunds.ask(desk, operator_id=meera, code=paid.code, paise=10_000)
    for reference, refusal in (("UTR00002", ReferenceUsed), ("?", BadTerms)):
        with pytest.raises(refusal):
            await refunds.finish_by_hand(desk, operator_id=meera, code=paid.code, reference=reference)
    assert (await queries.by_id(desk, paid.id)).state == "refunding"


async def test_cash_goes_back_from_the_bank_and_not_out_of_the_agents_pocket(desk: Desk, meera: UUID) -> None:
    agreed = await deal(desk, pay_by="cash")
    agent = await with_role(desk, "delivery_agent", "+919800000008")
    taken = await payments.collect_cash(desk, agent_id=agent, booking_code=agreed.code, paise=5_000)
    owed = await has(desk, "agent_cash", agent)
    await refunds.ask(desk, operator_id=meera, code=taken.code)
    await refunds.finish_by_hand(desk, operator_id=meera, code=taken.code, reference="UTR00002")
    assert await has(desk, "agent_cash", agent) == owed
    assert await house_balance(desk, "bank") == 5_000
    assert await broken(desk) == {}
