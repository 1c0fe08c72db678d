"""A grade by limits: worse never gives a better one, what nobody said costs sureness alone, and water costs heat."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from marketplace_core.commodities import COMMODITIES
from marketplace_core.grading import rules
from marketplace_core.grading.calorific import EVAPORATION, TYPICAL, calorific, usual_moisture
from marketplace_core.grading.report import Answers, Grain, Interval, Leaf, Moisture, Straw
from marketplace_core.grading.rules import Limit, Verdict, grade

CLEAN = Straw(cover=0.97, green=0.0, dark=0.0)
SAID = Answers(Moisture(0.12, "meter"), days_since_harvest=10, rained_on=False, stored="shed")
BEST_FIRST = ("A", "B", "C")

shares = st.floats(0, 0.2)
straws = st.builds(Straw, cover=st.floats(0, 1), green=st.floats(0, 1), dark=st.floats(0, 1))
answers = st.builds(
    Answers,
    moisture=st.none()
    | st.builds(Moisture, st.floats(0, 0.6), st.sampled_from(["meter", "agent", "farmer"])),
    days_since_harvest=st.none() | st.integers(0, 800),
    rained_on=st.none() | st.booleans(),
    stored=st.none() | st.sampled_from(["field", "covered", "shed"]),
)


def grain(**bad: float) -> Grain:
    return Grain(400, {"sound": 1 - sum(bad.values()), **bad}, {})


def rank(verdict: Verdict) -> int:
    assert verdict.grade is not None
    return BEST_FIRST.index(verdict.grade)


@given(st.dictionaries(st.sampled_from(["foreign", "damaged", "broken", "husk"]), shares), st.data())
def test_more_of_anything_bad_never_improves_the_grade_of_wheat(bad: dict[str, float], data: Any) -> None:
    name = data.draw(st.sampled_from(["foreign", "damaged", "broken", "husk"]))
    worse = bad | {name: bad.get(name, 0.0) + data.draw(shares)}
    assert rank(grade("wheat", grain=grain(**worse))) >= rank(grade("wheat", grain=grain(**bad)))


@given(straws, answers, st.floats(0, 1))
def test_more_soil_green_or_dark_never_improves_the_grade_of_straw(
    straw: Straw, said: Answers, by: float
) -> None:
    before = rank(grade("paddy_straw", straw=straw, answers=said))
    for worse in (
        replace(straw, cover=straw.cover * (1 - by)),
        replace(straw, green=straw.green + (1 - straw.green) * by),
        replace(straw, dark=straw.dark + (1 - straw.dark) * by),
    ):
        assert rank(grade("paddy_straw", straw=worse, answers=said)) >= before


@given(straws, answers)
def test_rain_age_and_water_never_improve_the_grade(straw: Straw, said: Answers) -> None:
    before = rank(grade("paddy_straw", straw=straw, answers=said))
    worse = [replace(said, rained_on=True)]
    if said.days_since_harvest is not None:
        worse.append(replace(said, days_since_harvest=said.days_since_harvest + 200))
    if said.moisture:
        worse.append(replace(said, moisture=replace(said.moisture, value=said.moisture.value + 0.1)))
    for each in worse:
        assert rank(grade("paddy_straw", straw=straw, answers=each)) >= before


@given(straws, answers)
def test_a_confidence_is_a_share_and_every_defect_has_words(straw: Straw, said: Answers) -> None:
    found = grade("wheat_straw", straw=straw, answers=said)
    assert found.confidence is not None and 0 <= found.confidence <= 1
    assert set(found.defects) <= set(rules.DEFECTS) and set(found.advice) <= set(rules.ADVICE_KEYS)
    assert (found.grade == "A") == (found.defects == ())


@given(straws, answers)
def test_what_nobody_said_costs_sureness_and_no_grade(straw: Straw, said: Answers) -> None:
    assume(said.moisture is None)
    dry = replace(said, moisture=Moisture(0.05, "meter"))
    silent, spoken = (grade("paddy_straw", straw=straw, answers=each) for each in (said, dry))
    assert silent.grade == spoken.grade
    assert "meter_moisture" in silent.advice and "meter_moisture" not in spoken.advice
    assert silent.confidence is not None and spoken.confidence is not None
    assert silent.confidence < spoken.confidence or spoken.confidence == 0


@pytest.mark.parametrize(
    ("bad", "expected", "defects"),
    [
        ({}, "A", ()),
        ({"foreign": 0.02}, "B", ("foreign",)),
        ({"foreign": 0.026}, "C", ("foreign",)),
        ({"broken": 0.03, "damaged": 0.07}, "C", ("damaged", "broken")),
        ({"husk": 0.02}, "B", ("husk",)),
    ],
)
def test_wheat_at_the_limits_of_agmark(
    bad: dict[str, float], expected: str, defects: tuple[str, ...]
) -> None:
    found = grade("wheat", grain=grain(**bad))
    assert (found.grade, found.defects) == (expected, defects)


def test_a_clear_lot_is_sure_and_one_at_the_limit_is_not() -> None:
    clear = grade("paddy_straw", straw=CLEAN, answers=SAID)
    assert clear.grade == "A" and clear.confidence is not None and clear.confidence >= rules.SURE
    at_the_limit = grade("paddy_straw", straw=replace(CLEAN, cover=0.85), answers=SAID)
    assert at_the_limit.confidence is not None and at_the_limit.confidence < rules.SURE


def test_few_kernels_make_a_wide_interval_and_little_sureness() -> None:
    few = Grain(30, {"sound": 0.99, "foreign": 0.01}, {"foreign": Interval(0.0, 0.11)})
    many = Grain(3000, {"sound": 0.99, "foreign": 0.01}, {"foreign": Interval(0.007, 0.013)})
    dry = Answers(Moisture(0.1, "meter"))
    unsure, sure = (grade("wheat", grain=each, answers=dry) for each in (few, many))
    assert unsure.grade == sure.grade == "A"
    assert unsure.confidence is not None and sure.confidence is not None
    assert unsure.confidence < 0.7 < 0.9 < sure.confidence


def test_a_typical_moisture_says_nothing_about_this_lot() -> None:
    typical = grade("paddy_straw", straw=CLEAN, answers=replace(SAID, moisture=Moisture(0.5, "typical")))
    assert (typical.grade, typical.defects) == ("A", ())
    said = grade("paddy_straw", straw=CLEAN, answers=replace(SAID, moisture=Moisture(0.5, "farmer")))
    assert (said.grade, said.defects, said.advice) == ("C", ("moisture",), ("dry_more",))


@pytest.mark.parametrize("commodity", ["bagasse", "rice_husk", "cattle_dung", "groundnut_shell"])
def test_a_residue_that_no_eye_has_seen_is_not_judged(commodity: str) -> None:
    assert grade(commodity, straw=CLEAN, answers=SAID) == Verdict(why=("unknown_residue",))


def test_no_grade_without_limits_or_without_anything_seen() -> None:
    assert grade("onion") == Verdict()
    assert grade("wheat", answers=SAID) == Verdict()
    assert grade("wheat", grain=grain(foreign=0.5), limits=()) == Verdict()
    assert grade("wheat", straw=CLEAN, answers=SAID) == Verdict()  # grain was said, straw was seen
    assert grade("paddy_straw", grain=grain(), answers=SAID) == Verdict()
    said_alone = (Limit("maize", "moisture", 0.12, 0.14, "ours"),)
    assert grade("maize", grain=grain(), answers=SAID, limits=said_alone) == Verdict()


def test_a_markets_own_limits_hold_in_place_of_the_shipped() -> None:
    strict = (Limit("wheat", "foreign", 0.001, 0.002, "ours"),)
    assert grade("wheat", grain=grain(foreign=0.01)).grade == "A"
    assert grade("wheat", grain=grain(foreign=0.01), limits=strict).grade == "C"


def test_a_sick_leaf_is_a_suspicion_for_a_person_and_gets_no_grade() -> None:
    found = grade("potato", leaf=Leaf("potato", "late_blight", 0.9))
    assert (found.grade, found.confidence) == (None, None)
    assert found.advice[-1] == "show_an_agent" and len(found.advice) > 1
    assert grade("coffee", leaf=Leaf("coffee", "healthy", 0.9)).advice == ()
    assert grade("coffee", leaf=Leaf("coffee", "unknown", 0.2)).advice == ("show_an_agent",)


def test_every_limit_and_every_advice_names_its_source_and_makes_sense() -> None:
    assert len({(each.commodity, each.measure) for each in rules.SHIPPED}) == len(rules.SHIPPED)
    for limit in rules.SHIPPED:
        assert limit.commodity in COMMODITIES and limit.measure in rules.MEASURES and limit.source
        assert 0 <= limit.most_a <= limit.most_b
    for each in rules.ADVICE:
        assert each.says and each.source
        assert each.when in (*rules.MEASURES, "moisture_unknown", "leaf") or ":" in each.when
    assert {each.when for each in rules.ADVICE} >= set(rules.MEASURES)


def test_advice_names_no_chemical() -> None:
    said = " ".join(each.says.lower() for each in rules.ADVICE)
    for word in (
        "spray",
        "dose",
        "fungicide",
        "pesticide",
        "mancozeb",
        "monocrotophos",
        "endosulfan",
        "copper",
    ):
        assert word not in said


def test_water_costs_heat_by_the_printed_formula() -> None:
    straw = TYPICAL["paddy_straw"]
    assert straw.at(straw.water) == pytest.approx(straw.gj_per_t)
    assert straw.dry == pytest.approx((13.6 + EVAPORATION * 0.09) / 0.91)
    assert straw.at(0.3) == pytest.approx(straw.dry * 0.7 - EVAPORATION * 0.3)


@pytest.mark.parametrize("commodity", sorted(TYPICAL))
@given(
    value=st.floats(0, 0.8), more=st.floats(0.01, 0.1), source=st.sampled_from(["meter", "agent", "farmer"])
)
def test_wetter_never_burns_better_and_a_range_is_a_range(
    commodity: str, value: float, more: float, source: Any
) -> None:
    dry, wet = (calorific(commodity, Moisture(each, source)) for each in (value, value + more))
    assert dry and wet
    assert 0 <= dry.low < dry.high <= 25 and "gcam" in dry.source
    assert wet.low <= dry.low and wet.high <= dry.high


def test_a_meter_makes_the_range_narrower_than_a_word() -> None:
    metered, said = (calorific("wheat_straw", Moisture(0.2, each)) for each in ("meter", "farmer"))
    assert metered and said
    assert metered.high - metered.low < said.high - said.low


def test_what_the_table_cannot_say_is_not_said() -> None:
    for commodity in ("bagasse", "sugarcane_trash", "soybean_straw", "coconut_residue", "wheat"):
        assert calorific(commodity) is None and usual_moisture(commodity) is None
    usual = usual_moisture("paddy_straw")
    assert usual == Moisture(0.09, "typical")
