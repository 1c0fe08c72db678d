"""What is still to be paid, in which ways, and what a payer is shown."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

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
def upi(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.setenv("PAY_TO_VPA", "mandi@upi")
    monkeypatch.setenv("MEDIA_FOLDER", str(tmp_path / "media"))
    market_settings.cache_clear()
    yield tmp_path / "media"
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


async def test_a_sum_too_large_for_upi_goes_by_bank(desk: Desk, upi: Path) -> None:
    assert await showing.ways(desk, 1_00_000_00) == ("upi", "bank")
    assert await showing.ways(desk, 1_00_000_01) == ("bank",)


async def test_the_picture_of_the_link_lies_in_the_store_for_its_payer_alone(desk: Desk, upi: Path) -> None:
    agreed = await deal(desk)
    begun = await payments.begin(desk, payer_id=agreed.buyer, method="upi", booking_code=agreed.code)
    shown = await showing.show(desk, payer_id=agreed.buyer, code=begun.code)
    assert shown.how.link and f"tr={begun.code}" in shown.how.link and "am=10200.00" in shown.how.link
    assert shown.picture
    assert Image.open(upi / shown.picture).format == "PNG"
    with pytest.raises(NotFound):
        await showing.show(desk, payer_id=agreed.seller, code=begun.code)


@pytest.fixture
def no_store(upi: Path) -> None:
    upi.write_text("a file where the folder should be")


async def test_without_a_store_the_link_is_shown_all_the_same(desk: Desk, no_store: None) -> None:
    agreed = await deal(desk)
    begun = await payments.begin(desk, payer_id=agreed.buyer, method="upi", booking_code=agreed.code)
    shown = await showing.show(desk, payer_id=agreed.buyer, code=begun.code)
    assert (shown.picture, bool(shown.how.link)) == (None, True)
