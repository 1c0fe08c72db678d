"""What is written at the same time crosses together, in order, and the fault of one is nobody else's."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy.exc import DataError, OperationalError

from bot.ferry import Ferry

BROKEN = DataError("INSERT", {}, ValueError("no such character"))
AWAY = OperationalError("INSERT", {}, OSError("the database is away"))


class Bank:
    """The far side: remembers who arrived together, and takes some time."""

    def __init__(self) -> None:
        self.crossings: list[tuple[int, list[str]]] = []

    async def cross(self, tenant: int, loads: Sequence[str]) -> Sequence[str]:
        await asyncio.sleep(0.01)
        if "broken" in loads:
            raise BROKEN
        if "away" in loads:
            raise AWAY
        self.crossings.append((tenant, list(loads)))
        return [load.upper() for load in loads]


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
def ferry(bank: Bank) -> Ferry[str, str]:
    return Ferry(bank.cross)


async def test_who_comes_while_it_is_under_way_takes_the_next_with_all_the_others(
    ferry: Ferry[str, str], bank: Bank
) -> None:
    async def later(load: str) -> str:
        await asyncio.sleep(0.005)
        return await ferry.carry(1, load)

    assert await asyncio.gather(ferry.carry(1, "a"), *map(later, "bcd")) == ["A", "B", "C", "D"]
    assert bank.crossings == [(1, ["a"]), (1, ["b", "c", "d"])]
    assert await ferry.carry(1, "e") == "E"


async def test_each_tenant_has_a_ferry_of_its_own(ferry: Ferry[str, str], bank: Bank) -> None:
    await asyncio.gather(*(ferry.carry(tenant, "a") for tenant in (1, 2, 1)))
    assert sorted(bank.crossings) == [(1, ["a", "a"]), (2, ["a"])]


async def test_a_load_that_cannot_be_written_comes_back_alone(ferry: Ferry[str, str], bank: Bank) -> None:
    ends = await asyncio.gather(
        *(ferry.carry(1, load) for load in ("a", "broken", "b")), return_exceptions=True
    )
    assert ends == ["A", BROKEN, "B"]
    assert bank.crossings == [(1, ["a"]), (1, ["b"])]


async def test_nobody_tries_alone_while_the_database_is_away(ferry: Ferry[str, str], bank: Bank) -> None:
    ends = await asyncio.gather(
        *(ferry.carry(1, load) for load in ("a", "away", "b")), return_exceptions=True
    )
    assert ends == [AWAY, AWAY, AWAY]
    assert await ferry.carry(1, "c") == "C"  # and it goes again afterwards


async def test_who_gives_up_waiting_holds_up_nobody(ferry: Ferry[str, str], bank: Bank) -> None:
    impatient, patient = (asyncio.create_task(ferry.carry(1, load)) for load in "ab")
    await asyncio.sleep(0.005)
    impatient.cancel()
    assert await patient == "B"
