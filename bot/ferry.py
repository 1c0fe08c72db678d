"""Many small writes, few transactions: who comes while a ferry is on the water takes the next, with everybody else."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy.exc import DataError, IntegrityError

Load = TypeVar("Load")
Receipt = TypeVar("Receipt")


class Ferry(Generic[Load, Receipt]):
    """`cross` writes some loads of one tenant in one transaction, and returns a receipt for each, in their order.

    Nobody waits for company: who finds the ferry at the bank crosses alone.
    """

    def __init__(self, cross: Callable[[int, Sequence[Load]], Awaitable[Sequence[Receipt]]]) -> None:
        self._cross = cross
        self._waiting: dict[int, list[tuple[Load, asyncio.Future[Receipt]]]] = {}
        self._on_the_water: dict[int, asyncio.Task[None]] = {}

    async def carry(self, tenant: int, load: Load) -> Receipt:
        """Returns when it is over there; raises what that crossing failed with."""
        receipt: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(tenant, []).append((load, receipt))
        if tenant not in self._on_the_water:
            self._on_the_water[tenant] = asyncio.create_task(self._go(tenant))
        return await receipt

    async def _go(self, tenant: int) -> None:
        try:
            while aboard := self._waiting.pop(tenant, None):
                await self._over(tenant, aboard)
        finally:
            del self._on_the_water[tenant]

    async def _over(self, tenant: int, aboard: Sequence[tuple[Load, asyncio.Future[Receipt]]]) -> None:
        try:
            written = await self._cross(tenant, [load for load, _ in aboard])
        except (DataError, IntegrityError) as fault:
            if len(aboard) == 1:
                _hand_back(aboard, fault)
            else:  # the load of one of them: the others have done nothing wrong
                for each in aboard:
                    await self._over(tenant, [each])
        except Exception as fault:
            _hand_back(aboard, fault)
        else:
            for (_, receipt), paper in zip(aboard, written, strict=True):
                if not receipt.done():  # who has gone away asks for none
                    receipt.set_result(paper)


def _hand_back(aboard: Sequence[tuple[Load, asyncio.Future[Receipt]]], fault: Exception) -> None:
    for _, receipt in aboard:
        if not receipt.done():
            receipt.set_exception(fault)
