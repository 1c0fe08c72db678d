"""Sums and amounts as ten languages say them, and the sentences beside them that must not be read so."""

from typing import Any

import pytest

from nlu.values.read import Values, read
from tests.nlu.reading import FRIDAY


def heard(
    said: str, language: str, expecting: Any = None, *, bids: bool = False, past: bool = False
) -> Values:
    return read(said, today=FRIDAY, language=language, expecting=expecting, bids=5 * bids, past=past)


#: Language, words, the open question, rupees, and for what.
SUMS_IN_BIDS: list[tuple[str, str, Any, float, str | None]] = [
    ("ta", "டன்னுக்கு ஆயிரத்து ஐநூறு தரேன்", None, 1500, "t"),
    ("ta", "குவிண்டாலுக்கு ரெண்டாயிரத்து முன்னூறு கொடுப்பேன்", None, 2300, "quintal"),
    ("ta", "கிலோவுக்கு முப்பத்தஞ்சு குடுங்க", None, 35, "kg"),
    ("ta", "kilovukku irupathu rubai venum", None, 20, "kg"),
    ("ta", "quintalukku aayirathu ainooru tharen", None, 1500, "quintal"),
    ("ta", "tonnukku moovaayiram tharen", None, 3000, "t"),
    ("ta", "2150 na ok", None, 2150, None),
    ("ta", "kilo 40 na tharen", None, 40, "kg"),
    ("ta", "கிலோவுக்கு இருபத்திரண்டரை போட்டா சரி", None, 22.5, "kg"),
    ("ta", "paruthi 7200 thandina sollunga", None, 7200, None),
    ("ta", "மஞ்சள் பத்தாயிரம் தாண்டினா சொல்லுங்க", None, 10000, None),
    ("ta", "வெங்காயம் கிலோ 30 ரூபாய்க்கு மேல போனா சொல்லுங்க", None, 30, "kg"),
    ("te", "క్వింటాల్‌కు రెండు వేల ఐదు వందలు ఇస్తాను", None, 2500, "quintal"),
    ("te", "క్వింటాకు ఆరు వేల ఐదొందలు ఇస్తా", None, 6500, "quintal"),
    ("te", "టన్నుకు పదిహేను వందలు కావాలి", None, 1500, "t"),
    ("te", "కిలోకి ముప్పై రెండు రూపాయలైతే ఇస్తా", None, 32, "kg"),
    ("te", "kilo ki 35 aithe istha", None, 35, "kg"),
    ("te", "quintalku ainduvelu istha", None, 5000, "quintal"),
    ("te", "కేజీ నూటపది చొప్పున తీసుకుంటా", None, 110, "kg"),
    ("te", "quintal 6500 choppuna teesukunta", None, 6500, "quintal"),
    ("te", "పత్తి ఏడు వేలు దాటితే చెప్పండి", None, 7000, None),
    ("te", "mirchi quintal 18000 dati cheppandi", None, 18000, "quintal"),
    ("kn", "ಕ್ವಿಂಟಲಿಗೆ ಆರು ಸಾವಿರದ ಐನೂರು ಕೊಡ್ತೀನಿ", None, 6500, "quintal"),
    ("kn", "ಟನ್ನಿಗೆ ಎರಡು ಸಾವಿರದ ಮುನ್ನೂರು ಕೊಡ್ತೀನಿ", None, 2300, "t"),
    ("kn", "ಕೆಜಿಗೆ ಮೂವತ್ತೈದು ಕೊಟ್ರೆ ಆಯ್ತು", None, 35, "kg"),
    ("kn", "quintalge aidu saavirada ainuru kodtini", None, 5500, "quintal"),
    ("kn", "kejige 32 madi", None, 32, "kg"),
    ("kn", "2150 aadre ok", None, 2150, None),
    ("kn", "ಈರುಳ್ಳಿ 2500 ದಾಟಿದ್ರೆ ತಿಳಿಸಿ", None, 2500, None),
    ("kn", "tomato 20 rupayi mele hodre heli", None, 20, None),
    ("ml", "കിലോക്ക് മുപ്പത്തിയാറിന് എടുക്കാം", None, 36, "kg"),
    ("ml", "ക്വിന്റലിന് മൂവായിരത്തിന് എടുക്കാം", None, 3000, "quintal"),
    ("ml", "കിലോയ്ക്ക് നാൽപ്പത്തഞ്ചാണെങ്കിൽ തരാം", None, 45, "kg"),
    ("ml", "2150 aanenkil ok", None, 2150, None),
    ("ml", "tonninu rendayirathi anjooru tharam", None, 2500, "t"),
    ("ml", "കുരുമുളക് കിലോ അറുനൂറ് കടന്നാൽ പറയണേ", None, 600, "kg"),
    ("ml", "rubber 200 kadannal ariyikkane", None, 200, None),
    ("gu", "ક્વિન્ટલે પાંચ હજાર આઠસો આપીશ", None, 5800, "quintal"),
    ("gu", "ટને બે હજાર ત્રણસો આપું", None, 2300, "t"),
    ("gu", "કિલોએ પાંત્રીસ કરો તો હા", None, 35, "kg"),
    ("gu", "quintale panch hajar aapish", None, 5000, "quintal"),
    ("gu", "kilo na 35 hoy to aapu", None, 35, "kg"),
    ("gu", "જીરું વીસ હજાર ઉપર જાય તો કહેજો", None, 20000, None),
    ("gu", "kapas 7000 thi upar jay to kejo", None, 7000, None),
    ("mr", "क्विंटलला पाच हजार आठशे देतो", None, 5800, "quintal"),
    ("mr", "टनाला दोन हजार तीनशे देईन", None, 2300, "t"),
    ("mr", "किलोला पस्तीस केलं तर देतो", None, 35, "kg"),
    ("mr", "kilola 35 milale tar deto", None, 35, "kg"),
    ("mr", "pavne don hajar quintal la final", None, 1750, "quintal"),
    ("mr", "2150 quintal la ghya", None, 2150, "quintal"),
    ("mr", "kanda 2500 chya var gela tar sanga", None, 2500, None),
    ("mr", "तूर आठ हजार ओलांडली की सांगा", None, 8000, None),
    ("mr", "tur 8 hajar olandli ki sanga, quintal chi", None, 8000, "quintal"),
    ("mr", "कांदा 2500 च्या वर गेला तर सांगा, क्विंटलचा", None, 2500, "quintal"),
    ("bn", "কুইন্টালে পাঁচ হাজার আটশো দেব", None, 5800, "quintal"),
    ("bn", "টনে দু হাজার তিনশো দেব", None, 2300, "t"),
    ("bn", "কেজিতে পঁয়ত্রিশ করলে দেব", None, 35, "kg"),
    ("bn", "kejite 35 korle debo", None, 35, "kg"),
    ("bn", "2150 kuintal korle debo noile na", None, 2150, "quintal"),
    ("bn", "আলু ৯০০ পেরোলে জানাবেন", None, 900, None),
    ("bn", "alu 900 namlei janiyo", None, 900, None),
    ("pa", "ਕੁਇੰਟਲ ਦੇ ਪੰਜ ਹਜ਼ਾਰ ਅੱਠ ਸੌ ਦਿਆਂਗਾ", None, 5800, "quintal"),
    ("pa", "ਟਨ ਦਾ ਬਾਈ ਸੌ ਦੇਊਂਗਾ", None, 2200, "t"),
    ("pa", "ਕਿਲੋ ਦੇ ਪੈਂਤੀ ਕਰੋ ਤਾਂ ਦੇਵਾਂ", None, 35, "kg"),
    ("pa", "kilo de 35 karo", None, 35, "kg"),
    ("pa", "ਕਣਕ 2500 ਤੋਂ ਉੱਪਰ ਕੁਇੰਟਲ ਜਾਵੇ ਤਾਂ ਦੱਸਣਾ", None, 2500, "quintal"),
    ("pa", "kanak 2500 ton upar kuintal jave ta dassna", None, 2500, "quintal"),
    ("pa", "narma 7000 ton vadh jave ta dasna", None, 7000, None),
    ("hi", "क्विंटल का पाँच हज़ार आठ सौ दूँगा", None, 5800, "quintal"),
    ("hi", "quintal ka panch hazar do sau dunga", None, 5200, "quintal"),
    ("hi", "kilo ka paintis karo", None, 35, "kg"),
    ("hi", "गेहूं 2500 से ऊपर क्विंटल जाए तो बताना", None, 2500, "quintal"),
    ("hi", "soyabean 5000 paar kare to batana quintal", None, 5000, "quintal"),
    ("en", "i can do twenty one fifty per quintal", None, 2150, "quintal"),
    ("en", "not less than nineteen hundred a quintal", None, 1900, "quintal"),
    ("en", "1,25,000 for the whole heap", None, 125000, None),
    ("hi", "sawa lakh dunga pure maal ka", None, 125000, None),
    ("hi", "पूरे माल का सवा लाख दूँगा", None, 125000, None),
    ("gu", "aakha maal na sava lakh", None, 125000, None),
    ("en", "tell me when wheat is above 2500 a quintal", None, 2500, "quintal"),
    ("en", "notify me if cotton crosses 7000", None, 7000, None),
    ("en", "i will give 1900, call by 8 pm", None, 1900, None),
    ("hi", "1900 quintal dunga", None, 1900, "quintal"),
    ("hi", "900 quintal de dunga", None, 900, "quintal"),
    ("hi", "2150 quintal lagao", None, 2150, "quintal"),
    ("pa", "kanak 2500 ton upar jave", None, 2500, None),
]  # fmt: skip

