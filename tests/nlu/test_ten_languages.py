"""The same few things said in every language, in its own letters and in Latin ones."""

from typing import Any

import pytest

from nlu.language import recognise
from nlu.normalise import normalise
from tests.nlu.reading import values

TONNES = {"value": 2.5, "unit": "t", "kg": 2500}
QUINTALS = {"value": 1.5, "unit": "quintal", "kg": 150}
RATE = {"rupees": 2500, "per": "quintal"}


def at(town: str) -> dict[str, str]:
    return {"name": town}


SAID: list[tuple[str, str, dict[str, Any]]] = [
    ("hi", "ढाई टन पराली है लुधियाना में", {"quantity": TONNES, "commodity": "paddy_straw", "place": at("Ludhiana")}),
    ("hi", "dedh quintal sarson, 2500 rupaye quintal", {"quantity": QUINTALS, "commodity": "mustard", "price": RATE}),
    ("hi", "परसों साढ़े बारह सौ रुपये", {"date": "2026-11-22", "price": {"rupees": 1250, "per": None}}),
    ("kn", "ಎರಡೂವರೆ ಟನ್ ಭತ್ತದ ಹುಲ್ಲು ಮಂಡ್ಯದಲ್ಲಿ", {"quantity": TONNES, "commodity": "paddy_straw", "place": at("Mandya")}),
    ("kn", "ondu varey quintal ragi, quintalge 2500", {"price": RATE, "commodity": "finger_millet"}),
    ("pa", "ਢਾਈ ਟਨ ਪਰਾਲੀ ਮੋਗੇ ਤੋਂ", {"quantity": TONNES, "commodity": "paddy_straw", "place": at("Moga")}),
    ("pa", "dedh quintal kanak 2500 rupaye quintal", {"quantity": QUINTALS, "commodity": "wheat", "price": RATE}),
    ("mr", "अडीच टन उसाचं पाचट सांगलीत", {"quantity": TONNES, "commodity": "sugarcane_trash", "place": at("Sangli")}),
    ("mr", "दीड क्विंटल कांदा, क्विंटलला २५०० रुपये", {"quantity": QUINTALS, "commodity": "onion", "price": RATE}),
    ("mr", "साडेबाराशे रुपये परवा", {"price": {"rupees": 1250, "per": None}, "date": "2026-11-22"}),
    ("te", "రెండున్నర టన్నుల వరి గడ్డి గుంటూరులో", {"quantity": TONNES, "commodity": "paddy_straw", "place": at("Guntur")}),
    ("te", "okatinnara quintal mirchi, quintal ku 2500", {"quantity": QUINTALS, "price": RATE}),
    ("ta", "இரண்டரை டன் வைக்கோல் தஞ்சாவூரில்", {"quantity": TONNES, "commodity": "paddy_straw", "place": at("Thanjavur")}),
    ("ta", "onnara quintal nel, quintalukku 2500", {"quantity": QUINTALS, "commodity": "paddy", "price": RATE}),
    ("bn", "আড়াই টন খড় বর্ধমানে", {"quantity": TONNES, "commodity": "paddy_straw"}),
    ("bn", "দেড় কুইন্টাল পাট, কুইন্টালে ২৫০০ টাকা", {"quantity": QUINTALS, "commodity": "jute", "price": RATE}),
    ("gu", "અઢી ટન કપાસની સાંઠી રાજકોટમાં", {"quantity": TONNES, "commodity": "cotton_stalk", "place": at("Rajkot")}),
    ("gu", "dodh quintal jiru, quintal na 2500", {"quantity": QUINTALS, "commodity": "cumin", "price": RATE}),
    ("ml", "രണ്ടര ടൺ വൈക്കോൽ പാലക്കാട്ട്", {"quantity": TONNES, "commodity": "paddy_straw", "place": at("Palakkad")}),
    ("ml", "kurumulaku quintalinu 2500", {"commodity": "black_pepper", "price": RATE}),
]  # fmt: skip


@pytest.mark.parametrize(("language", "said", "meant"), SAID, ids=[f"{s[0]} {s[1]}" for s in SAID])
def test_amounts_prices_days_crops_and_places(language: str, said: str, meant: dict[str, Any]) -> None:
    read = values(said, language=language)
    assert {name: read.get(name) for name in meant} == meant


GLUED: list[tuple[str, str, dict[str, Any]]] = [
    ("hi", "ढाईसौ बोरी आलू", {"value": 250, "unit": "bag", "kg": None}),
    ("mr", "दीडटन डाळिंब", {"value": 1.5, "unit": "t", "kg": 1500}),
    ("ta", "நூறுகட்டு வைக்கோல்", {"value": 100, "unit": "bale", "kg": None}),
    ("te", "మూడెకరాల పత్తి కట్టె", {"value": 3, "unit": "acre", "kg": None}),
]


@pytest.mark.parametrize(("language", "said", "quantity"), GLUED)
def test_an_amount_glued_to_what_it_counts(language: str, said: str, quantity: dict[str, Any]) -> None:
    assert values(said, language=language)["quantity"] == quantity


@pytest.mark.parametrize(
    ("language", "said", "not_said"),
    [
        ("te", "naku rate kavali", "price"),  # naku is four in Kannada, "to me" here
        ("hi", "rate do bhai", "price"),  # give, not two
        ("gu", "listing no bhav badlo", "price"),
        ("bn", "গাড়ি তুলে নিয়ে যান", "commodity"),  # তুলে lifts; তুলা is cotton
        ("en", "he deserves 5/5", "date"),
        ("ta", "10 டன்னுக்கு எவ்வளவு", "price"),
    ],
)
def test_a_word_of_another_language_is_no_value(language: str, said: str, not_said: str) -> None:
    assert not_said not in values(said, language=language)


@pytest.mark.parametrize(
    ("said", "language", "script"),
    [
        ("मुझे गेहूं बेचना है", "hi", "native"),
        ("मला कांदा विकायचा आहे", "mr", "native"),
        ("ਮੈਂ ਝੋਨਾ ਵੇਚਣਾ ਹੈ", "pa", "native"),
        ("నాకు ధర చెప్పండి", "te", "native"),
        ("எனக்கு விலை சொல்லுங்க", "ta", "native"),
        ("আমার ধান বেচব", "bn", "native"),
        ("મારે કપાસ વેચવો છે", "gu", "native"),
        ("എനിക്ക് തേങ്ങ വിൽക്കണം", "ml", "native"),
        ("ನನಗೆ ಬೆಲೆ ಹೇಳಿ", "kn", "native"),
        ("mala kanda vikaycha aahe, kay bhav milel", "mr", "latin"),
        ("naan nellu vikka poren, inga enna vilai kidaikkum", "ta", "latin"),
        ("nenu vari gaddi ammali anukuntunna", "te", "latin"),
        ("I want to sell my wheat this week", "en", "native"),
    ],
)
def test_language_and_letters(said: str, language: str, script: str) -> None:
    heard = recognise(normalise(said))
    assert (heard.language, heard.script) == (language, script)
    assert heard.confidence > 0.7


def test_a_lone_name_is_of_no_language() -> None:
    assert recognise(normalise("Gurpreet")).language is None
    assert recognise(normalise("Mandya 571401")).language is None
