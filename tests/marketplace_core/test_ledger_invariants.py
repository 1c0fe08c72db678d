"""Whatever is done to the ledger in whatever order, and sent twice: these sentences stay true.

The machine keeps books of its own, in plain Python, and foretells every answer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.desk import Desk, sit_down
from marketplace_core.errors import Refused
from marketplace_core.ledger import commands as ledger
from marketplace_core.ledger.errors import (
    HoldExpired,
    HoldResolved,
    MoreThanCarried,
    MoreThanHeld,
    MoreThanPaid,
    NotEnoughMoney,
    ReplayDiffers,
)
from marketplace_core.ledger.models import transfer as transfers
from marketplace_core.ledger.proof import broken
from marketplace_core.ledger.queries import Balance, balance
from marketplace_core.ledger.rules import KINDS, Entry, Kind
from marketplace_core.seed import TENANT
from tests.conftest import NOW

WORDS = {"why": "test", "subject": "B2345"}
OPENED: tuple[Kind, ...] = ("bank", "buyer", "buyer", "escrow", "farmer", "fees", "agent_cash", "rounding")

which = st.integers(0, len(OPENED) - 1)
two = st.tuples(which, which).filter(lambda pair: pair[0] != pair[1])
sums = st.sampled_from([1, 2, 99, 100, 4_999_999, 5_000_000])
hours = st.sampled_from([1, 24])


@dataclass
class Books:
    """One account in the machine's own books."""

    kind: Kind
    posted: int = 0
    held_out: int = 0
    held_in: int = 0

    def refuses(self) -> type[Refused] | None:
        bounds = KINDS[self.kind]
        if bounds.floor is not None and self.posted - self.held_out < bounds.floor:
            return NotEnoughMoney
        if bounds.ceiling is not None and self.posted + self.held_in > bounds.ceiling:
            return MoreThanCarried
        return None


@dataclass
class Held:
    id: UUID
    debit: int
    credit: int
    paise: int
    until: datetime
    ended: type[Refused] | None = None


@dataclass
class Paid:
    id: UUID
    debit: int
    credit: int
    paise: int
    refunded: int = 0


