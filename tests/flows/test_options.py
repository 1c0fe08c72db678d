"""From what is tapped or typed to the choice that was meant."""

import pytest

from flows.options import named, tapped
from flows.say import Option, label
from flows.words import words_of

OPTIONS = tuple(Option(word.lower(), label(word)) for word in ("Yes", "No", "Menu"))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("1", "yes"), ("2", "no"), (" 3. ", "menu"), ("२", "no"), ("೩", "menu"), ("1️⃣", "yes"), ("01", "yes"),
        ("yes", "yes"), ("MENU", "menu"), ("No!", "no"),
        ("0", None), ("4", None), ("00012", None), ("1" * 5000, None), ("", None), ("...", None), ("yes please", None),
    ],
)  # fmt: skip
def test_by_number_in_any_script_or_by_label(said: str, meant: str | None) -> None:
    found = named(said, OPTIONS, words_of("en", "native"))
    assert (found.id if found else None) == meant


@pytest.mark.parametrize(
    ("payload", "meant"),
    [
        ("7:no", "no"),
        ("6:no", None),
        ("7:elsewhere", None),
        ("7:", None),
        ("", None),
        (":::", None),
        ("７:no", None),
    ],
)
def test_a_tap_counts_only_on_the_question_it_stood_under(payload: str, meant: str | None) -> None:
    found = tapped(payload, OPTIONS, serial=7)
    assert (found.id if found else None) == meant
