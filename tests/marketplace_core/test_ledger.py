"""The ledger: money is moved, held, posted and given back, and nothing is ever lost or doubled."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from marketplace_core.desk import Desk, sit_down
from marketplace_core.errors import BadTerms, NotFound
from marketplace_core.ledger import commands as ledger
from marketplace_core.ledger.errors import (
    HoldExpired,
    HoldResolved,
    MoreThanHeld,
    MoreThanPaid,
    NotEnoughMoney,
    ReplayDiffers,
)
from marketplace_core.ledger.models import account
from marketplace_core.ledger.models import transfer as transfers
from marketplace_core.ledger.proof import CLAIMS
from marketplace_core.ledger.queries import Balance, account_of, balance, find, house_balance, statement
from marketplace_core.ledger.rules import MOST_PAISE, Entry, split

WORDS = {"why": "test", "subject": "B2345"}


async def rows(desk: Desk) -> int:
    return (await desk.db.execute(select(func.count()).select_from(transfers))).scalar_one()


@pytest.fixture
async def bank(desk: Desk) -> UUID:
    return await ledger.open_account(desk, "bank")


@pytest.fixture
async def asha(desk: Desk, bank: UUID) -> UUID:
    """A buyer's account with ₹1,000."""
    mine = await ledger.open_account(desk, "buyer", uuid4())
    await ledger.transfer(desk, uuid4(), debit=bank, credit=mine, paise=100_000, **WORDS)
    return mine


@pytest.fixture
async def escrow(desk: Desk) -> UUID:
    return await ledger.open_account(desk, "escrow", uuid4())


@pytest.fixture
async def held(desk: Desk, asha: UUID, escrow: UUID) -> UUID:
    """₹600 of Asha's, held for a day."""
    hold_id = uuid4()
    await hold(desk, hold_id, asha, escrow, 60_000)
    return hold_id


async def hold(desk: Desk, hold_id: UUID, debit: UUID, credit: UUID, paise: int) -> ledger.Transfer:
    until = desk.now + timedelta(days=1)
    return await ledger.hold(desk, hold_id, debit=debit, credit=credit, paise=paise, until=until, **WORDS)


async def test_an_account_is_opened_once(desk: Desk) -> None:
    owner = uuid4()
    assert await account_of(desk, "farmer", owner) is None
    mine = await ledger.open_account(desk, "farmer", owner)
    assert await ledger.open_account(desk, "farmer", owner) == mine == await account_of(desk, "farmer", owner)
    assert await ledger.open_account(desk, "buyer", owner) != mine
    assert await ledger.open_account(desk, "bank") == await ledger.open_account(desk, "bank")
    assert await balance(desk, mine) == Balance(0, 0, 0, 0)


async def test_a_transfer_moves_money_once_however_often_it_is_sent(
    desk: Desk, asha: UUID, bank: UUID
) -> None:
    it = uuid4()
    first = await ledger.transfer(desk, it, debit=asha, credit=bank, paise=30_000, **WORDS)
    later = replace(desk, now=desk.now + timedelta(hours=1))
    again = await ledger.transfer(later, it, debit=asha, credit=bank, paise=30_000, **WORDS)
    assert (first.replayed, again.replayed) == (False, True)
    assert replace(again, replayed=False) == first == await find(desk, it)
    assert await balance(desk, asha) == Balance(70_000, 0, 0, 70_000)
    assert await house_balance(desk, "bank") == -70_000


async def test_an_id_used_for_something_else_is_refused(desk: Desk, asha: UUID, bank: UUID) -> None:
    it = uuid4()
    sent = {"debit": asha, "credit": bank, "paise": 30_000, **WORDS}
    await ledger.transfer(desk, it, **sent)
    other = await ledger.open_account(desk, "farmer", uuid4())
    for differs in ({"paise": 30_001}, {"credit": other}, {"why": "x"}, {"subject": "x"}):
        with pytest.raises(ReplayDiffers):
            await ledger.transfer(desk, it, **(sent | differs))
    assert await rows(desk) == 2
    assert await balance(desk, asha) == Balance(70_000, 0, 0, 70_000)


