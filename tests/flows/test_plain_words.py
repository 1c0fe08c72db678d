"""Words about a list, in ten languages and in both letters; what only looks like one of them is none."""

import pytest

from flows.heard import Heard
from flows.plain_words import FORMS, ORDINALS, kilometres, nth, says
from nlu.understanding import Understanding

FIRST = [
    "first",
    "pehla",
    "पहला",
    "ಮೊದಲನೆಯದು",
    "modalaneyadu",
    "ਪਹਿਲਾ",
    "पहिला",
    "మొదటిది",
    "முதல்",
    "প্রথমটা",
    "પહેલું",
    "ആദ്യത്തെ",
]
THIRD = [
    "third",
    "teesra",
    "तीसरा",
    "ಮೂರನೆಯದು",
    "moorane",
    "ਤੀਜਾ",
    "तिसरा",
    "మూడోది",
    "மூன்றாவது",
    "তৃতীয়টা",
    "ત્રીજું",
    "മൂന്നാമത്തെ",
]
CHEAPEST = ["cheapest", "sasta", "सस्ता", "ಅಗ್ಗದ್ದು", "agga", "ਸਸਤਾ", "स्वस्त", "చౌకైనది", "மலிவான", "সস্তা", "સસ્તું"]
BELOW = [
    "below 150",
    "150 se kam",
    "150 se km",
    "१५० से कम",
    "150ಕ್ಕಿಂತ ಕಡಿಮೆ",
    "150 ਤੋਂ ਘੱਟ",
    "१५० पेक्षा कमी",
    "150 కంటే తక్కువ",
    "150க்கு கீழ்",
    "১৫০ এর কম",
    "150 થી ઓછા",
    "150 ൽ താഴെ",
]
FIFTY_KM = [
    "only within 50km",
    "50 kilometres",
    "50 km ke andar",
    "५० किमी के अंदर",
    "50 कि.मी.",
    "50 ಕಿ.ಮೀ ಒಳಗೆ",
    "50 ਕਿਲੋਮੀਟਰ",
    "50 కిమీ లోపల",
    "50 கி.மீ",
    "৫০ কিমি",
    "50 કિમી",
    "50 കിലോമീറ്റർ",
]


@pytest.mark.parametrize(("n", "word"), [(1, each) for each in FIRST] + [(3, each) for each in THIRD])
def test_which_of_the_list(n: int, word: str) -> None:
    assert nth(f"{word} please") == n


@pytest.mark.parametrize("word", CHEAPEST)
def test_the_cheapest(word: str) -> None:
    assert says(word, "cheapest") and not says(word, "nearest") and nth(word) is None


@pytest.mark.parametrize("said", BELOW)
def test_no_more_than_that(said: str) -> None:
    assert says(said, "below") and kilometres(Heard(said)) is None


@pytest.mark.parametrize("said", FIFTY_KM)
def test_no_farther_than_that(said: str) -> None:
    assert kilometres(Heard(said)) == 50


def test_kilometres_in_words_are_those_that_were_understood() -> None:
    assert kilometres(Heard("fifty km", Understanding("inform", 1.0, values={"number": 50}))) == 50
    assert kilometres(Heard("pachas rupaye", Understanding("inform", 1.0, values={"number": 50}))) is None


def test_a_quantity_or_a_crop_says_nothing_about_the_list() -> None:
    for said in ("10 ton", "12 टन पराली", "paddy straw", "haan", "menu"):
        assert nth(said) is None and not any(says(said, each) for each in FORMS), said


def test_every_ordinal_has_its_words() -> None:
    assert {str(n) for n in ORDINALS} < set(FORMS)
