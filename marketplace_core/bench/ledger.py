"""How many transfers a second the ledger takes, beside plain inserts in the same run.

Every transfer is a transaction of its own, as it is when messages and payments come in.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from time import perf_counter
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.bench import Row, percentile
from marketplace_core.desk import Desk, open_desk
from marketplace_core.events import record
from marketplace_core.ledger import commands as ledger
from marketplace_core.ledger.commands import Name, house
from marketplace_core.ledger.proof import broken
from marketplace_core.seed import TENANT

ACCOUNTS = 1_000
TIMES = 2_000
AT_ONCE = 16

#: The nth of them, in a transaction of its own.
Deed = Callable[[Desk, int], Awaitable[object]]


async def _per_second(engine: AsyncEngine, deed: Deed) -> tuple[float, float, float]:
    """Deeds a second, p50 and p95 of one in milliseconds."""
    took: list[float] = []

    async def lane(first: int) -> None:
        for nth in range(first, TIMES, AT_ONCE):
            began = perf_counter()
            async with open_desk(engine, TENANT, datetime.now(UTC)) as desk:
                await deed(desk, nth)
            took.append(perf_counter() - began)

    began = perf_counter()
    await asyncio.gather(*map(lane, range(AT_ONCE)))
    rate = TIMES / (perf_counter() - began)
    return rate, 1000 * percentile(took, 0.5), 1000 * percentile(took, 0.95)


async def measure(engine: AsyncEngine) -> Sequence[Row]:
    async with open_desk(engine, TENANT, datetime.now(UTC)) as desk:
        people = await ledger.open_accounts(desk, *(Name("buyer", uuid4()) for _ in range(ACCOUNTS)))
        banks = await ledger.open_accounts(desk, *(Name("bank", None, stripe) for stripe in range(16)))
        fees = await ledger.open_accounts(desk, *(Name("fees", None, stripe) for stripe in range(16)))

    def from_bank(nth: int) -> UUID:
        return banks[house("bank", str(nth)).stripe]

    async def insert(desk: Desk, nth: int) -> None:
        await record(desk, "bench.insert", str(nth), {"paise": 100})

    async def pay(desk: Desk, debit: UUID, credit: UUID) -> None:
        await ledger.transfer(
            desk, uuid4(), debit=debit, credit=credit, paise=100, why="bench", subject="bench"
        )

    async def pay_in(desk: Desk, nth: int) -> None:
        await pay(desk, from_bank(nth), people[nth % ACCOUNTS])

    async def between(desk: Desk, nth: int) -> None:
        await pay(desk, people[nth % ACCOUNTS], people[(nth * 7 + 1) % ACCOUNTS])

    async def one_row(desk: Desk, nth: int) -> None:
        await pay(desk, from_bank(nth), fees[0])

    async def striped(desk: Desk, nth: int) -> None:
        await pay(desk, from_bank(nth), fees[house("fees", str(nth)).stripe])

    deeds: dict[str, Deed] = {
        "plain inserts": insert,
        "ledger: paid in, many accounts": pay_in,
        "ledger: between many accounts": between,
        "ledger: into one hot row": one_row,
        "ledger: into one hot account of 16 rows": striped,
    }
    rows, plain = [], 0.0
    for what, deed in deeds.items():
        rate, p50, p95 = await _per_second(engine, deed)
        plain = plain or rate
        figures = (
            f"{rate:6.0f} /s",
            f"p50 {p50:5.1f} ms",
            f"p95 {p95:5.1f} ms",
            f"{rate / plain:.2f} of plain",
        )
        rows.append(Row(what, figures))
    async with open_desk(engine, TENANT, datetime.now(UTC)) as desk:
        assert await broken(desk) == {}, "the books do not add up"
    return rows