async def test_a_replay_is_answered_even_when_the_money_is_gone(desk: Desk, asha: UUID, bank: UUID) -> None:
    it = uuid4()
    for _ in range(2):
        await ledger.transfer(desk, it, debit=asha, credit=bank, paise=100_000, **WORDS)
    assert await balance(desk, asha) == Balance(0, 0, 0, 0)


@pytest.mark.parametrize("paise", [0, -1, MOST_PAISE + 1, True, 1.5, "7", None])
async def test_absurd_sums_move_nothing(desk: Desk, asha: UUID, bank: UUID, paise: object) -> None:
    with pytest.raises(BadTerms, match="paise"):
        await ledger.transfer(desk, uuid4(), debit=bank, credit=asha, paise=paise, **WORDS)
    assert await rows(desk) == 1


async def test_accounts_must_be_two_and_must_be_there(desk: Desk, asha: UUID) -> None:
    with pytest.raises(BadTerms, match="credit"):
        await ledger.transfer(desk, uuid4(), debit=asha, credit=asha, paise=1, **WORDS)
    with pytest.raises(NotFound):
        await ledger.transfer(desk, uuid4(), debit=asha, credit=uuid4(), paise=1, **WORDS)
    with pytest.raises(NotFound):
        await balance(desk, uuid4())
    assert await rows(desk) == 1


async def test_nobody_spends_what_they_have_not(desk: Desk, asha: UUID, bank: UUID) -> None:
    with pytest.raises(NotEnoughMoney) as refused:
        await ledger.transfer(desk, uuid4(), debit=asha, credit=bank, paise=100_001, **WORDS)
    assert refused.value.available_paise == 100_000
    assert await rows(desk) == 1


async def test_what_is_held_is_not_available(desk: Desk, asha: UUID, escrow: UUID, held: UUID) -> None:
    assert await balance(desk, asha) == Balance(100_000, 60_000, 0, 40_000)
    assert await balance(desk, escrow) == Balance(0, 0, 60_000, 0)
    with pytest.raises(NotEnoughMoney) as refused:
        await hold(desk, uuid4(), asha, escrow, 40_001)
    assert refused.value.available_paise == 40_000
    # what is promised cannot be spent either
    with pytest.raises(NotEnoughMoney):
        await ledger.transfer(desk, uuid4(), debit=escrow, credit=asha, paise=1, **WORDS)


async def test_posting_a_part_gives_the_rest_back(desk: Desk, asha: UUID, escrow: UUID, held: UUID) -> None:
    await ledger.post(desk, uuid4(), hold_id=held, paise=45_000)
    assert await balance(desk, asha) == Balance(55_000, 0, 0, 55_000)
    assert await balance(desk, escrow) == Balance(45_000, 0, 0, 45_000)


async def test_posting_names_no_sum_and_posts_all(desk: Desk, asha: UUID, held: UUID) -> None:
    assert (await ledger.post(desk, uuid4(), hold_id=held)).paise == 60_000
    assert await balance(desk, asha) == Balance(40_000, 0, 0, 40_000)


async def test_more_than_was_held_is_never_posted(desk: Desk, asha: UUID, held: UUID) -> None:
    with pytest.raises(MoreThanHeld):
        await ledger.post(desk, uuid4(), hold_id=held, paise=60_001)
    assert await balance(desk, asha) == Balance(100_000, 60_000, 0, 40_000)


@pytest.mark.parametrize("first", ["post", "void"])
@pytest.mark.parametrize("second", ["post", "void"])
async def test_a_hold_is_resolved_once(desk: Desk, asha: UUID, held: UUID, first: str, second: str) -> None:
    deeds = {"post": ledger.post, "void": ledger.void}
    it = uuid4()
    await deeds[first](desk, it, hold_id=held)
    before = await balance(desk, asha)
    with pytest.raises(HoldResolved) as refused:
        await deeds[second](desk, uuid4(), hold_id=held)
    assert refused.value.kind == first
    assert (await deeds[first](desk, it, hold_id=held)).replayed
    assert await balance(desk, asha) == before
    assert before == (Balance(40_000, 0, 0, 40_000) if first == "post" else Balance(100_000, 0, 0, 100_000))


