"""What speakers will not have is no value: a sum that is too low, a price by a weight that nobody knows."""

from typing import Any

import pytest

from nlu.values.read import Values, read
from tests.nlu.reading import FRIDAY


def heard(
    said: str, language: str, expecting: Any = None, *, bids: bool = False, past: bool = False
) -> Values:
    return read(said, today=FRIDAY, language=language, expecting=expecting, bids=5 * bids, past=past)


#: Of two sums the one that they want.
WANTED: list[tuple[str, str, float, str | None]] = [
    ("en", "18.50 won't do, make it 20.50", 20.5, None),
    ("en", "i cannot give at 1800 per quintal, 2000 final", 2000, "quintal"),
    ("en", "make it 2300, 2000 is very less", 2300, None),
    ("en", "you say 2000, i want 2300", 2300, None),
    ("en", "he says 1900 but ask him to make it 2150 then we talk", 2150, None),
    ("en", "1950 too less make it 2125", 2125, None),
    ("hi", "अठारह सौ तो कम है, बीस कर दे", 2000, None),
    ("mr", "अठराशे कमी होतात, वीस केले तर न्या", 2000, None),
    ("pa", "ਅਠਾਰਾਂ ਸੌ ਥੋੜ੍ਹਾ ਆ, ਵੀਹ ਕਰੇ", 2000, None),
    ("hi", "18 kam hai, 20 karo", 20, None),
    ("hi", "dhai sau me nahi, teen sau pachas karo", 350, None),
    ("hi", "1900 mein nahi hoga, 2100 se kam nahi lunga", 2100, None),
    ("hi", "do hazar bol rahe ho, bais sau karo", 2200, None),
    ("hi", "2300 chahiye, 2000 bahut kam hai", 2300, None),
    ("hi", "साढ़े बाईस सौ कम है, पौने चौबीस सौ करो", 2375, None),
    ("mr", "दोन हजार कमी आहेत, तेवीसशे द्या", 2300, None),
    ("mr", "1900 paravdat nahi, 2150 kara", 2150, None),
    ("gu", "૧૯૦૦ ઓછા પડે, ૨૧૦૦ કરો", 2100, None),
    ("gu", "1900 ma nahi pose, 2100 karo", 2100, None),
    ("pa", "ਦੋ ਹਜ਼ਾਰ ਘੱਟ ਨੇ, ਤੇਈ ਸੌ ਕਰੋ", 2300, None),
    ("pa", "1900 thode ne ji, 2150 deo", 2150, None),
    ("bn", "দুই হাজার কম হয়ে যাচ্ছে, তেইশশো দিন", 2300, None),
    ("bn", "1900 te hobe na, 2100 din", 2100, None),
    ("kn", "ಎರಡು ಸಾವಿರ ಸಾಲದು, ಎರಡು ಸಾವಿರದ ಮುನ್ನೂರು ಕೊಡಿ", 2300, None),
    ("kn", "1750 saladu ri, 1900 madi quintal ge", 1900, "quintal"),
    ("ml", "രണ്ടായിരം കുറവാ, രണ്ടായിരത്തി മുന്നൂറ് തരണം", 2300, None),
    ("ml", "1900 pattilla, 2100 tharanam", 2100, None),
    ("ta", "ரெண்டாயிரம் கம்மி, ரெண்டாயிரத்து முன்னூறு குடுங்க", 2300, None),
    ("ta", "1700 ku mudiyadhu anna, 1900 kudunga kuintaluku", 1900, "quintal"),
    ("te", "రెండు వేలు చాలవు, రెండు వేల మూడు వందలు ఇవ్వండి", 2300, None),
    ("te", "1900 ki ravatledu, 2100 ivvandi", 2100, None),
]


