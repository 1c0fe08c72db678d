"""Produce, days, places, names and codes, as farmers say them."""

from typing import Any

import pytest

from tests.nlu.reading import choices, values

COMMODITIES = [
    ("paddy straw", "paddy_straw"), ("parali", "paddy_straw"), ("paraali", "paddy_straw"), ("prali", "paddy_straw"),
    ("पराली", "paddy_straw"), ("धान की पराली", "paddy_straw"), ("ಭತ್ತದ ಹುಲ್ಲು", "paddy_straw"),
    ("hullu", "paddy_straw"),
    ("ಭತ್ತದ ಹುಲ್ಲನ್ನು", "paddy_straw"), ("bhattada hullu", "paddy_straw"),
    ("bhusa", "wheat_straw"), ("गेहूं का भूसा", "wheat_straw"), ("wheat straw", "wheat_straw"),
    ("rice husk", "rice_husk"), ("ganne ki khoi", "bagasse"), ("ಕಬ್ಬಿನ ಸಿಪ್ಪೆ", "bagasse"),
    ("makka ki kadbi", "maize_stover"), ("sarson ki tudi", "mustard_stalk"), ("ಹತ್ತಿ ಕಟ್ಟಿಗೆ", "cotton_stalk"),
    ("मूंगफली का छिलका", "groundnut_shell"), ("coconut husk", "coconut_residue"),
    ("wheat", "wheat"), ("gehu", "wheat"), ("गेहूँ", "wheat"), ("गेहूं", "wheat"), ("ಗೋಧಿ", "wheat"),
    ("ಗೋಧಿಯನ್ನು", "wheat"),
    ("paddy", "paddy"), ("dhaan", "paddy"), ("ಭತ್ತ", "paddy"), ("ಭತ್ತವನ್ನು", "paddy"), ("rice", "rice"),
    ("ಅಕ್ಕಿ", "rice"),
    ("onion", "onion"), ("pyaaz", "onion"), ("pyaj", "onion"), ("प्याज़", "onion"), ("ಈರುಳ್ಳಿ", "onion"),
    ("eerulli", "onion"),
    ("ಈರುಳ್ಳಿಗೆ", "onion"), ("aloo", "potato"), ("ಆಲೂಗಡ್ಡೆ", "potato"), ("tamatar", "tomato"), ("ಟೊಮೆಟೊ", "tomato"),
    ("hari mirch", "green_chilli"), ("लाल मिर्च", "dry_chilli"), ("kali mirch", "black_pepper"),
    ("haldi", "turmeric"),
    ("ಅರಿಶಿನ", "turmeric"), ("adrak", "ginger"), ("lahsun", "garlic"), ("baingan", "brinjal"),
    ("patta gobhi", "cabbage"),
    ("phool gobhi", "cauliflower"), ("bhindi", "okra"), ("moong", "green_gram"), ("urad", "black_gram"),
    ("masoor", "lentil"),
    ("ಮಾವಿನಹಣ್ಣು", "mango"), ("angoor", "grapes"), ("anar", "pomegranate"), ("nimbu", "lemon"),
    ("jaggery", "jaggery"),
    ("jeera", "cumin"), ("dhaniya", "coriander_seed"), ("sesame", "sesame"), ("surajmukhi", "sunflower"),
    ("castor seed", "castor_seed"), ("ಕಾಫಿ", "coffee"), ("elaichi", "cardamom"), ("ಎಳನೀರು", "tender_coconut"),
    ("ಕೊಬ್ಬರಿ", "copra"), ("adike", "arecanut"), ("tenginakayi", "coconut"), ("ragi", "finger_millet"),
    ("sarson", "mustard"), ("soyabean", "soybean"), ("moongfali", "groundnut"), ("arhar", "pigeonpea"),
    ("chana", "chickpea"),
    # misspelt
    ("tamater", "tomato"), ("potatos", "potato"), ("gehoon", "wheat"), ("bagase", "bagasse"),
    ("sugarcan", "sugarcane"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "commodity"), COMMODITIES, ids=[c[0] for c in COMMODITIES])
def test_a_commodity(said: str, commodity: str) -> None:
    assert values(f"10 kg {said}")["commodity"] == commodity
    assert values(said, "commodity")["commodity"] == commodity


