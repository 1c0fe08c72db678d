"""What a mouth is given to say."""

from datetime import date
from decimal import Decimal

import pytest

from bot.speech import counting
from bot.speech.spoken import spoken
from flows.languages import LANGUAGES
from flows.say import msg
from flows.words import words_of
from nlu.normalise import clean, words
from nlu.values.message import Message
from nlu.values.numerals import numeral_at

ALL = sorted(LANGUAGES)
NUMBERS = (
    *range(1, 100),
    *range(100, 1000, 37),
    1000,
    1001,
    1250,
    2450,
    3000,
    5000,
    5100,
    10000,
    12500,
    99999,
)
#: Thousands grown together with a number of two words: people say them, our ears do not read them yet.
UNREAD = {"ta": {99999, 123456}, "ml": {123456}}
LARGE = (100000, 123456, 250000, 1500000, 10000000, 23400000)


def understood(text: str, language: str) -> float | None:
    """What our own ears make of it: they were built from other word lists than the mouth."""
    message = Message(tuple(words(clean(text))), date(2026, 11, 22), language, "choice", False, 0)
    heard = numeral_at(message, 0)
    return heard.value if heard and heard.end == len(message.words) else None


@pytest.mark.parametrize("language", ALL)
def test_numbers_are_said_as_our_own_ears_understand_them(language: str) -> None:
    wrong = [
        (number, counting.said(number, language), understood(counting.said(number, language), language))
        for number in (*NUMBERS, *LARGE)
        if understood(counting.said(number, language), language) != number
        and number not in UNREAD.get(language, ())
    ]
    assert wrong == []


@pytest.mark.parametrize("language", ALL)
def test_halves_are_said_as_on_the_market(language: str) -> None:
    halves = [Decimal("1.5"), Decimal("2.5"), Decimal("7.5"), Decimal("12.5")]
    assert [understood(counting.said(half, language), language) for half in halves] == [1.5, 2.5, 7.5, 12.5]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "two thousand four hundred fifty rupees a quintal."),
        ("hi", "दो हज़ार चार सौ पचास रुपये क्विंटल।"),
        ("kn", "ಎರಡು ಸಾವಿರದ ನಾನೂರ ಐವತ್ತು ರೂಪಾಯಿ ಕ್ವಿಂಟಲ್\u200cಗೆ."),
    ],
)
def test_a_price_is_said_in_words(language: str, said: str) -> None:
    price = words_of(language, "native")(msg("{price:rate}", price={"paise": 245000, "per": "quintal"}))
    assert spoken(price, language) == said


@pytest.mark.parametrize("language", ALL)
def test_no_digit_and_no_sign_reaches_a_voice(language: str) -> None:
    say = words_of(language, "native")
    written = "\n".join(
        [
            "✅ 🌾",
            say(msg("{day:day}, {money:money}", day="2026-05-02", money=12345650)),
            "- *BK7Q2M* 12–15 % | 9:30 +91 98765 43210, 560001 १२",
        ]
    )
    said = spoken(written, language)
    assert not any(char.isdigit() or char in "₹%*|🌾✅–+" for char in said)
    assert said == " ".join(said.split())


def test_codes_are_spelt_and_pincodes_read_digit_by_digit() -> None:
    assert (
        spoken("Booking BK7Q2M, 560001", "en")
        == "Booking B, K, seven, Q, two, M,, five six zero zero zero one."
    )


def test_a_year_is_a_number_and_a_code_of_four_digits_is_not() -> None:
    assert spoken("2026 4721", "en") == "two thousand twenty-six four seven two one."


def test_short_names_of_days_and_months_are_said_whole() -> None:
    assert spoken("Sat 2 May, 9:30", "en") == "Saturday two May, nine thirty."
    assert spoken("May I help?", "en") == "May I help?"


def test_addresses_are_not_read_out() -> None:
    assert spoken("See https://example.org/a?b=1 there", "en") == "See there."


def test_every_line_ends() -> None:
    assert spoken("नमस्ते\n\n1 हाँ\n2 नहीं", "hi") == "नमस्ते। एक हाँ। दो नहीं।"