class Ledger(RuleBasedStateMachine):
    engine: AsyncEngine
    loop: asyncio.AbstractEventLoop

    holds = Bundle("holds")
    paid = Bundle("paid")

    def run(self, doing: Awaitable[Any]) -> Any:
        async def done() -> Any:
            return await doing

        return asyncio.run_coroutine_threadsafe(done(), self.loop).result(timeout=30)

    @initialize()
    def open(self) -> None:
        self.db = self.run(self.engine.connect())
        self.desk: Desk = self.run(sit_down(self.db, TENANT, NOW))
        self.books = [Books(kind) for kind in OPENED]
        names = [ledger.Name(kind, None if kind == "bank" else uuid4()) for kind in OPENED]
        self.ids: list[UUID] = self.run(ledger.open_accounts(self.desk, *names))
        self.all_holds: list[Held] = []
        self.rows = 0
        self.touched = set(range(len(OPENED)))

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.run(self.db.close())

    # What the machine foretells

    def overdue(self) -> None:
        for held in self.all_holds:
            if held.ended is None and held.until <= self.desk.now:
                held.ended = HoldExpired
                self.books[held.debit].held_out -= held.paise
                self.books[held.credit].held_in -= held.paise

    def foretold(self, *changes: tuple[int, int, int, int]) -> type[Refused] | None:
        """Changes of (debit, credit, posted, held); the machine's books keep them unless one is refused."""
        before = [replace(each) for each in self.books]
        self.touched = {nth for debit, credit, *_ in changes for nth in (debit, credit)}
        for debit, credit, posted, held in changes:
            self.books[debit].posted -= posted
            self.books[debit].held_out += held
            self.books[credit].posted += posted
            self.books[credit].held_in += held
            if refusal := self.books[debit].refuses() or self.books[credit].refuses():
                self.books = before
                return refusal
        return None

    def twice(self, expected: type[Refused] | None, act: Callable[[], Awaitable[Any]], rows: int = 1) -> None:
        """Once as if we crashed before the commit, then twice in earnest."""
        self.run(self.crashed(act))
        for time in (1, 2):
            try:
                made = self.run(act())
            except Refused as refusal:
                assert type(refusal) is expected
            else:
                assert expected is None
                many = made if isinstance(made, list) else [made]
                assert [each.replayed for each in many] == [time == 2] * len(many)
        self.rows += 0 if expected else rows

    async def crashed(self, act: Callable[[], Awaitable[Any]]) -> None:
        step = await self.db.begin_nested()
        try:
            await act()
        except Refused:
            pass
        finally:
            await step.rollback()

    def counted(self) -> int:
        sent = select(func.count()).select_from(transfers).where(transfers.c.why != "expired")
        return int(self.run(self.db.execute(sent)).scalar_one())

    # What people do

    @rule(target=paid, way=two, paise=sums)
    def transfer(self, way: tuple[int, int], paise: int) -> Any:
        it, (debit, credit) = Paid(uuid4(), *way, paise), way
        expected = self.foretold((debit, credit, paise, 0))
        self.twice(
            expected,
            lambda: ledger.transfer(
                self.desk, it.id, debit=self.ids[debit], credit=self.ids[credit], paise=paise, **WORDS
            ),
        )
        return multiple() if expected else it

    @rule(target=holds, way=two, paise=sums, lasts=hours)
    def hold(self, way: tuple[int, int], paise: int, lasts: int) -> Any:
        it = Held(uuid4(), *way, paise, self.desk.now + timedelta(hours=lasts))
        expected = self.foretold((it.debit, it.credit, 0, paise))
        self.twice(
            expected,
            lambda: ledger.hold(
                self.desk,
                it.id,
                debit=self.ids[it.debit],
                credit=self.ids[it.credit],
                paise=paise,
                until=it.until,
                **WORDS,
            ),
        )
        if expected:
            return multiple()
        self.all_holds.append(it)
        return it

    @rule(target=paid, it=holds, share=st.sampled_from([None, 1, 50, 100, 101]))
    def post(self, it: Held, share: int | None) -> Any:
        paise = it.paise if share is None else max(1, it.paise * share // 100)
        expected: type[Refused] | None
        if paise > it.paise:
            expected = MoreThanHeld
        else:
            expected = it.ended or self.foretold((it.debit, it.credit, paise, -it.paise))
        new = uuid4()
        self.twice(expected, lambda: ledger.post(self.desk, new, hold_id=it.id, paise=paise))
        if expected:
            return multiple()
        it.ended = HoldResolved
        return Paid(new, it.debit, it.credit, paise)

    @rule(it=holds)
    def void(self, it: Held) -> None:
        new = uuid4()
        expected = it.ended or self.foretold((it.debit, it.credit, 0, -it.paise))
        if expected is HoldExpired and self.unvoided(it):
            # nobody noticed yet that its time was over: voiding it comes to the same
            expected = None
        self.twice(expected, lambda: ledger.void(self.desk, new, hold_id=it.id))
        if expected is None:
            it.ended = HoldResolved

    def unvoided(self, it: Held) -> bool:
        resolved = self.run(
            self.db.execute(select(transfers.c.id).where(transfers.c.pending_id == it.id))
        ).first()
        return resolved is None

    @rule(it=paid, share=st.sampled_from([1, 50, 100]))
    def refund(self, it: Paid, share: int) -> None:
        paise = max(1, it.paise * share // 100)
        expected: type[Refused] | None
        expected = (
            MoreThanPaid if it.refunded + paise > it.paise else self.foretold((it.credit, it.debit, paise, 0))
        )
        new = uuid4()
        self.twice(
            expected,
            lambda: ledger.transfer(
                self.desk,
                new,
                debit=self.ids[it.credit],
                credit=self.ids[it.debit],
                paise=paise,
                refunds=it.id,
                **WORDS,
            ),
        )
        if expected is None:
            it.refunded += paise

    @rule(ways=st.lists(st.tuples(two, sums), min_size=2, max_size=3))
    def linked(self, ways: list[tuple[tuple[int, int], int]]) -> None:
        """Several at once, all or none."""
        entries = [
            Entry(uuid4(), "transfer", self.ids[debit], self.ids[credit], paise, "test", "B2345")
            for (debit, credit), paise in ways
        ]
        expected = self.foretold(*((debit, credit, paise, 0) for (debit, credit), paise in ways))
        self.twice(expected, lambda: ledger.enter(self.desk, entries), len(entries))

    @rule(it=paid, more=st.sampled_from([-1, 1]))
    def same_id_other_sum(self, it: Paid, more: int) -> None:
        sent = {"debit": self.ids[it.debit], "credit": self.ids[it.credit], "paise": it.paise + more, **WORDS}
        if it.paise + more < 1:
            return
        self.twice(ReplayDiffers, lambda: ledger.transfer(self.desk, it.id, **sent))

    @rule(lasts=hours)
    def time_passes(self, lasts: int) -> None:
        self.desk = replace(self.desk, now=self.desk.now + timedelta(hours=lasts))
        self.overdue()
        self.touched = set(range(len(OPENED)))

    @rule()
    def the_job_runs(self) -> None:
        self.run(ledger.expire_holds(self.desk))
        assert self.run(ledger.expire_holds(self.desk)) == 0

    # What stays true

    @invariant()
    def the_books_add_up(self) -> None:
        """Debits are credits, balances are the sums of transfers, a hold is resolved once, refunds are covered."""
        if hasattr(self, "db"):
            assert self.run(broken(self.desk)) == {}

    @invariant()
    def everybody_has_what_the_machine_reckons(self) -> None:
        """And available is what is posted less what is held; nothing is below zero that must not be."""
        for nth in self.touched if hasattr(self, "db") else ():
            mine = self.books[nth]
            assert mine.refuses() is None
            assert self.run(balance(self.desk, self.ids[nth])) == Balance(
                mine.posted, mine.held_out, mine.held_in, mine.posted - mine.held_out
            )

    @invariant()
    def nothing_is_written_that_nobody_sent(self) -> None:
        if hasattr(self, "db"):
            assert self.counted() == self.rows


async def test_the_sentences_hold_whatever_is_done(engine: AsyncEngine) -> None:
    Ledger.engine, Ledger.loop = engine, asyncio.get_running_loop()
    sparing = settings(
        max_examples=10,
        stateful_step_count=18,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, Ledger, settings=sparing)
