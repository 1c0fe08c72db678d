"""Numbers, money, dates and names as farmers of each language read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.languages import LANGUAGES
from flows.say import Say, count, label, msg, verbatim
from flows.words import Words, words_of

EVERY = [(language.code, script) for language in LANGUAGES.values() for script in language.scripts]


@pytest.mark.parametrize(
    ("paise", "shown"),
    [(0, "₹0"), (50, "₹0.50"), (100, "₹1"), (250_000, "₹2,500"), (12_345_678_900, "₹12,34,56,789")],
)
@pytest.mark.parametrize(("language", "script"), EVERY)
def test_money_is_grouped_the_indian_way_in_every_language(
    language: str, script: str, paise: int, shown: str
) -> None:
    words = Words(language, script)  # type: ignore[arg-type]
    assert words(msg("{sum:money}", sum=paise)) == shown


@pytest.mark.parametrize(
    ("mass", "shown"),
    [
        ({"kg": 12_000, "unit": "t"}, "12 tonnes"),
        ({"kg": 1_000, "unit": "t"}, "1 tonne"),
        ({"kg": 1_500, "unit": "t"}, "1.5 tonnes"),
        ({"kg": 250, "unit": "quintal"}, "2.5 quintals"),
        ({"kg": 125_000, "unit": "kg"}, "1,25,000 kilograms"),
    ],
)
def test_a_quantity_is_said_in_the_unit_that_was_spoken(mass: dict[str, object], shown: str) -> None:
    assert words_of("en", "native")(msg("{m:mass}", m=mass)) == shown


@pytest.mark.parametrize(
    ("language", "script", "shown"),
    [
        ("en", "native", "Sat 21 Nov"),
        ("hi", "native", "शनि 21 नव॰"),
        ("hi", "latin", "Sat 21 Nov"),
        ("kn", "native", "ಶನಿ 21 ನವೆಂ"),
        ("kn", "latin", "Sat 21 Nov"),
    ],
)
def test_a_day_names_its_weekday(language: str, script: str, shown: str) -> None:
    words = Words(language, script)  # type: ignore[arg-type]
    assert words(msg("{d:day}", d="2026-11-21")) == shown


def test_a_rate_says_per_what() -> None:
    assert (
        words_of("en", "native")(msg("{p:rate}", p={"paise": 25_000, "per": "quintal"})) == "₹250 a quintal"
    )


def test_a_place_says_its_village_its_district_and_its_pincode() -> None:
    moga = {"pincode": "142001", "village": "Duneke", "district": "Moga"}
    assert words_of("en", "native")(msg("{p:place}", p=moga)) == "Duneke, Moga 142001"
    assert words_of("en", "native")(msg("{p:place}", p=moga | {"village": None})) == "Moga 142001"


def test_what_a_person_wrote_is_never_read_as_a_template() -> None:
    words = words_of("en", "native")
    assert words(verbatim("{name.__class__} %s {0}")) == "{name.__class__} %s {0}"
    assert words(msg("You have joined, {name}.", name="{evil}")) == "You have joined, {evil}."


def test_one_and_many() -> None:
    words = words_of("en", "native")
    assert words(count("{n} photo", "{n} photos", 1)) == "1 photo"
    assert words(count("{n} photo", "{n} photos", 3)) == "3 photos"


def test_an_unknown_language_is_answered_in_english() -> None:
    assert Words("xx", "native")(label("Yes")) == "Yes"


@given(st.integers(min_value=0, max_value=10**15))
def test_no_number_is_ever_shown_in_native_digits_or_lost(paise: int) -> None:
    shown = words_of("kn", "native")(msg("{sum:money}", sum=paise))
    assert round(float(shown.removeprefix("₹").replace(",", "")) * 100) == pytest.approx(paise, abs=1)


@pytest.mark.parametrize(("language", "script"), EVERY)
def test_a_say_survives_the_journey_through_json(language: str, script: str) -> None:
    said = msg("{name:say}: {value:say}", name=msg("Quantity").to_json(), value=verbatim("x").to_json())
    words = Words(language, script)  # type: ignore[arg-type]
    assert words(Say.from_json(said.to_json())) == words(said)