@pytest.mark.parametrize(
    ("said", "likely"),
    [
        ("straw", {"paddy_straw", "wheat_straw"}),
        ("kadbi", {"maize_stover", "sorghum_stover", "cotton_stalk"}),
        ("husk", {"rice_husk", "groundnut_shell", "coconut_residue"}),
        ("gehu aur dhan", {"wheat", "paddy"}),
    ],
)
def test_of_several_commodities_the_speaker_chooses(said: str, likely: set[str]) -> None:
    assert "commodity" not in values(said)
    assert set(choices(said)["commodity"]) == likely


@pytest.mark.parametrize(
    "said",
    [
        "gana sunao", "aam taur par", "koi hai", "baat karni hai", "gaadi kab aayegi", "mere saath chalo",
        "two bales", "rail gadi",
        "main Mandya se hu", "from Mandya", "good morning", "man nahi lagta", "kya haal hai", "ಹೇಗಿದ್ದೀರಾ", "ಸರಿ",
    ],
)  # fmt: skip
def test_false_friends_are_no_commodity(said: str) -> None:
    assert "commodity" not in values(said)
    assert "commodity" not in choices(said)


DAYS: list[tuple[str, Any]] = [
    ("today", "2026-11-20"), ("aaj", "2026-11-20"), ("आज", "2026-11-20"), ("ಇವತ್ತು", "2026-11-20"),
    ("abhi", "2026-11-20"),
    ("ಈಗ", "2026-11-20"), ("ready", "2026-11-20"), ("taiyar hai", "2026-11-20"), ("now", "2026-11-20"),
    ("tomorrow", "2026-11-21"), ("kal", "2026-11-21"), ("kal subah", "2026-11-21"), ("कल शाम को", "2026-11-21"),
    ("ನಾಳೆ ಬೆಳಿಗ್ಗೆ", "2026-11-21"), ("nale", "2026-11-21"), ("2moro", "2026-11-21"),
    ("day after tomorrow", "2026-11-22"), ("parso", "2026-11-22"), ("परसों", "2026-11-22"),
    ("ನಾಡಿದ್ದು", "2026-11-22"),
    ("nadiddu", "2026-11-22"), ("monday", "2026-11-23"), ("somvar ko", "2026-11-23"), ("ಸೋಮವಾರ", "2026-11-23"),
    ("friday", "2026-11-27"), ("शनिवार", "2026-11-21"), ("itvar", "2026-11-22"), ("ಭಾನುವಾರ", "2026-11-22"),
    ("in 3 days", "2026-11-23"), ("2 din baad", "2026-11-22"), ("दो दिन बाद", "2026-11-22"),
    ("ಎರಡು ದಿನ ಆದ ಮೇಲೆ", "2026-11-22"),
    ("5 din", "2026-11-25"),
    ("after 1 week", "2026-11-27"), ("25 nov", "2026-11-25"), ("nov 25", "2026-11-25"), ("25 नवंबर", "2026-11-25"),
    ("25 ನವೆಂಬರ್", "2026-11-25"), ("25/11", "2026-11-25"), ("25/11/2026", "2026-11-25"), ("25-11-26", "2026-11-25"),
    ("25.11.2026", "2026-11-25"), ("25.11.26", "2026-11-25"), ("25.11", "2026-11-25"), ("nov 25 2027", "2027-11-25"),
    ("2026-11-25", "2026-11-25"), ("5 january", "2027-01-05"), ("25 tarikh", "2026-11-25"),
    ("15 तारीख को", "2026-12-15"),
    ("25th", "2026-11-25"), ("೨೫ ತಾರೀಖು", "2026-11-25"),
    ("22-25 tarikh", {"from": "2026-11-22", "to": "2026-11-25"}), ("31 tarikh", "2026-12-31"),
    ("25 to 28 nov", {"from": "2026-11-25", "to": "2026-11-28"}),
    ("next week", {"from": "2026-11-23", "to": "2026-11-29"}),
    ("agle hafte", {"from": "2026-11-23", "to": "2026-11-29"}),
    ("ಮುಂದಿನ ವಾರ", {"from": "2026-11-23", "to": "2026-11-29"}),
    ("is hafte", {"from": "2026-11-20", "to": "2026-11-22"}),
    ("अगले महीने", {"from": "2026-12-01", "to": "2026-12-31"}),
]  # fmt: skip


