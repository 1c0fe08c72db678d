"""How much and for how much, as farmers say it in three languages and two scripts."""

from typing import Any

import pytest

from tests.nlu.reading import choices, values

QUANTITIES: list[tuple[str, float, str, float | None]] = [
    ("12 ton", 12, "t", 12000),
    ("12 tonnes of paddy straw", 12, "t", 12000),
    ("12.5ton", 12.5, "t", 12500),
    ("12qtl", 12, "quintal", 1200),
    ("1,250 kg", 1250, "kg", 1250),
    ("१२ टन", 12, "t", 12000),
    ("೧೨ ಟನ್", 12, "t", 12000),
    ("൧൨ ton", 12, "t", 12000),
    ("½ ton", 0.5, "t", 500),
    ("half a ton", 0.5, "t", 500),
    ("two and a half tons", 2.5, "t", 2500),
    ("twenty-five quintals", 25, "quintal", 2500),
    ("aadha ton", 0.5, "t", 500),
    ("dhai quintal", 2.5, "quintal", 250),
    ("ढाई क्विंटल", 2.5, "quintal", 250),
    ("डेढ़ टन", 1.5, "t", 1500),
    ("dedh sau quintal", 150, "quintal", 15000),
    ("sava quintal", 1.25, "quintal", 125),
    ("sava do quintal", 2.25, "quintal", 225),
    ("paune do quintal", 1.75, "quintal", 175),
    ("साढ़े तीन टन", 3.5, "t", 3500),
    ("पाँच क्विंटल", 5, "quintal", 500),
    ("पंद्रह कुंतल", 15, "quintal", 1500),
    ("do quintal", 2, "quintal", 200),
    ("pachees kilo", 25, "kg", 25),
    ("ಎರಡೂವರೆ ಟನ್", 2.5, "t", 2500),
    ("ಒಂದೂವರೆ ಕ್ವಿಂಟಲ್", 1.5, "quintal", 150),
    ("onduvare quintal", 1.5, "quintal", 150),
    ("ಅರ್ಧ ಟನ್", 0.5, "t", 500),
    ("ಹನ್ನೆರಡು ಟನ್", 12, "t", 12000),
    ("hanneradu ton", 12, "t", 12000),
    ("ಇಪ್ಪತ್ತೈದು ಕ್ವಿಂಟಾಲ್", 25, "quintal", 2500),
    ("10 ಟನ್ನು", 10, "t", 10000),
    ("5 ಕ್ವಿಂಟಲ್‌ನ", 5, "quintal", 500),
    ("2 quintal 50 kg", 2.5, "quintal", 250),
    ("2 kilo 500 gram", 2.5, "kg", 2.5),
    ("2 ton 50 kg", 2.05, "t", 2050),
    ("12 ton 15 quintal", 13.5, "t", 13500),
    ("500 gram", 0.5, "kg", 0.5),
    ("2 dhadi", 10, "kg", 10),
    # Never guess: only the speaker knows what these weigh.
    ("5 maund", 5, "maund", None),
    ("5 मन गेहूं", 5, "maund", None),
    ("20 bori", 20, "bag", None),
    ("20 ಚೀಲ", 20, "bag", None),
    ("30 गांठ", 30, "bale", None),
    ("3 trolley parali", 3, "trolley", None),
    ("ek trolley", 1, "trolley", None),
    ("2 ಲಾರಿ ಹುಲ್ಲು", 2, "trolley", None),
    ("12 bigha", 12, "bigha", None),
    ("4 acres", 4, "acre", None),
]

PRICES: list[tuple[str, float, str | None]] = [
    ("₹2500/q", 2500, "quintal"),
    ("2500/-", 2500, None),
    ("Rs. 2500", 2500, None),
    ("rs2500 per quintal", 2500, "quintal"),
    ("2,500 rupees a quintal", 2500, "quintal"),
    ("rs 25/kg", 25, "kg"),
    ("@ 2500", 2500, None),
    ("rate 2500 per qtl", 2500, "quintal"),
    ("2k per ton", 2000, "t"),
    ("2500 rupaye quintal", 2500, "quintal"),
    ("2500 ka quintal", 2500, "quintal"),
    ("2500 rupaye quintal ke hisab se", 2500, "quintal"),
    ("2500 रुपये प्रति क्विंटल", 2500, "quintal"),
    ("ढाई हज़ार रुपये क्विंटल", 2500, "quintal"),
    ("dhai hazar rupaye", 2500, None),
    ("saadhe teen hazar rupaye", 3500, None),
    ("sava lakh rupaye", 125000, None),
    ("ek lakh pachees hazar rupaye", 125000, None),
    ("paune do sau rupaye", 175, None),
    ("1.5L rupees", 150000, None),
    ("2 lac rs", 200000, None),
    ("mujhe 2500 rupaye do", 2500, None),
    ("rate 2500 do", 2500, None),
    ("5 sau 50 rupaye", 550, None),
    ("rate dedh sau", 150, None),
    ("ಕ್ವಿಂಟಲ್‌ಗೆ 2500 ರೂಪಾಯಿ", 2500, "quintal"),
    ("2500 ರೂಪಾಯಿ ಕ್ವಿಂಟಲ್‌ಗೆ", 2500, "quintal"),
    ("quintalge 2500", 2500, "quintal"),
    ("ಟನ್‌ಗೆ ಮೂರೂವರೆ ಸಾವಿರ ರೂಪಾಯಿ", 3500, "t"),
    ("ಎರಡು ಸಾವಿರ ಐನೂರು ರೂಪಾಯಿ", 2500, None),
    ("eradu savira ainuru rupayi", 2500, None),
    ("೨೫೦೦ ರೂ", 2500, None),
]


