"""What is said in the reply to a webhook never overtakes what still waits in the outbox."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from bot import turn
from bot.message import Address
from bot.turn import Office
from marketplace_core.desk import open_desk
from marketplace_core.seed import TENANT
from tests.bot.test_turn import join, number, said
from tests.conftest import NOW

BALA = Address("whatsapp", "whatsapp:+919876500077", "+919876500077")
WAITING = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')"


async def put(office: Office, change: str) -> None:
    async with open_desk(office.engine, TENANT, NOW) as desk:
        await desk.db.execute(text(f"UPDATE outbox SET {change}"), {"later": NOW + timedelta(hours=1)})


async def in_the_reply(office: Office) -> bool:
    """Asks for an amount, which has no choices and so fits into the reply."""
    answer = await turn.take(office, said("sell wheat", BALA))
    return answer.text is not None


@pytest.fixture
async def bala(office: Office) -> None:
    """Has been shown the menu, with its choices, through the outbox."""
    await join(office, BALA, "Bala")
    assert (await turn.take(office, said("menu", BALA))).text is None
    assert await number(office.engine, WAITING) == 1


@pytest.mark.parametrize("change", ["state = 'queued'", "state = 'sending'"])
async def test_an_answer_waits_in_line_behind_one_that_has_not_left(
    office: Office,
    bala: None,
    change: str,
) -> None:
    await put(office, change)
    assert not await in_the_reply(office)
    assert await number(office.engine, WAITING) == 2
    assert await number(office.engine, "SELECT count(*) FROM inbound WHERE answer IS NOT NULL") == 0


@pytest.mark.parametrize("change", ["state = 'sent'", "due_at = :later"])
async def test_it_does_not_wait_for_what_has_left_or_comes_much_later(
    office: Office,
    bala: None,
    change: str,
) -> None:
    await put(office, change)
    assert await in_the_reply(office)


async def test_nobody_waits_behind_what_goes_to_another_address(office: Office, bala: None) -> None:
    await put(office, "recipient = 'whatsapp:+919876500099'")
    assert await in_the_reply(office)