async def test_only_a_hold_can_be_posted(desk: Desk, asha: UUID, bank: UUID) -> None:
    it = uuid4()
    await ledger.transfer(desk, it, debit=asha, credit=bank, paise=1, **WORDS)
    for unknown in (it, uuid4()):
        with pytest.raises(NotFound):
            await ledger.post(desk, uuid4(), hold_id=unknown)


async def test_a_hold_ends_in_the_future(desk: Desk, asha: UUID, escrow: UUID) -> None:
    words = {"debit": asha, "credit": escrow, "paise": 1, **WORDS}
    with pytest.raises(BadTerms, match="until"):
        await ledger.hold(desk, uuid4(), until=desk.now, **words)


async def test_an_expired_hold_is_free_before_any_job_has_run(
    desk: Desk, asha: UUID, escrow: UUID, bank: UUID, held: UUID
) -> None:
    late = replace(desk, now=desk.now + timedelta(days=1))
    assert await balance(late, asha) == Balance(100_000, 0, 0, 100_000)
    assert await balance(late, escrow) == Balance(0, 0, 0, 0)
    with pytest.raises(HoldExpired):
        await ledger.post(late, uuid4(), hold_id=held)
    await ledger.transfer(late, uuid4(), debit=asha, credit=bank, paise=100_000, **WORDS)
    assert await balance(late, asha) == Balance(0, 0, 0, 0)
    with pytest.raises(HoldExpired):
        await ledger.post(late, uuid4(), hold_id=held)


async def test_the_job_voids_what_is_overdue_and_nothing_else(
    desk: Desk, asha: UUID, escrow: UUID, held: UUID
) -> None:
    later = replace(desk, now=desk.now + timedelta(hours=23))
    fresh = uuid4()
    await hold(later, fresh, asha, escrow, 10_000)
    assert await ledger.expire_holds(later) == 0
    late = replace(desk, now=desk.now + timedelta(days=1))
    assert await ledger.expire_holds(late) == 1
    assert await ledger.expire_holds(late) == 0
    assert await balance(late, asha) == Balance(100_000, 10_000, 0, 90_000)
    with pytest.raises(HoldExpired):
        await ledger.void(late, uuid4(), hold_id=held)
    await ledger.post(late, uuid4(), hold_id=fresh)


async def test_linked_entries_are_entered_all_or_none(desk: Desk, asha: UUID, escrow: UUID) -> None:
    gurpreet = await ledger.open_account(desk, "farmer", uuid4())

    def linked(out: int) -> list[Entry]:
        return [
            Entry(uuid4(), "transfer", asha, escrow, 500, "in", "B2345"),
            Entry(uuid4(), "transfer", escrow, gurpreet, out, "out", "B2345"),
        ]

    with pytest.raises(NotEnoughMoney):
        await ledger.enter(desk, linked(501))
    assert await rows(desk) == 1
    await ledger.enter(desk, linked(500))
    assert await balance(desk, gurpreet) == Balance(500, 0, 0, 500)
    assert await balance(desk, escrow) == Balance(0, 0, 0, 0)
    twice = linked(500)[0]
    with pytest.raises(BadTerms, match="id"):
        await ledger.enter(desk, [twice, twice])


async def test_refunds_never_exceed_the_payment_in_sum(desk: Desk, asha: UUID, bank: UUID) -> None:
    paid = uuid4()
    await ledger.transfer(desk, paid, debit=bank, credit=asha, paise=50_000, **WORDS)  # she has ₹1,500 now
    back = {"debit": asha, "credit": bank, "refunds": paid, **WORDS}
    await ledger.transfer(desk, uuid4(), paise=20_000, **back)
    with pytest.raises(MoreThanPaid) as refused:
        await ledger.transfer(desk, uuid4(), paise=30_001, **back)
    assert refused.value.left_paise == 30_000
    last = uuid4()
    for _ in range(2):
        await ledger.transfer(desk, last, paise=30_000, **back)
    with pytest.raises(MoreThanPaid):
        await ledger.transfer(desk, uuid4(), paise=1, **back)
    with pytest.raises(NotFound):  # a refund is not a payment
        await ledger.transfer(desk, uuid4(), paise=1, **(back | {"refunds": last}))
    assert await balance(desk, asha) == Balance(100_000, 0, 0, 100_000)