@pytest.mark.parametrize(("said", "value", "unit", "kg"), QUANTITIES, ids=[q[0] for q in QUANTITIES])
def test_a_quantity(said: str, value: float, unit: str, kg: float | None) -> None:
    read = values(said)
    assert read["quantity"] == {"value": value, "unit": unit, "kg": kg}
    assert "price" not in read


@pytest.mark.parametrize(("said", "rupees", "per"), PRICES, ids=[p[0] for p in PRICES])
def test_a_price(said: str, rupees: float, per: str | None) -> None:
    read = values(said)
    assert read["price"] == {"rupees": rupees, "per": per}
    assert "quantity" not in read


BOTH = [
    "12 quintal 2000 rs",
    "12 क्विंटल 2000 रुपये",
    "2000 rs me 12 quintal",
    "12 ಕ್ವಿಂಟಲ್ 2000 ರೂಪಾಯಿ",
]


@pytest.mark.parametrize("said", BOTH)
def test_the_unit_belongs_to_the_quantity(said: str) -> None:
    read = values(said)
    assert read["quantity"] == {"value": 12, "unit": "quintal", "kg": 1200}
    assert read["price"] == {"rupees": 2000, "per": None}


def test_quantity_and_price_per_unit_in_one_sentence() -> None:
    read = values("12 ton parali 2500 rupaye quintal")
    assert read["quantity"]["kg"] == 12000
    assert read["price"] == {"rupees": 2500, "per": "quintal"}


@pytest.mark.parametrize(
    ("said", "expecting", "name", "value"),
    [
        ("12", "quantity", "quantity", {"value": 12, "unit": None, "kg": None}),
        ("१२", "quantity", "quantity", {"value": 12, "unit": None, "kg": None}),
        ("dhai", "quantity", "quantity", {"value": 2.5, "unit": None, "kg": None}),
        ("2500", "price", "price", {"rupees": 2500, "per": None}),
        ("do hazar", "price", "price", {"rupees": 2000, "per": None}),
        ("ಎರಡೂವರೆ ಸಾವಿರ", "price", "price", {"rupees": 2500, "per": None}),
        ("250000", "price", "price", {"rupees": 250000, "per": None}),
        ("do", "choice", "number", 2),
        ("2500 do", "price", "price", {"rupees": 2500, "per": None}),
        ("೨", "choice", "number", 2),
    ],
)
def test_a_bare_number_answers_the_question(said: str, expecting: Any, name: str, value: Any) -> None:
    assert values(said, expecting)[name] == value


def test_a_bare_number_without_a_question_is_only_a_number() -> None:
    assert values("12") == {"number": 12}
    assert values("2,50,000") == {"number": 250000}


@pytest.mark.parametrize(
    "said", ["so what", "do you buy straw", "to mandi", "no", "das", "nau do gyarah ho gaya"]
)
def test_english_and_short_words_are_no_numbers(said: str) -> None:
    assert {"quantity", "price"}.isdisjoint(values(said))


@pytest.mark.parametrize("said", ["12-15 टन", "12 to 15 ton", "12 se 15 ton", "12–15 ಟನ್"])
def test_of_a_range_the_speaker_chooses(said: str) -> None:
    assert "quantity" not in values(said)
    assert [q["kg"] for q in choices(said)["quantity"]] == [12000, 15000]


def test_two_thousand_five_hundred_or_two_and_a_half() -> None:
    assert [q["kg"] for q in choices("2.500 kg")["quantity"]] == [2.5, 2500]


@pytest.mark.parametrize("said", ["0 ton", "0 kg"])
def test_nothing_is_no_quantity(said: str) -> None:
    assert "quantity" not in values(said)


CORRECTIONS: list[tuple[str, str, Any]] = [
    ("no, 15 not 12", "number", 15),
    ("not 12, 15", "number", 15),
    ("15 instead of 12", "number", 15),
    ("change 12 to 15", "number", 15),
    ("12 nahi 15", "number", 15),
    ("nahi, 12 nahi 15", "number", 15),
    ("15, 12 nahi", "number", 15),
    ("12 नहीं 15", "number", 15),
    ("12 ki jagah 15", "number", 15),
    ("12 ಅಲ್ಲ 15", "number", 15),
    ("12 alla, 15", "number", 15),
    ("no, 15 not 12 ton", "quantity", {"value": 15, "unit": "t", "kg": 15000}),
    ("12 ton nahi, 15 ton", "quantity", {"value": 15, "unit": "t", "kg": 15000}),
    ("12 ಅಲ್ಲ 15 ಟನ್", "quantity", {"value": 15, "unit": "t", "kg": 15000}),
    ("500 gram nahi 600", "quantity", {"value": 0.6, "unit": "kg", "kg": 0.6}),
    ("12 dhadi nahi 15", "quantity", {"value": 75, "unit": "kg", "kg": 75}),
    ("not wheat, paddy", "commodity", "paddy"),
    ("gehu nahi dhan", "commodity", "paddy"),
    ("kal nahi parso", "date", "2026-11-22"),
]


@pytest.mark.parametrize(("said", "name", "value"), CORRECTIONS, ids=[c[0] for c in CORRECTIONS])
def test_what_is_taken_back_is_no_value(said: str, name: str, value: Any) -> None:
    assert values(said)[name] == value
    assert choices(said) == {}
