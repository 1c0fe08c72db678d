"""Every line of a bill, and that no bill ever gives or takes a paisa too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace_core.bookings.bill import Assay, Bill, Line, decided, final, quoted
from marketplace_core.bookings.terms import GRADES, Terms, standard
from marketplace_core.commodities import COMMODITIES
from marketplace_core.escrow.rules import shares

STRAW = Terms(grade="A", moisture_base=200, impurity_base=50, grade_cut=500, fee=200, logistics_paise=150_000)

tenths = st.none() | st.integers(0, 1_000)
terms = st.builds(
    Terms,
    grade=st.none() | st.sampled_from(GRADES),
    moisture_base=st.none() | st.integers(0, 999),
    impurity_base=st.none() | st.integers(0, 999),
    grade_cut=st.integers(0, 10_000),
    fee=st.integers(0, 1_000),
    logistics_paise=st.integers(0, 10_000_000),
)
assays = st.builds(Assay, grade=st.none() | st.sampled_from(GRADES), moisture=tenths, impurity=tenths)
kgs, prices, pers = (
    st.integers(1, 1_000_000),
    st.integers(1, 100_000_000),
    st.sampled_from(["kg", "quintal", "t"]),
)


def test_a_quote_is_goods_fee_and_cart() -> None:
    bill = quoted(5_000, 25_000, "quintal", STRAW)
    assert bill.lines == (
        Line("goods", 1_250_000, formula="5000 kg"),
        Line("fee", 25_000, formula="2 %"),
        Line("logistics", 150_000),
    )
    assert (bill.farmer_gets, bill.buyer_pays) == (1_250_000, 1_425_000)


def test_what_is_weighed_is_paid_and_never_more_than_was_booked() -> None:
    light = final(5_000, 25_000, "quintal", STRAW, weighed_kg=4_820)
    assert (light.kg, light.farmer_gets, light.buyer_pays) == (4_820, 1_205_000, 1_205_000 + 24_100 + 150_000)
    heavy = final(5_000, 25_000, "quintal", STRAW, weighed_kg=5_400)
    assert heavy == quoted(5_000, 25_000, "quintal", STRAW)


def test_water_dirt_and_a_lower_grade_come_off_one_after_the_other() -> None:
    bill = final(
        5_000, 25_000, "quintal", STRAW, weighed_kg=5_000, found=Assay(grade="C", moisture=240, impurity=69)
    )
    assert bill.lines == (
        Line("goods", 1_250_000, formula="5000 kg"),
        Line("deduction", 62_500, "moisture", "(24.0 - 20.0) / (100 - 20.0)"),
        Line("deduction", 23_750, "impurity", "(6.9 - 5.0) / (100 - 5.0)"),
        Line("deduction", 116_375, "grade", "C for A: 10 %"),
        Line("fee", 20_948, formula="2 %"),  # 2 % of 10,473.75 is 209.475
        Line("logistics", 150_000),
    )
    assert (bill.farmer_gets, bill.buyer_pays) == (1_047_375, 1_047_375 + 20_948 + 150_000)


@pytest.mark.parametrize(
    "found",
    [Assay(), Assay(grade="A"), Assay(moisture=200), Assay(moisture=120, impurity=50), Assay(impurity=0)],
)
def test_nothing_comes_off_what_is_as_good_as_agreed(found: Assay) -> None:
    agreed = quoted(5_000, 25_000, "quintal", STRAW)
    assert final(5_000, 25_000, "quintal", STRAW, weighed_kg=5_000, found=found) == agreed


def test_nothing_comes_off_for_what_was_not_agreed_on() -> None:
    bill = final(
        5_000,
        25_000,
        "quintal",
        Terms(),
        weighed_kg=5_000,
        found=Assay(grade="C", moisture=900, impurity=900),
    )
    assert bill.lines == (Line("goods", 1_250_000, formula="5000 kg"),)


def test_a_decided_sum_is_what_the_farmer_gets() -> None:
    agreed = quoted(5_000, 25_000, "quintal", STRAW)
    bill = decided(agreed, 1_000_001, STRAW)
    assert bill.lines[1] == Line("deduction", 249_999, "decision")
    assert (bill.farmer_gets, bill.sum("fee"), bill.sum("logistics")) == (1_000_001, 20_000, 150_000)
    assert decided(agreed, agreed.farmer_gets, STRAW) == agreed
    assert decided(agreed, 0, STRAW).buyer_pays == 150_000


def test_the_trade_has_its_norms() -> None:
    assert standard("paddy", grade="A", logistics_paise=5).moisture_base == 170
    assert standard("maize", grade=None, logistics_paise=0).moisture_base == 140
    assert standard("onion", grade=None, logistics_paise=0).moisture_base is None
    for each in COMMODITIES:
        agreed = standard(each, grade="B", logistics_paise=7)
        assert Terms.from_json(agreed.to_json()) == agreed
        assert agreed.fee == 200
    assert Terms.from_json({}) == Terms()  # agreed before any of this was asked


def holds(bill: Bill, agreed: Bill) -> None:
    """The sums of the lines are what both sides see and what the escrow gives out."""
    assert all(line.paise >= 0 for line in bill.lines)
    assert 0 <= bill.farmer_gets <= agreed.farmer_gets
    assert bill.farmer_gets <= bill.buyer_pays <= agreed.buyer_pays
    given = shares(bill.lines)
    assert (given.farmer, given.owed, given.rounding) == (bill.farmer_gets, bill.buyer_pays, 0)
    assert given.farmer + given.fees + given.logistics == given.owed


@given(kgs, prices, pers, terms, kgs, assays)
def test_no_bill_is_negative_or_above_what_was_secured(kg, price, per, agreed_on, weighed, found) -> None:
    agreed = quoted(kg, price, per, agreed_on)
    holds(final(kg, price, per, agreed_on, weighed_kg=weighed, found=found), agreed)


@given(kgs, prices, pers, terms, st.integers(0, 100))
def test_no_decision_is_negative_or_above_what_was_secured(kg, price, per, agreed_on, percent) -> None:
    agreed = quoted(kg, price, per, agreed_on)
    paise = agreed.farmer_gets * percent // 100
    bill = decided(agreed, paise, agreed_on)
    assert bill.farmer_gets == paise
    holds(bill, agreed)


@given(kgs, prices, pers, terms, kgs, assays, st.integers(0, 1_000))
def test_worse_goods_never_cost_more(kg, price, per, agreed_on, weighed, found, wetter) -> None:
    bill = final(kg, price, per, agreed_on, weighed_kg=weighed, found=found)
    moisture = max(found.moisture or 0, wetter)
    worse = Assay("C", moisture, found.impurity)
    assert final(kg, price, per, agreed_on, weighed_kg=weighed, found=worse).buyer_pays <= bill.buyer_pays