SUMS: list[tuple[str, str, Any, float, str | None]] = [
    ("ml", "kuintalinu 38000 kittanam", None, 38000, "quintal"),
    ("ml", "38000 vech quintalinu tharam", None, 38000, "quintal"),
    ("bn", "arai hajar", "price", 2500, None),
    ("bn", "sare 4so", "price", 450, None),
    ("hi", "2k", "price", 2000, None),
    ("hi", "4so", "price", 400, None),
    ("hi", "2.5k", "price", 2500, None),
    ("hi", "5hazar", "price", 5000, None),
    ("hi", "paanchsau", "price", 500, None),
    ("en", "twenty one fifty", "price", 2150, None),
    ("en", "eighteen fifty", "price", 1850, None),
    ("en", "twenty five hundred", "price", 2500, None),
    ("en", "two thousand one fifty", "price", 2150, None),
    ("en", "one ninety five", "price", 195, None),
    ("en", "two hundred fifty five", "price", 255, None),
    ("en", "two thousand three hundred fifty", "price", 2350, None),
    ("en", "seventeen hundred fifty", "price", 1750, None),
    ("en", "twenty three", "price", 23, None),
    ("hi", "1 quintal ka 2500", "price", 2500, "quintal"),
    ("hi", "ek kilo ka 25", "price", 25, "kg"),
    ("hi", "100 rupaye ek kilo", "price", 100, "kg"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said", "expecting", "rupees", "per"), SUMS_IN_BIDS, ids=[s[1] for s in SUMS_IN_BIDS]
)
def test_a_sum_in_an_offer_or_an_alert(
    language: str, said: str, expecting: Any, rupees: float, per: str | None
) -> None:
    values = heard(said, language, expecting, bids=True).values
    assert values["price"] == {"rupees": rupees, "per": per}
    assert "quantity" not in values


@pytest.mark.parametrize(("language", "said", "expecting", "rupees", "per"), SUMS, ids=[s[1] for s in SUMS])
def test_a_sum(language: str, said: str, expecting: Any, rupees: float, per: str | None) -> None:
    assert heard(said, language, expecting).values["price"] == {"rupees": rupees, "per": per}


AMOUNTS: list[tuple[str, str, Any, float, str | None]] = [
    ("te", "టన్నున్నర ఉల్లిగడ్డ ఉంది", None, 1.5, "t"),
    ("te", "క్వింటాలున్నర పసుపు ఉంది", None, 1.5, "quintal"),
    ("te", "tannunnara ullipaya undi", None, 1.5, "t"),
    ("bn", "টন দেড়েক আলু আছে", None, 1.5, "t"),
    ("bn", "কুইন্টাল আড়াই ধান আছে", None, 2.5, "quintal"),
    ("bn", "ton derek alu ache", None, 1.5, "t"),
    ("bn", "bosta 20 alu ache", None, 20, "bag"),
    ("bn", "বস্তা কুড়ি আলু আছে", None, 20, "bag"),
    ("gu", "mafgali 30 guni", None, 30, "bag"),
    ("gu", "guni 6 mafgali che", None, 6, "bag"),
    ("gu", "mafgali 30 guni 6", None, 30, "bag"),
    ("gu", "કપાસ 30 ગુણી 6", None, 30, "bag"),
    ("en", "bags 20 of onion", None, 20, "bag"),
    ("en", "potato bags 20", None, 20, "bag"),
    ("ml", "ചാക്ക് 20 അടക്ക ഉണ്ട്", None, 20, "bag"),
    ("ml", "chakku 20 adakka und", None, 20, "bag"),
    ("ta", "மூட்டை 20 நெல் இருக்கு", None, 20, "bag"),
    ("te", "బస్తాలు 20 వడ్లు ఉన్నాయి", None, 20, "bag"),
    ("hi", "bori 20 aloo hai", None, 20, "bag"),
    ("hi", "बोरी 20 आलू है", None, 20, "bag"),
    ("kn", "ಚೀಲ 20 ಈರುಳ್ಳಿ ಇದೆ", None, 20, "bag"),
    ("kn", "cheela 20 eerulli ide", None, 20, "bag"),
    ("mr", "poti 20 kanda ahe", None, 20, "bag"),
    ("pa", "ਬੋਰੀਆਂ 20 ਆਲੂ ਨੇ", None, 20, "bag"),
    ("kn", "ಒಂದೂವರೆ ಟನ್ ಮೆಕ್ಕೆಜೋಳ", None, 1.5, "t"),
    ("kn", "ಕ್ವಿಂಟಲ್ ಒಂದೂವರೆ ಇದೆ", None, 1.5, "quintal"),
    ("mr", "didshe poti batata", None, 150, "bag"),
    ("ta", "moonu dun karumbu sakkai", None, 3, "t"),
    ("en", "need 500 quintal wheat", None, 500, "quintal"),
    ("hi", "50 kilo pyaj 1500 me", None, 50, "kg"),
    ("en", "grade A 20 bags", None, 20, "bag"),
    ("hi", "12 quintal makka 2150 ka", None, 12, "quintal"),
    ("kn", "10 chila bella ide", None, 10, "bag"),
    ("bn", "২০টা বস্তা আলু আছে", None, 20, "bag"),
    ("bn", "8 ta bosta alu", None, 8, "bag"),
    ("en", "need 20 bags by monday", None, 20, "bag"),
    ("mr", "20 क्विंटल 30 किलो", None, 20.3, "quintal"),
    ("te", "ఇరవై ఐదు బస్తాలు", None, 25, "bag"),
    ("te", "iravai aidu bastalu", None, 25, "bag"),
    ("kn", "ippattu aidu chila", None, 25, "bag"),
    ("ta", "irubathu anju moottai", None, 25, "bag"),
    ("ml", "irupathi anju chakku", None, 25, "bag"),
    ("en", "twenty five", "quantity", 25, None),
    ("hi", "quintal 20 kar do", None, 20, "quintal"),
    ("te", "రెండున్నర టన్నులు", None, 2.5, "t"),
    ("bn", "বস্তা দশেক আলু আছে", None, 10, "bag"),
    ("gu", "વીસેક ગુણી મગફળી છે", None, 20, "bag"),
    ("pa", "ਵੀਹ ਕੁ ਕੁਇੰਟਲ ਕਣਕ ਐ", None, 20, "quintal"),
    ("pa", "20 ku kuintal kanak", None, 20, "quintal"),
    ("en", "20 odd bags onion", None, 20, "bag"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said", "expecting", "value", "unit"), AMOUNTS, ids=[a[1] for a in AMOUNTS]
)
def test_an_amount(language: str, said: str, expecting: Any, value: float, unit: str | None) -> None:
    values = heard(said, language, expecting).values
    assert (values["quantity"]["value"], values["quantity"]["unit"]) == (value, unit)
    assert "price" not in values


#: What is counted in a bid stays an amount; the last is the sum beside it, if one is said.
AMOUNTS_IN_BIDS: list[tuple[str, str, bool, float, str, tuple[float, str | None] | None]] = [
    ("hi", "10 quintal ka paisa nahi aaya", True, 10, "quintal", None),
    ("en", "money for 10 bags not come", True, 10, "bag", None),
    ("hi", "uske 200 quintal ke liye 1900 dunga", False, 200, "quintal", (1900, None)),
    ("en", "17 bags sent on monday, no money", True, 17, "bag", None),
    ("hi", "10 quintal ka 7000 baki hai", True, 10, "quintal", (7000, None)),
    ("hi", "300 bori ke liye 900 dunga", False, 300, "bag", (900, None)),
    ("hi", "uske 400 quintal ke liye 1900 dunga", False, 400, "quintal", (1900, None)),
    ("hi", "50 quintal lunga", False, 50, "quintal", None),
    ("en", "tell me when somebody wants 200 quintal wheat", False, 200, "quintal", None),
    ("en", "where is money of 350 quintal wheat", True, 350, "quintal", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said", "past", "value", "unit", "price"),
    AMOUNTS_IN_BIDS,
    ids=[a[1] for a in AMOUNTS_IN_BIDS],
)
def test_an_amount_in_an_offer_is_no_sum(
    language: str, said: str, past: bool, value: float, unit: str, price: tuple[float, str | None] | None
) -> None:
    values = heard(said, language, bids=True, past=past).values
    assert (values["quantity"]["value"], values["quantity"]["unit"]) == (value, unit)
    assert values.get("price") == (price and {"rupees": price[0], "per": price[1]})


BOTH: list[tuple[str, str, float, str, float, str | None]] = [
    ("hi", "20 kilo aloo 900 rupaye", 20, "kg", 900, None),
    ("hi", "12 quintal 2000 rs", 12, "quintal", 2000, None),
    ("en", "20 kg onion for 35 rs per kg", 20, "kg", 35, "kg"),
    ("en", "twenty bags 30 rupees", 20, "bag", 30, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said", "value", "unit", "rupees", "per"), BOTH, ids=[b[1] for b in BOTH]
)
def test_an_amount_and_its_price(
    language: str, said: str, value: float, unit: str, rupees: float, per: str | None
) -> None:
    values = heard(said, language).values
    assert (values["quantity"]["value"], values["quantity"]["unit"]) == (value, unit)
    assert values["price"] == {"rupees": rupees, "per": per}


FROM_TO: list[tuple[str, str, Any, str, list[float], str | None, bool]] = [
    ("hi", "das barah ton parali hai", None, "quantity", [10, 12], "t", False),
    ("hi", "दस बारह ट्रॉली भूसा है", None, "quantity", [10, 12], "trolley", False),
    ("hi", "do teen quintal sarson", None, "quantity", [2, 3], "quintal", False),
    ("mr", "दहा बारा पोती कांदा", None, "quantity", [10, 12], "bag", False),
    ("gu", "દસ બાર ગુણી મગફળી", None, "quantity", [10, 12], "bag", False),
    ("pa", "ਦਸ ਬਾਰਾਂ ਟਰਾਲੀਆਂ ਪਰਾਲੀ", None, "quantity", [10, 12], "trolley", False),
    ("bn", "দশ বারো বস্তা আলু", None, "quantity", [10, 12], "bag", False),
    ("ta", "பத்து பன்னிரண்டு மூட்டை நெல்", None, "quantity", [10, 12], "bag", False),
    ("te", "పది పన్నెండు బస్తాల వడ్లు", None, "quantity", [10, 12], "bag", False),
    ("kn", "ಹತ್ತು ಹನ್ನೆರಡು ಚೀಲ ಈರುಳ್ಳಿ", None, "quantity", [10, 12], "bag", False),
    ("ml", "പത്ത് പന്ത്രണ്ട് ചാക്ക് നെല്ല്", None, "quantity", [10, 12], "bag", False),
    ("en", "ten twelve bags of onion", None, "quantity", [10, 12], "bag", False),
    ("hi", "10 12 ton parali hai", None, "quantity", [10, 12], "t", False),
    ("en", "1900 or 2000 for his onion", None, "price", [1900, 2000], None, True),
    ("hi", "teen chaar sau bori", None, "quantity", [300, 400], "bag", False),
    ("hi", "sau do sau bori", None, "quantity", [100, 200], "bag", False),
    ("hi", "2-3 hazar bori", None, "quantity", [2000, 3000], "bag", False),
    ("hi", "ek do quintal", None, "quantity", [1, 2], "quintal", False),
    ("en", "2 3 bags", None, "quantity", [2, 3], "bag", False),
    ("hi", "2-3 hazar", "price", "price", [2000, 3000], None, False),
    ("en", "1900 to 2000", "price", "price", [1900, 2000], None, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said", "expecting", "name", "ends", "unit", "bids"), FROM_TO, ids=[r[1] for r in FROM_TO]
)
def test_of_two_numbers_side_by_side_the_speaker_chooses(
    language: str, said: str, expecting: Any, name: str, ends: list[float], unit: str | None, bids: bool
) -> None:
    read = heard(said, language, expecting, bids=bids)
    value, per = ("value", "unit") if name == "quantity" else ("rupees", "per")
    assert name not in read.values
    assert [(one[value], one[per]) for one in read.alternatives[name]] == [(end, unit) for end in ends]


NO_SUM = [
    ("hi", "kal subah 8 baje aana"),
    ("en", "tomorrow at 8 am"),
    ("te", "repu udayam 8 gantalaku randi"),
    ("ta", "naalai kaalai 8 manikku vaanga"),
    ("ta", "நாளை காலை 8 மணிக்கு வாங்க"),
    ("kn", "ನಾಳೆ ಬೆಳಿಗ್ಗೆ 8 ಗಂಟೆಗೆ ಬನ್ನಿ"),
    ("ml", "നാളെ രാവിലെ 8 മണിക്ക് വരൂ"),
    ("bn", "কাল সকাল ৮টায় আসুন"),
    ("gu", "કાલે સવારે 8 વાગ્યે આવો"),
    ("mr", "उद्या सकाळी 8 वाजता या"),
    ("pa", "ਕੱਲ੍ਹ ਸਵੇਰੇ 8 ਵਜੇ ਆਇਓ"),
    ("mr", "सकाळी 10 वाजता पैसे येणार होते"),
    ("hi", "10 baje se paisa nahi aaya"),
    ("hi", "15 din se paisa nahi aaya"),
    ("hi", "20 kilo ke 30 bag hai"),
    ("en", "one fifty kg bag"),
    ("en", "any two three buyers near"),
    ("en", "5 bags 6 quintal"),
    ("bn", "kal sokal 8 tay asun"),
    ("ta", "10 டன்னுக்கு எவ்வளவு"),
    ("en", "offer 2"),
    ("hi", "5 am 8 kg"),
    ("hi", "subah 8 se 10 baje ke beech"),
    ("hi", "8:30 baje"),
    ("hi", "sadhe aath baje"),
    ("gu", "savare 9 vage"),

]  # fmt: skip


@pytest.mark.parametrize(("language", "said"), NO_SUM, ids=[n[1] for n in NO_SUM])
def test_hours_and_counts_are_no_sums(language: str, said: str) -> None:
    for bids in (False, True):
        read = heard(said, language, bids=bids)
        assert "price" not in {**read.values, **read.alternatives}


@pytest.mark.parametrize(
    ("said", "language", "rupees"),
    [
        ("majhe sava lakh kuthe adkle", "mr", 125_000),
        ("ਮੇਰੇ ਡੇਢ ਲੱਖ ਹਾਲੇ ਨੀ ਆਏ", "pa", 150_000),
        ("ಎಂಬತ್ತೆರಡು ಸಾವಿರ ಇನ್ನೂ ಬಂದಿಲ್ಲ", "kn", 82_000),
        ("5 hazar mein", "hi", 5_000),
    ],
)
def test_thousands_in_words_that_count_nothing_are_rupees(said: str, language: str, rupees: int) -> None:
    assert heard(said, language).values["price"] == {"rupees": rupees, "per": None}


@pytest.mark.parametrize(
    ("said", "language", "expecting"),
    [
        ("do hazar nariyal bechne hain", "hi", None),  # so many nuts
        ("ek hazar bori gehun", "hi", None),
        ("do hazar", "hi", "quantity"),
        ("3000", "hi", None),
    ],
)
def test_thousands_of_something_are_no_sum(said: str, language: str, expecting: Any) -> None:
    assert "price" not in heard(said, language, expecting).values
