"""What a dispute is about, told from an agent's few words."""

import pytest

from flows.shortcodes.trade import reason_of


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
    ],
)
def test_reasons_are_told_by_whole_words(said: str, reason: str) -> None:
    assert reason_of(said) == reason
