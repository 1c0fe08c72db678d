"""A word that training never saw is read as the one it knows that is a slip away; words it knows stay."""

import pytest

from nlu.components.spelling import Spelling

KNOWN = Spelling(
    {"payment": 40, "parali": 90, "bechna": 30, "bechne": 50, "खरीदना": 60, "kitna": 60, "mandya": 1}
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("paymnt", "payment"),  # a letter lost
        ("paymment", "payment"),  # one too many
        ("paymenr", "payment"),  # the key beside it
        ("paymnet", "payment"),  # two that changed places
        ("praali", "parali"),
        ("खरदना", "खरीदना"),
    ],
)
def test_a_slip_is_put_right(written: str, read: str) -> None:
    assert KNOWN.mended(written) == read


@pytest.mark.parametrize(
    "written",
    [
        "bechna",  # known, though bechne is said more often
        "kita",  # too short to tell
        "qarali",  # the first letter is never the slip
        "pmet",  # more than one slip
        "mandyaa",  # a letter away from a word too rare to be meant
        "",
    ],
)
def test_what_may_be_another_word_stays(written: str) -> None:
    assert KNOWN.mended(written) == written


def test_of_two_words_a_slip_away_the_usual_one_is_meant() -> None:
    assert KNOWN.mended("bechnx") == "bechne"


def test_words_are_counted_once_a_sentence() -> None:
    assert Spelling.of(["ram ram", "ram ram ji"]).times == {"ram": 2, "ji": 1}