async def test_a_refund_goes_back_the_way_the_payment_came(
    desk: Desk, asha: UUID, bank: UUID, escrow: UUID, held: UUID
) -> None:
    paid = uuid4()
    await ledger.post(desk, paid, hold_id=held)
    with pytest.raises(BadTerms, match="refunds"):
        await ledger.transfer(desk, uuid4(), debit=escrow, credit=bank, paise=1, refunds=paid, **WORDS)
    await ledger.transfer(desk, uuid4(), debit=escrow, credit=asha, paise=60_000, refunds=paid, **WORDS)
    assert await balance(desk, asha) == Balance(100_000, 0, 0, 100_000)


async def test_a_statement_is_read_page_by_page(desk: Desk, asha: UUID, bank: UUID) -> None:
    for paise in (1, 2, 3):
        await ledger.transfer(desk, uuid4(), debit=asha, credit=bank, paise=paise, **WORDS)
    first = await statement(desk, asha, limit=3)
    rest = await statement(desk, asha, limit=3, before=first[-1].number)
    assert [line.paise for line in first + rest] == [-3, -2, -1, 100_000]
    for limit in (0, 101):
        with pytest.raises(BadTerms):
            await statement(desk, asha, limit=limit)


FORBIDDEN = {
    "UPDATE ledger_transfer SET paise = 1": "permission denied",
    "DELETE FROM ledger_transfer": "permission denied",
    "TRUNCATE ledger_transfer": "permission denied",
    "UPDATE ledger_account SET credits_posted = 1": "permission denied",
    "DELETE FROM ledger_account": "permission denied",
    "INSERT INTO ledger_account (tenant_id, kind, credits_posted, opened_at) VALUES (1, 'bank', 1, now())": (
        "permission denied"
    ),
    "DELETE FROM ledger_open_hold": "permission denied",
    "UPDATE ledger_account SET floor = -1 WHERE kind = 'buyer'": "ck_ledger_account_owes",
    "UPDATE ledger_account SET floor = NULL WHERE kind = 'buyer'": "ck_ledger_account_owes",
    "INSERT INTO ledger_account (tenant_id, kind, opened_at) VALUES (1, 'agent_cash', now())": (
        "ck_ledger_account_carries"
    ),
}


@pytest.mark.parametrize(("forbidden", "why"), FORBIDDEN.items())
async def test_the_app_cannot_write_the_books_by_hand(
    desk: Desk, asha: UUID, held: UUID, forbidden: str, why: str
) -> None:
    with pytest.raises((ProgrammingError, IntegrityError), match=why):
        await desk.db.execute(text(forbidden))


@pytest.mark.parametrize("word", ["UPDATE ledger_transfer SET paise = 1", "DELETE FROM ledger_transfer"])
def test_not_even_the_owner_changes_what_was_written(owner_url: str, word: str) -> None:
    with create_engine(owner_url).connect() as owner:
        owner.execute(text("SELECT set_config('app.tenant', '1', true)"))
        a, b = (
            owner.execute(
                text(
                    "INSERT INTO ledger_account (tenant_id, kind, opened_at) VALUES (1, :kind, now()) RETURNING id"
                ),
                {"kind": kind},
            ).scalar_one()
            for kind in ("bank", "rounding")
        )
        owner.execute(
            text(
                "INSERT INTO ledger_transfer (tenant_id, id, kind, debit_id, credit_id, paise, why, subject, made_at) "
                "VALUES (1, uuidv7(), 'transfer', :a, :b, 1, '', '', now())"
            ),
            {"a": a, "b": b},
        )
        with pytest.raises(DBAPIError, match="for ever"):
            owner.execute(text(word))


async def _by_hand(desk: Desk, **values: object) -> None:
    words = {"tenant_id": desk.tenant, "id": uuid4(), "made_at": desk.now, **WORDS}
    await desk.db.execute(insert(transfers).values(**(words | values)))


