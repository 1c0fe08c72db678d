"""The whole house, as `make run` starts it: web server, worker, Rasa and PostgreSQL, spoken to over HTTP."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.demo import play
from bot.demo.story import STORY
from tests.house.standing import Standing, alive, letter, new_sid, soon, standing
from tests.processes import opened

NOBODY_SAYS_THIS = """
om@whatsapp[en] +919876500021 is the farmer
om > hello
om < Namaste
om > what is the price of gold
om < Gold is at
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing(tmp_path_factory.mktemp("house")) as house:
        yield house


def join(house: Standing, phone: str) -> None:
    for words in ("hello", "1", "Asha Rani", "142001", "1"):
        house.hear(phone, words)
    assert "Asha" in house.hear(phone, "yes")


def test_it_is_ready_with_its_database_and_its_language_model(house: Standing) -> None:
    ready = httpx.get(f"{house.url}/ready", timeout=10)
    assert ready.json() == {"database": "ready", "understanding": "rasa", "outside": "heard"}


def test_a_greeting_on_whatsapp_is_answered(house: Standing) -> None:
    """The answer has buttons, so it goes out through the carrier's REST, where the simulator stands."""
    number = "+919845011111"
    assert house.hear(f"whatsapp:{number}", "hi") == ""
    assert soon(lambda: letters_to(house, number) != [], 20)
    (letter,) = letters_to(house, number)
    assert "Namaste" in letter["text"]
    assert "English" in [row["title"] for row in letter["rows"]]


def test_a_farmer_sells_by_sms(house: Standing) -> None:
    phone = "+919845022222"
    join(house, phone)
    assert "From which day" in house.hear(phone, "i have 40 quintal gehun lying at home, who will take it")
    house.hear(phone, "tomorrow")
    assert "40 quintal" in house.hear(phone, "2500 per quintal")
    assert "Published" in house.hear(phone, "yes")
    assert "40 quintal" in house.hear(phone, "my listings")


def test_a_forged_message_changes_nothing(house: Standing) -> None:
    phone = "+919845033333"
    form = letter(phone, "hello")
    assert house.post(form, signature="Zm9yZ2Vk").status_code == 403
    assert house.post(form).status_code == 200


def test_in_the_story_of_the_demo_the_lot_goes_from_the_photo_to_the_money(house: Standing) -> None:
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


def test_the_demo_ends_where_an_answer_is_another(house: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(play, "PATIENCE", 3.0)
    with pytest.raises(play.NotAnswered, match="Gold is at"):
        play.tell(house, NOBODY_SAYS_THIS, lambda row: None, 160)


def test_a_killed_web_server_comes_back_and_repeats_its_answer(house: Standing) -> None:
    phone, sid = "+919845044444", new_sid()
    join(house, phone)
    first = house.hear(phone, "sell 12 quintal wheat", sid)
    web = house.child("web")
    web.kill()
    assert soon(lambda: "web server is started again" in house.said, 60)
    assert soon(lambda: answers(house), 120)
    assert house.child("web").pid != web.pid
    assert house.hear(phone, "sell 12 quintal wheat", sid) == first
    # The repeat was not heard a second time: the question it left open is the one that is answered now.
    assert "Which is nearest to you?" in house.hear(phone, "142001")


def letters_to(house: Standing, number: str) -> list[dict[str, Any]]:
    """What stands on the simulator's phone of this number, from the bot."""
    desk = httpx.get(f"{house.url}/simulator/phones", timeout=10).json()
    phones = {phone["id"] for phone in desk["phones"] if phone["number"] == number}
    return [each for each in desk["letters"] if each["phone"] in phones and each["direction"] != "to_bot"]


def answers(house: Standing) -> bool:
    """Somebody who has just come up takes messages before it understands them."""
    return opened(house.url)(house.folder)


def test_killed_or_stopped_it_leaves_nothing_behind(tmp_path: Path) -> None:
    with standing(tmp_path) as killed:
        postmaster = killed.postmaster
        ours = [each.pid for each in killed.children()]
        assert len(ours) >= 3
        killed.process.kill()
        killed.process.wait(10)
        assert soon(lambda: not any(alive(pid) for pid in ours), 20)
        assert alive(postmaster)

    with standing(tmp_path) as stopped:
        assert stopped.postmaster == postmaster
        ours = [each.pid for each in stopped.children()]
        assert len(ours) >= 3
        stopped.process.send_signal(signal.SIGINT)
        assert stopped.process.wait(60) == 0
        assert not any(alive(pid) for pid in (*ours, postmaster))
        assert stopped.said.endswith("stopped\n")
