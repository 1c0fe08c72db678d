"""The figures of `make eval-nlu`, worked out by hand."""

import pytest

from nlu.evaluation.cases import Case, unseen
from nlu.evaluation.measures import auroc, calibration_error, false_alarms, macro_f1
from nlu.vocabulary import training_sentences


def test_macro_f1_counts_a_rare_intent_as_much_as_a_common_one() -> None:
    meant = ["sell", "sell", "sell", "stop"]
    assert macro_f1(meant, meant) == 1
    assert macro_f1(meant, ["sell", "sell", "sell", "sell"]) == pytest.approx((6 / 7 + 0) / 2)


def test_auroc_is_the_chance_that_ours_scores_above_a_foreign_one() -> None:
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1
    assert auroc([0.1, 0.2], [0.9, 0.8]) == 0
    assert auroc([0.5], [0.5]) == 0.5
    assert auroc([0.9, 0.3], [0.5]) == 0.5


def test_false_alarms_at_the_floor_that_keeps_ours() -> None:
    assert false_alarms([0.9] * 100, [0.95, 0.1, 0.2, 0.3]) == 0.25


def test_calibration_error_is_none_when_confidence_is_the_share_that_is_right() -> None:
    assert calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0)
    assert calibration_error([1.0] * 4, [True, True, False, False]) == pytest.approx(0.5)


def test_a_training_sentence_in_other_spelling_is_no_test() -> None:
    known = next(text for text, _, language in training_sentences() if language == "hi" and len(text) > 40)
    twin = Case(known.upper() + "!!", "hi", "latin", "sell")
    fresh = Case(
        "kyunki baithak mein mehmaan hain isliye shaam ko tola jaayega", "hi", "latin", "schedule_pickup"
    )
    assert unseen([fresh, twin]) == ([fresh], 1)
