"""What a dispute is about, told from an agent's few words."""

import pytest

from flows.wrong import about_weight, reason_of


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("40kg short", "weight"),
        ("wazan kam nikla", "weight"),
        ("wet inside, grade C", "quality"),
        ("cash not paid", "payment"),
        ("cart did not come", "not_delivered"),
        ("maal nahi aaya", "not_delivered"),
        ("nothing to add", "other"),
        ("kaam theek hai", "other"),
        ("bags torn", "other"),
        ("paise kam mile", "payment"),
        ("वज़न कम निकला", "weight"),
        ("ਵਜ਼ਨ ਗਲਤ ਹੈ", "weight"),
        ("ತೂಕದಲ್ಲಿ ತಪ್ಪಿದೆ", "weight"),
        ("തൂക്കം തെറ്റാണ്", "weight"),
        ("எடை தவறு", "weight"),
    ],
)
def test_reasons_are_told_by_whole_words(said: str, reason: str) -> None:
    assert reason_of(said) == reason


@pytest.mark.parametrize("said", ["weightless words", "it is short", "पैसे कम मिले", "stole my bags"])
def test_what_only_sounds_like_a_weight_is_none(said: str) -> None:
    assert not about_weight(said)