@pytest.mark.parametrize(("language", "said", "rupees", "per"), WANTED, ids=[w[1] for w in WANTED])
def test_of_two_sums_the_one_that_is_wanted(language: str, said: str, rupees: float, per: str | None) -> None:
    assert heard(said, language, bids=True).values["price"] == {"rupees": rupees, "per": per}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("hi", "1900 ya 2000 dunga"),
        ("en", "1900 or 2000 for his onion"),
        ("en", "between 1900 and 2000 for it"),
        ("hi", "1900 aur 2000 ke beech dunga"),
        ("hi", "2000 se 2200 tak do"),
        ("hi", "1900 nahi, 2100 nahi"),
    ],
)
def test_of_two_sums_that_both_may_be_meant_the_speaker_chooses(language: str, said: str) -> None:
    read = heard(said, language, bids=True)
    assert "price" not in read.values
    assert len(read.alternatives["price"]) == 2


def test_a_lone_sum_is_one_whatever_is_said_of_it() -> None:
    assert heard("1900 bahut kam hai", "hi", bids=True).values["price"]["rupees"] == 1900
    assert heard("not giving at 1800, say no to him", "en", bids=True).values["price"]["rupees"] == 1800


LEAST: list[tuple[str, str]] = [
    ("en", "wheat 30 quintal, not less than 2550"),
    ("hi", "gehu 30 quintal, 2550 se kam nahi dunga"),
    ("gu", "ઘઉં ૩૦ ક્વિન્ટલ, ૨૫૫૦ થી ઓછામાં નહીં આપું"),
    ("mr", "गहू ३० क्विंटल, २५५० च्या खाली देणार नाही"),
    ("pa", "kanak 30 quintal, 2550 ton ghat nahi deni"),
    ("bn", "gom 30 quintal, 2550 er kome debo na"),
    ("kn", "godi 30 quintal ide, 2550 kinta kadime kodalla"),
    ("ml", "nellu 30 quintal undu, 2550 il kuranju tharilla"),
    ("ta", "nellu 30 quintal irukku, 2550 ku keezha tharamatten"),
    ("te", "vadlu 30 quintal unnayi, 2550 kanna takkuva ivvanu"),
]


@pytest.mark.parametrize(("language", "said"), LEAST, ids=[one[1] for one in LEAST])
def test_what_nothing_may_be_less_than_is_the_price(language: str, said: str) -> None:
    values = heard(said, language).values
    assert values["price"] == {"rupees": 2550, "per": None}
    assert values["quantity"]["kg"] == 3000


@pytest.mark.parametrize(
    ("language", "said"), [("hi", "20 quintal se kam nahi lunga"), ("en", "not less than 20 bags")]
)
def test_the_least_amount_is_no_price(language: str, said: str) -> None:
    read = heard(said, language)
    assert read.values["quantity"]["value"] == 20
    assert "price" not in {**read.values, **read.alternatives}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("hi", "rate 2250 kuntal, bajra 12 kuntal"),
        ("mr", "bhav 2250 quintal, bajri 12 quintal"),
        ("te", "rate 2250 quintal, vadlu 12 quintal"),
        ("hi", "bajra 12 kuntal h, 2250 kuntal se kam nahi"),
    ],
)
def test_a_quintal_beside_the_rate_is_none_that_is_sold(language: str, said: str) -> None:
    values = heard(said, language).values
    assert (values["price"], values["quantity"]["kg"]) == ({"rupees": 2250, "per": "quintal"}, 1200)


#: The bot would ask "a quintal, a tonne or a kilo?", and every answer would be wrong.
UNWEIGHED: list[tuple[str, str, Any, bool]] = [
    ("gu", "૨૦ કિલોના ૧૪૫૦ આપીશ", None, True),
    ("gu", "20 kilo na 1450 aapish", None, True),
    ("gu", "મણના ૧૪૫૦ આપીશ", None, True),
    ("gu", "man na 1450 rupiya aapu", None, True),
    ("gu", "20 kilo na 1450", "price", False),
    ("gu", "કપાસ ૨૦ કિલોના ૧૪૫૦ મળશે?", None, False),
    ("bn", "mon e 2000 debo", None, True),
    ("bn", "মণে দু হাজার দেব", None, True),
    ("pa", "40 kilo de 900 dewanga", None, True),
    ("hi", "20 kilo ke 900 dunga", None, True),
    ("hi", "मन के 900 दूंगा", None, True),
    ("hi", "2500 rupaye maund", None, True),
    ("hi", "40 kilo ka 1100", "price", False),
    ("mr", "मणाला 2000", "price", False),
    ("en", "900 rs per 20 kg", None, True),
    ("en", "rs 900 per maund", None, True),
    ("en", "450 per 20kg", "price", False),
]


