"""What ears are told to expect, and when people may be rung: pure rules of a call."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.carriers.twilio.twiml import hints_line
from bot.hints import hints, number_of
from bot.missed_calls import by_day
from bot.office_hours import OfficeLine
from flows.languages import LANGUAGES

KOLKATA = ZoneInfo("Asia/Kolkata")
ASKED = (None, "yes_no", "choice", "commodity", "quantity", "price", "date", "place", "name", "text")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_words_for_every_question(language: str) -> None:
    always = set(hints("text", (), language))
    assert always
    for asked in ("yes_no", "commodity", "quantity", "price", "date"):
        assert len(set(hints(asked, (), language)) - always) >= 10
    for asked in ASKED:
        said = hints_line(hints(asked, ("1, 2",), language)).split(",")
        assert said[0] == "1 2"
        assert len(said) <= 500 and all(0 < len(each) <= 100 for each in said)


@pytest.mark.parametrize("language", sorted(LANGUAGES.keys() - {"en"}))
def test_hints_are_in_the_letters_that_the_ears_write(language: str) -> None:
    for asked in ("yes_no", "quantity", "price", "date"):
        assert not [hint for hint in hints(asked, (), language) if hint.isascii()]


@pytest.mark.parametrize(
    ("words", "language", "number"),
    [
        ("दो", "hi", 2),
        ("दो।", "hi", 2),
        ("Two.", "en", 2),
        ("ಮೂರು", "kn", 3),
        ("ਇੱਕ", "pa", 1),
        ("दो टन", "hi", None),
        ("बारह", "hi", None),
        ("", "hi", None),
        ("two", "hi", None),
    ],
)
def test_a_small_number_alone_is_a_key(words: str, language: str, number: int | None) -> None:
    assert number_of(words, language) == number


@pytest.mark.parametrize(
    ("rang", "due"),
    [("20 07:59", "20 08:00"), ("20 08:00", "20 08:00"), ("20 20:29", "20 20:29"), ("20 20:30", "21 08:00"),
     ("20 23:59", "21 08:00"), ("30 22:00", "01 08:00"), ("20 00:00", "20 08:00")],
)  # fmt: skip
def test_nobody_is_rung_at_night(rang: str, due: str) -> None:
    moment = datetime.strptime(f"2026-11-{rang}", "%Y-%m-%d %H:%M").replace(tzinfo=KOLKATA)
    assert by_day(moment).strftime("%d %H:%M") == due


@pytest.mark.parametrize(
    ("moment", "opened"),
    [((2026, 11, 20, 10, 0), True), ((2026, 11, 20, 17, 59), True), ((2026, 11, 20, 18, 0), False),
     ((2026, 11, 20, 9, 59), False), ((2026, 11, 22, 12, 0), False)],
)  # fmt: skip
def test_the_office_is_open_on_six_days(moment: tuple[int, int, int, int, int], opened: bool) -> None:
    at = datetime(*moment, tzinfo=KOLKATA)
    assert OfficeLine("+911", 10, 18).open(at) is opened
    assert OfficeLine("", 10, 18).open(at) is False


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-20T09:59", "2026-11-20T10:00"),  # Friday, an hour too early
        ("2026-11-20T10:00", None),
        ("2026-11-20T18:00", "2026-11-21T10:00"),
        ("2026-11-21T20:00", "2026-11-23T10:00"),  # Saturday evening: nobody works on Sunday
        ("2026-11-22T12:00", "2026-11-23T10:00"),
    ],
)
def test_a_closed_office_says_when_it_opens(at: str, opens: str | None) -> None:
    moment = datetime.fromisoformat(f"{at}+05:30")
    known = datetime.fromisoformat(f"{opens}+05:30") if opens else None
    assert OfficeLine("", 10, 18).opens(moment) == known
