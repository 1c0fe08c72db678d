"""However a phone or a keyboard writes it, the same message reads the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.normalise import clean, normalise, shape

#: The ten scripts' own digits for 1250, and the full-width ones.
DIGITS = ["१२५०", "১২৫০", "੧੨੫੦", "૧૨૫૦", "୧୨୫୦", "௧௨௫௦", "౧౨౫౦", "೧೨೫೦", "൧൨൫൦", "1250", "１２５０", "۱۲۵۰"]

SAME = [
    ("गेहूँ", "गेहूं", "a moon dot is a dot"),
    ("पन्द्रह", "पंद्रह", "a nasal before its own kind of consonant"),
    ("क्या", "क्‍या", "an invisible joiner"),
    ("ಕ್ವಿಂಟಲ್ಗೆ", "ಕ್ವಿಂಟಲ್‌ಗೆ", "an invisible non-joiner"),
    ("साढ़े", "साढ़े", "one letter or letter and dot"),
    ("साढे", "साढ़े", "the dot left out"),
    ("ൻ", "ന്‍", "a Malayalam chillu old and new"),
    ("12 qtl", "12qtl", "glued unit"),
    ("12.5 टन", "12.5टन", "glued unit after a decimal"),
    ("12.5 ton", "12½ ton", "a half written as a sign"),
    ("0.75 ton", "¾ ton", "three quarters as a sign"),
    ("125000", "1,25,000", "Indian grouping"),
    ("1250 kg", "1,250 kg", "Western grouping"),
    ("2500 ₹", "2500/-", "the shopkeeper's dash"),
    ("₹ 2500 / q", "₹2500/q", "price and unit glued"),
    ("parali hai dam kya", "Parali hai।dam kya?", "a danda between sentences"),
    ("don't", "don’t", "a curly apostrophe"),
    ("12 - 15 ton", "12–15 ton", "a long dash"),
    ("hello", "he\u200bl\u2060lo\ufeff", "zero-width characters"),
    ("hello", "\u202ehello\u202c", "right-to-left override"),
    ("12 ton", "12\x00\x07 ton\x1b", "control characters"),
    ("zalgo", "Z̷̡a̴l̸g̷o", "zalgo"),
    ("cafe", "café", "an accent"),
    ("210", "௨௱௰", "Tamil two hundreds and a ten"),
    ("12 ton", "１２ ｔｏｎ", "full width"),
    ("12 ton", "12\u00a0ton", "a non-breaking space"),
]


@pytest.mark.parametrize("digits", DIGITS)
def test_digits_of_every_script_are_digits(digits: str) -> None:
    assert normalise(f"{digits} kg") == "1250 kg"


@pytest.mark.parametrize(("one", "other", "why"), SAME, ids=[why for _, _, why in SAME])
def test_two_ways_to_write_the_same(one: str, other: str, why: str) -> None:
    assert normalise(one) == normalise(other)


def test_what_differs_stays_different() -> None:
    assert normalise("सात") != normalise("साठ")
    assert normalise("12.5 ton") != normalise("125 ton")
    assert normalise("2.500") != normalise("2500")


def test_a_name_keeps_its_spelling() -> None:
    assert clean(" Gurpreet  Singh ") == "Gurpreet Singh"
    assert clean("लुधियाना") == "लुधियाना"
    assert clean("काँगड़ा") != "कांगडा"


def test_the_shape_forgets_which_number_it_was() -> None:
    assert shape(normalise("12 ton @ 2500")) == shape(normalise("15 ton @ 2,700"))
    assert shape(normalise("12 ton")) != shape(normalise("ton"))


def test_a_code_of_the_market_stays_whole() -> None:
    assert normalise("cancel L7QK2M") == "cancel l7qk2m"


@given(st.text(max_size=300))
def test_normalising_again_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text(max_size=300))
def test_cleaning_again_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(st.text(max_size=300))
def test_nothing_unseen_is_left(text: str) -> None:
    assert not {unicodedata.category(letter) for letter in clean(text)} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