@pytest.mark.parametrize(("language", "said", "expecting", "bids"), UNWEIGHED, ids=[u[1] for u in UNWEIGHED])
def test_a_price_by_a_weight_that_only_the_speaker_knows_is_none(
    language: str, said: str, expecting: Any, bids: bool
) -> None:
    read = heard(said, language, expecting, bids=bids)
    assert not {"price", "quantity"} & {*read.values, *read.alternatives}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "i gave the load, not one rupee in account"),
        ("hi", "ek rupaya bhi nahi aaya"),
        ("mr", "एक रुपया पण आला नाही"),
        ("ta", "oru ruba kuda varala"),
        ("te", "okka rupayi kuda raledu"),
    ],
)
def test_not_one_rupee_is_no_sum(language: str, said: str) -> None:
    assert "price" not in heard(said, language, past=True).values


@pytest.mark.parametrize(
    ("language", "said", "sum"),
    [
        ("en", "this fellow cut 2,400 from my bill", 2400),
        ("hi", "mere bill se 2400 kaat liye", 2400),
        ("mr", "majhe 3,600 kapale olavya chya navakhali", 3600),
        ("gu", "mara bill mathi 2400 kapi lidha", 2400),
        ("ta", "en bill la 2400 pidichitanga", 2400),
        ("hi", "52 bheje the 48 likhe", None),
        ("hi", "2400 kilo kaat liye", None),
    ],
)
def test_what_was_cut_from_the_bill(language: str, said: str, sum: float | None) -> None:
    price = heard(said, language, past=True).values.get("price")
    assert price == (sum and {"rupees": sum, "per": None})


@pytest.mark.parametrize(
    ("language", "said", "value", "unit"),
    [
        ("en", "two hundred and twenty bags", 220, "bag"),
        ("en", "one thousand and fifty kg", 1050, "kg"),
        ("en", "one quintal and 50 kg tur", 1.5, "quintal"),
        ("hi", "12qntl 80kg bajra", 12.8, "quintal"),
        ("hi", "1 quintal aur 50 kilo tur", 1.5, "quintal"),
        ("mr", "1 quintal ani 50 kilo tur", 1.5, "quintal"),
        ("pa", "dhai ku sau mann", 250, "maund"),
        ("pa", "ਢਾਈ ਕੁ ਸੌ ਮਣ", 250, "maund"),
    ],
)
def test_an_amount_in_two_parts(language: str, said: str, value: float, unit: str) -> None:
    amount = heard(said, language).values["quantity"]
    assert (amount["value"], amount["unit"]) == (value, unit)


def test_two_amounts_beside_each_other_are_two() -> None:
    assert len(heard("2 quintal and 3 quintal", "en").alternatives["quantity"]) == 2
    assert len(heard("two hundred and three hundred bags", "en").alternatives.get("number", ())) == 0
    assert heard("two hundred and three hundred bags", "en").values["quantity"]["value"] == 300


@pytest.mark.parametrize(
    ("language", "said", "rupees"),
    [
        ("te", "సరే అన్న, రెండు వేల మూడొందలకే ఇచ్చేస్తా", 2300),
        ("ta", "சரிங்க, ஆயிரத்து தொள்ளாயிரத்துக்கே குடுத்துர்றேன்", 1900),
        ("kn", "ಸರಿ ಎರಡು ಸಾವಿರಕ್ಕೇ ಕೊಡ್ತೀನಿ", 2000),
        ("kn", "saavirada enturu kodi", 1800),
        ("hi", "61 sau lagao", 6100),
    ],
)
def test_a_sum_with_its_ending(language: str, said: str, rupees: float) -> None:
    assert heard(said, language, bids=True).values["price"] == {"rupees": rupees, "per": None}