@pytest.mark.parametrize(("said", "day"), DAYS, ids=[d[0] for d in DAYS])
def test_a_day(said: str, day: Any) -> None:
    assert values(said, "date")["date"] == day


@pytest.mark.parametrize(
    ("said", "ahead", "back"),
    [
        ("kal", "2026-11-21", "2026-11-19"),
        ("परसों", "2026-11-22", "2026-11-18"),
        ("monday", "2026-11-23", "2026-11-16"),
        ("ನಾಳೆ", "2026-11-21", "2026-11-21"),
        ("yesterday", "2026-11-19", "2026-11-19"),
        ("25 tarikh", "2026-11-25", "2026-10-25"),
        ("25 december", "2026-12-25", "2025-12-25"),
    ],
)
def test_some_days_lie_ahead_or_behind(said: str, ahead: str, back: str) -> None:
    assert values(said)["date"] == ahead
    assert values(said, past=True)["date"] == back


def test_a_decimal_is_a_day_only_when_one_is_asked_for() -> None:
    assert values("2.5 ton") == {"quantity": {"value": 2.5, "unit": "t", "kg": 2500}}
    assert "date" not in values("2.5")
    assert "date" not in values("12.5 2500")
    assert values("12 ton 25 tarikh ko")["date"] == "2026-11-25"


def test_a_day_that_the_month_has_not_is_no_day() -> None:
    assert "date" not in values("31/02/2026", "date")
    assert values("5", "date")["date"] == "2026-12-05"
    assert "date" not in values("45", "date")


PLACES: list[tuple[str, Any, Any]] = [
    ("141001", None, {"pincode": "141001"}),
    ("pin 141001", None, {"pincode": "141001"}),
    ("१४१००१", None, {"pincode": "141001"}),
    ("೫೭೧೪೦೧", None, {"pincode": "571401"}),
    ("141 001", "place", {"pincode": "141001"}),
    ("Ludhiana 141001", "place", {"pincode": "141001"}),
    ("from Ludhiana", None, {"name": "Ludhiana"}),
    ("Ludhiana se", None, {"name": "Ludhiana"}),
    ("main Ludhiana se hu", None, {"name": "Ludhiana"}),
    ("12 ton parali Fatehgarh Sahib se", None, {"name": "Fatehgarh Sahib"}),
    ("in village Rampur", None, {"name": "Rampur"}),
    ("Ludhiana", "place", {"name": "Ludhiana"}),
    ("ludhiana", "place", {"name": "Ludhiana"}),
    ("mera gaon Rampur hai", "place", {"name": "Rampur"}),
    ("village Rampur, dist Ludhiana", "place", {"name": "Rampur, Ludhiana"}),
    ("लुधियाना", "place", {"name": "Ludhiana"}),
    ("लुधियाना से", None, {"name": "Ludhiana"}),
    ("पिपरिया खुर्द", "place", {"name": "पिपरिया खुर्द", "latin": "Pipariya Khurd"}),
    ("ಮಂಡ್ಯ", "place", {"name": "Mandya"}),
    ("ಮಂಡ್ಯದಿಂದ", None, {"name": "Mandya"}),
    ("ಬೆಂಗಳೂರಿನಲ್ಲಿ", "place", {"name": "Bengaluru"}),
    ("mandyadinda", None, {"name": "Mandya"}),
    ("mandyadalli", "place", {"name": "Mandya"}),
    ("Hosahalli", "place", {"name": "Hosahalli"}),
    ("Honnalli", "place", {"name": "Honnalli"}),
]


@pytest.mark.parametrize(("said", "expecting", "place"), PLACES, ids=[p[0] for p in PLACES])
def test_a_place(said: str, expecting: Any, place: Any) -> None:
    read = values(said, expecting)
    assert read["place"] == place or choices(said, expecting).get("place", ())[:1] == (place,)


@pytest.mark.parametrize("said", ["125000 rupees", "1,25,000", "012345", "950001", "125000 kg"])
def test_not_every_six_digits_are_a_pincode(said: str) -> None:
    assert "place" not in values(said)


@pytest.mark.parametrize(
    "said", ["kal se", "mujhse baat karo", "kya aap se baat ho sakti hai", "from tomorrow", "at what price"]
)
def test_not_every_from_names_a_place(said: str) -> None:
    assert "place" not in values(said)


