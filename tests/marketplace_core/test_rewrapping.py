"""A new master key takes over everything that is sealed, in every room and for every tenant."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.db.tables import metadata
from marketplace_core.desk import open_desk
from marketplace_core.kyc import commands as kyc
from marketplace_core.payouts import destinations
from marketplace_core.payouts.rules import bank_account
from marketplace_core.privacy import commands as privacy
from marketplace_core.privacy.transitions import GRACE, WARNING
from marketplace_core.rewrapping import SEALED, rewrap_everything
from marketplace_core.seed import TENANT
from marketplace_core.vault import Vault
from tests.conftest import NOW
from tests.marketplace_core.money import VAULT, operator
from tests.marketplace_core.people import farmer

BOTH = Vault({"k2": b"2" * 32, "k1": b"1" * 32}, b"p" * 32)
ONLY_NEW = Vault({"k2": b"2" * 32}, b"p" * 32)


def test_every_table_with_something_sealed_takes_part() -> None:
    assert {table.name for table in SEALED} == {
        table.name for table in metadata.tables.values() if "sealed" in table.c
    }


@pytest.mark.usefixtures("clean")
async def test_a_new_master_key_takes_over(engine: AsyncEngine) -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        me, meera = await farmer(desk), await operator(desk)
        shown = {"person_id": me, "media_key": "p"}
        pan = await kyc.show(desk, VAULT, kind="pan", number="ABCPE1234F", **shown)
        await kyc.show(desk, VAULT, kind="aadhaar", number="234567890124", **shown)
        account = bank_account("50100012345678", "HDFC0001234")
        there = await destinations.name(desk, VAULT, actor_id=me, person_id=me, account=account)
    assert await rewrap_everything(engine, NOW, BOTH) == 2
    assert await rewrap_everything(engine, NOW, BOTH) == 0
    async with open_desk(engine, TENANT, NOW) as desk:
        assert await kyc.read_number(desk, ONLY_NEW, operator_id=meera, document_id=pan) == "ABCPE1234F"
        clear = await destinations.read(desk, ONLY_NEW, operator_id=meera, destination_id=there.id)
        assert clear == account


@pytest.mark.usefixtures("clean")
async def test_what_was_erased_holds_up_no_change_of_keys(engine: AsyncEngine) -> None:
    """Of an erased destination the row stays, with nothing in it that any key could open."""
    async with open_desk(engine, TENANT, NOW) as desk:
        me = await farmer(desk)
        account = bank_account("50100012345678", "HDFC0001234")
        await destinations.name(desk, VAULT, actor_id=me, person_id=me, account=account)
        await privacy.ask_deletion(desk, me, actor_id=me)
    for days, forgotten in ((GRACE - WARNING, 0), (GRACE, 1)):
        async with open_desk(engine, TENANT, NOW + days) as desk:
            await privacy.warn_before_erasing(desk)
            assert await privacy.erase_due(desk) == forgotten
    assert await rewrap_everything(engine, NOW, BOTH) == 0
