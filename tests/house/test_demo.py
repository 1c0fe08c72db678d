"""The story that `make demo` tells, told once to the real processes."""

import pytest

from bot.demo import play
from bot.demo.story import STORY
from tests.house.standing import Standing

NOBODY_SAYS_THIS = """
om@whatsapp[en] +919876500021 is the farmer
om > hello
om < Namaste
om > what is the price of gold
om < Gold is at
"""


def test_the_lot_goes_from_the_photo_to_the_money(house: Standing) -> None:
    rows: list[str] = []
    page = play.tell(house, STORY.read_text("utf-8"), rows.append, 160)
    *_, farmer, fees, rest, manjula, rakesh, prakash, raju = rows
    assert farmer.startswith("Manjula got ₹13,440, under the bank's number ")
    assert fees == "Fees: none for the farmer, ₹268.80 for the buyer, who paid ₹13,708.80."
    assert rest.startswith("₹571.20 of what the buyer had paid in")
    for person in (manjula, rakesh):
        assert "SMS" not in person
    for person in (prakash, raju):
        assert "SMS segments written" in person
    assert all(row in page for row in (farmer, fees, manjula, rakesh, prakash, raju))
    # what was never asked for is shown too, as what it is
    assert any("[photo, 960×720 JPEG]" in row for row in rows)
    assert "[picture, " in "".join(rows)


def test_it_ends_where_an_answer_is_another(house: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(play, "PATIENCE", 3.0)
    with pytest.raises(play.NotAnswered, match="Gold is at"):
        play.tell(house, NOBODY_SAYS_THIS, lambda row: None, 160)