@pytest.mark.parametrize(
    "said",
    [
        "98765 43210",
        "9876543210",
        "+91 98765-43210",
        "mera number 09876543210 hai",
        "९८७६५४३२१०",
        "೯೮೭೬೫೪೩೨೧೦",
    ],
)
def test_a_phone_number(said: str) -> None:
    assert values(said)["phone"] == "+919876543210"


def test_a_phone_number_at_the_end_of_a_long_story() -> None:
    assert values("bhai " * 60 + "mera number 9876543210") == {"phone": "+919876543210"}


@pytest.mark.parametrize("said", ["12345 67890", "1234567890", "98765"])
def test_other_digits_are_no_phone_number(said: str) -> None:
    assert "phone" not in values(said)


@pytest.mark.parametrize(
    ("said", "code"), [("L7QK2M", "L7QK2M"), ("cancel b7qk2m", "B7QK2M"), ("मुझे L7QK2M चाहिए", "L7QK2M")]
)
def test_a_code_of_the_market(said: str, code: str) -> None:
    assert values(said)["reference"] == code


@pytest.mark.parametrize("said", ["rs2500", "12qtl", "bought", "1500kg", "market"])
def test_other_words_are_no_code(said: str) -> None:
    assert "reference" not in values(said)


NAMES: list[tuple[str, Any, str]] = [
    ("Chaman Lal", "name", "Chaman Lal"),
    ("my name is Gurpreet", None, "Gurpreet"),
    ("mera naam ramesh kumar hai", None, "Ramesh Kumar"),
    ("मेरा नाम रमेश है", None, "रमेश"),
    ("ನನ್ನ ಹೆಸರು ಬಸವರಾಜ್", None, "ಬಸವರಾಜ್"),
    ("nanna hesaru Basavaraj", None, "Basavaraj"),
    ("Gurpreet", "name", "Gurpreet"),
    ("gurpreet singh", "name", "Gurpreet Singh"),
    ("main gurpreet bol raha hu", "name", "Gurpreet"),
    ("I am Basappa", "name", "Basappa"),
    ("ಬಸವರಾಜ್", "name", "ಬಸವರಾಜ್"),
    ("Ok", "name", "Ok"),
    ("Anar Singh", "name", "Anar Singh"),
]


@pytest.mark.parametrize(("said", "expecting", "name"), NAMES, ids=[n[0] for n in NAMES])
def test_a_name(said: str, expecting: Any, name: str) -> None:
    assert values(said, expecting)["name"] == name


@pytest.mark.parametrize(
    "said", ["ನನ್ನ ಹೆಸರು ನೋಂದಾಯಿಸಿ", "nanna hesaru badalisi", "mera naam badalna hai", "मेरा नाम गलत है"]
)
def test_what_is_to_be_done_with_a_name_is_no_name(said: str) -> None:
    assert "name" not in values(said)


@pytest.mark.parametrize("said", ["their scale cheated me by two quintals", "resume texting me"])
def test_the_english_me_is_not_the_hindi_in(said: str) -> None:
    assert "place" not in values(said, language="en")
    assert values("Ludhiana se 12 ton", language="en")["place"] == {"name": "Ludhiana"}
    assert values("Rampur village", language="en")["place"] == {"name": "Rampur"}


def test_a_name_ends_where_the_sentence_goes_on() -> None:
    assert values("my name is Khan and I live in Mandya")["name"] == "Khan"


@pytest.mark.parametrize(
    ("said", "grade"), [("grade A", "A"), ("b grade", "B"), ("ग्रेड ए", "A"), ("ಗ್ರೇಡ್ ಸಿ", "C")]
)
def test_a_grade(said: str, grade: str) -> None:
    assert values(said)["grade"] == grade


def test_everything_in_one_message() -> None:
    assert values("12 ton parali Ludhiana se kal 2500 rupaye quintal, L7QK2M, 9876543210") == {
        "quantity": {"value": 12, "unit": "t", "kg": 12000},
        "commodity": "paddy_straw",
        "place": {"name": "Ludhiana"},
        "date": "2026-11-21",
        "price": {"rupees": 2500, "per": "quintal"},
        "reference": "L7QK2M",
        "phone": "+919876543210",
    }
