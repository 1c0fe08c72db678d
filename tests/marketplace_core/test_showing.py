"""What is still to be paid, in which ways, and what a payer is shown."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from marketplace_core.bookings import queries as bookings
from marketplace_core.desk import Desk
from marketplace_core.errors import NotFound
from marketplace_core.escrow import commands as escrow
from marketplace_core.payments import commands as payments
from marketplace_core.payments import showing
from marketplace_core.payments.showing import Due
from marketplace_core.settings import market_settings
from tests.marketplace_core.money import DUE, deal


@pytest.fixture
def upi(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PAY_TO_VPA", "mandi@upi")
    market_settings.cache_clear()
    yield
    market_settings.cache_clear()


async def test_what_the_buyer_has_with_us_is_not_asked_for_again(desk: Desk) -> None:
    agreed = await deal(desk)
    booking = await bookings.known(desk, agreed.code)
    assert await showing.due(desk, booking) == Due(False, DUE)
    await escrow.pay_in(desk, uuid4(), buyer_id=agreed.buyer, paise=DUE - 100, subject="gift")
    assert await showing.due(desk, booking) == Due(False, 100)
    await escrow.pay_in(desk, uuid4(), buyer_id=agreed.buyer, paise=500, subject="gift")
    assert await showing.due(desk, booking) == Due(False, 0)
    await payments.from_balance(desk, payer_id=agreed.buyer, booking_code=agreed.code)
    assert await showing.due(desk, booking) == Due(True, 0)


async def test_a_sum_too_large_for_upi_goes_by_bank(desk: Desk, upi: None) -> None:
    assert await showing.ways(desk, 1_00_000_00) == ("upi", "bank")
    assert await showing.ways(desk, 1_00_000_01) == ("bank",)


async def test_what_to_tap_is_shown_to_the_payer_alone(desk: Desk, upi: None) -> None:
    agreed = await deal(desk)
    begun = await payments.begin(desk, payer_id=agreed.buyer, method="upi", booking_code=agreed.code)
    how = await showing.show(desk, payer_id=agreed.buyer, code=begun.code)
    assert how.link and f"tr={begun.code}" in how.link and "am=10200.00" in how.link
    with pytest.raises(NotFound):
        await showing.show(desk, payer_id=agreed.seller, code=begun.code)
