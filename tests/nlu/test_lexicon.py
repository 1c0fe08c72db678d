"""The word lists are data that people add to: a slip in them is found here, not by a farmer."""

from pathlib import Path

import pytest

from nlu import fallback, languages, lexicon, rules
from nlu.normalise import normalise
from nlu.values.commodity import LIKELY, PART_OF

HERE = Path(lexicon.__file__).parent
INTENTS = {
    line.strip().removeprefix("- ")
    for line in (HERE / "domain.yml").read_text(encoding="utf-8").splitlines()
    if line.strip().startswith("- ")
}
ASIDES = {"skip", "why", "wait", "more"}


def test_each_line_of_the_lexicon_is_whole_and_can_be_said() -> None:
    for language, (kind, canonical, script, form) in languages.lines("lexicon"):
        assert kind, (language, form)
        assert canonical, (language, form)
        assert script in ("native", "latin")
        assert normalise(form) or "ending" in kind, (language, form)


@pytest.mark.parametrize("name", ["rules", "keywords"])
def test_each_rule_and_keyword_has_an_intent_and_can_be_said(name: str) -> None:
    for _, (intent, forms) in languages.lines(name):
        assert intent in INTENTS | ASIDES
        assert all(normalise(form) for form in forms.split("|")), forms


def test_no_rule_means_two_things_in_one_language() -> None:
    meanings: dict[tuple[str, str], set[str]] = {}
    for language, (intent, forms) in languages.lines("rules"):
        for form in forms.split("|"):
            meanings.setdefault((language, normalise(form)), set()).add(intent)
    assert {said: intents for said, intents in meanings.items() if len(intents) > 1} == {}


def test_every_residue_that_a_part_can_be_is_known() -> None:
    parts = {residue for owners in PART_OF.values() for residue in owners.values()}
    assert parts | {residue for likely in LIKELY.values() for residue in likely} <= lexicon.canonicals(
        "residue"
    )
    assert {crop for owners in PART_OF.values() for crop in owners} <= lexicon.canonicals("crop")


def test_rules_and_keywords_are_read() -> None:
    assert rules.rule("stop")
    assert fallback.guess("parali bechna hai", {}).intent == "sell"