async def test_the_database_itself_refuses_what_must_not_be(
    desk: Desk, asha: UUID, bank: UUID, escrow: UUID, held: UUID
) -> None:
    """Whoever writes past our commands meets the same rules."""
    way = {"debit_id": asha, "credit_id": escrow}
    post = {"kind": "post", "pending_id": held, **way}
    late = desk.now + timedelta(days=1)
    for wrong in (
        {"kind": "transfer", "debit_id": asha, "credit_id": bank, "paise": 40_001},  # held counts
        {"kind": "transfer", "debit_id": asha, "credit_id": asha, "paise": 1},
        {"kind": "transfer", "debit_id": asha, "credit_id": bank, "paise": 0},
        {"kind": "transfer", "paise": 1, **way, "until": late},
        {"kind": "hold", "paise": 1, **way},
        {"kind": "post", "paise": 1, **way},
        {**post, "paise": 60_001},
        {**post, "paise": 1, "made_at": late},
        {**post, "kind": "void", "paise": 59_999},
        {**post, "paise": 1, "credit_id": bank},
        {**post, "paise": 1, "pending_id": uuid4()},
    ):
        async with desk.db.begin_nested() as tried:
            with pytest.raises(IntegrityError):
                await _by_hand(desk, **wrong)
            await tried.rollback()
    await _by_hand(desk, **post, paise=60_000)
    with pytest.raises(IntegrityError, match="uq_ledger_transfer_tenant_id_pending_id"):
        await _by_hand(desk, **post, paise=60_000)


async def test_figures_are_those_of_the_tenant_alone(desk: Desk, asha: UUID) -> None:
    other = await sit_down(desk.db, 2, desk.now)
    with pytest.raises(NotFound):
        await balance(other, asha)
    assert (await desk.db.execute(select(func.count()).select_from(account))).scalar() == 0


def test_the_proof_finds_what_is_wrong(owner_url: str) -> None:
    """A claim that cannot break proves nothing: here the owner breaks the books, past every guard."""
    with create_engine(owner_url).connect() as owner:
        owner.execute(text("SELECT set_config('app.tenant', '1', true)"))
        owner.execute(text("ALTER TABLE ledger_transfer DISABLE TRIGGER USER"))
        for kind in ("bank", "unexplained"):
            owner.execute(
                text(
                    "INSERT INTO ledger_account (tenant_id, kind, floor, credits_posted, opened_at)"
                    " VALUES (1, :kind, CASE WHEN :kind = 'bank' THEN NULL ELSE 0 END, 5, now())"
                ),
                {"kind": kind},
            )
        owner.execute(
            text(
                "INSERT INTO ledger_transfer"
                " (tenant_id, id, kind, debit_id, credit_id, paise, until, why, subject, made_at)"
                " SELECT 1, uuidv7(), 'hold', a.id, b.id, 7, now(), '', '', now()"
                " FROM ledger_account a, ledger_account b WHERE a.kind = 'bank' AND b.kind = 'unexplained'"
            )
        )
        broken = [
            claim
            for claim, query in CLAIMS.items()
            if owner.execute(text(query), {"tenant": 1}).first() is not None
        ]
    assert broken == [
        "debits and credits are the same sum",
        "every balance is the sum of its transfers",
        "the open holds are those that nothing resolved",
    ]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any))
def test_a_split_loses_no_paisa_and_is_fair_to_a_paisa(paise: int, weights: list[int]) -> None:
    shares = split(paise, weights)
    whole = sum(weights)
    assert sum(shares) == paise
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * whole - paise * weight) < whole
        assert share == 0 or weight > 0
    assert shares == split(paise, weights)


@pytest.mark.parametrize(
    ("paise", "weights", "shares"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (5, [1, 1, 1], [2, 2, 1]),
        (1, [1, 2], [0, 1]),
        (0, [3, 4], [0, 0]),
        (7, [0, 5], [0, 7]),
    ],
)
def test_splits_as_they_come_out(paise: int, weights: list[int], shares: list[int]) -> None:
    assert split(paise, weights) == shares


@pytest.mark.parametrize(("paise", "weights"), [(-1, [1]), (1, []), (1, [0]), (1, [2, -1])])
def test_what_cannot_be_split(paise: int, weights: list[int]) -> None:
    with pytest.raises(BadTerms):
        split(paise, weights)
