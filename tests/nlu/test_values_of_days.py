"""Days, spans of days and codes as ten languages say them, and what beside them is none."""

from typing import Any

import pytest

from nlu.values.read import read
from tests.nlu.reading import FRIDAY, choices, values

DAYS: list[tuple[str, str, Any, str | dict[str, str]]] = [
    ("hi", "25 nov se 28 nov tak", None, {"from": "2026-11-25", "to": "2026-11-28"}),
    ("hi", "25-28 nov ko gadi bhejo", None, {"from": "2026-11-25", "to": "2026-11-28"}),
    ("en", "25 nov to 28 nov", None, {"from": "2026-11-25", "to": "2026-11-28"}),
    ("en", "nov 25 to nov 28", None, {"from": "2026-11-25", "to": "2026-11-28"}),
    ("hi", "25 नवंबर से 28 नवंबर", None, {"from": "2026-11-25", "to": "2026-11-28"}),
    ("hi", "kal se parso tak", None, {"from": "2026-11-21", "to": "2026-11-22"}),
    ("hi", "somvar se budhvar", None, {"from": "2026-11-23", "to": "2026-11-25"}),
    ("mr", "25 te 28 नोव्हेंबर", None, {"from": "2026-11-25", "to": "2026-11-28"}),
    ("ta", "நவம்பர் 25 முதல் 28 வரை", None, {"from": "2026-11-25", "to": "2026-11-28"}),
    ("te", "నవంబర్ 25 నుంచి 28 వరకు", None, {"from": "2026-11-25", "to": "2026-11-28"}),
    ("kn", "ನವೆಂಬರ್ 25 ರಿಂದ 28 ರವರೆಗೆ", None, {"from": "2026-11-25", "to": "2026-11-28"}),
    ("en", "30 nov to 2 dec", None, {"from": "2026-11-30", "to": "2026-12-02"}),
    ("hi", "अगले हफ्ते आओ, इस हफ्ते कटाई नहीं होगी", None, {"from": "2026-11-23", "to": "2026-11-29"}),
    ("en", "come next week, this week harvest is not done", None, {"from": "2026-11-23", "to": "2026-11-29"}),
    ("en", "not this week, next week", None, {"from": "2026-11-23", "to": "2026-11-29"}),
    ("en", "tomorrow i cannot, day after tomorrow ok", None, "2026-11-22"),
    ("hi", "kal nahi ho payega, parso aao", None, "2026-11-22"),
    ("hi", "is hafte nahi, agle hafte", None, {"from": "2026-11-23", "to": "2026-11-29"}),
    ("mr", "पुढच्या आठवड्यात या, या आठवड्यात काढणी होणार नाही", None, {"from": "2026-11-23", "to": "2026-11-29"}),
    ("gu", "આવતા અઠવાડિયે આવો, આ અઠવાડિયે કાપણી નહીં થાય", None, {"from": "2026-11-23", "to": "2026-11-29"}),
    ("bn", "সামনের সপ্তাহে আসুন, এই সপ্তাহে ধান কাটা হবে না", None, {"from": "2026-11-23", "to": "2026-11-29"}),
    ("pa", "ਅਗਲੇ ਹਫ਼ਤੇ ਆਓ, ਇਸ ਹਫ਼ਤੇ ਵਾਢੀ ਨੀ ਮੁੱਕਣੀ", None, {"from": "2026-11-23", "to": "2026-11-29"}),
    ("ml", "അടുത്ത ആഴ്ച വരൂ, ഈ ആഴ്ച കൊയ്ത്ത് തീരില്ല", None, {"from": "2026-11-23", "to": "2026-11-29"}),
    ("kn", "ಮುಂದಿನ ವಾರ ಬನ್ನಿ, ಈ ವಾರ ಕೊಯ್ಲು ಮುಗಿಯಲ್ಲ", None, {"from": "2026-11-23", "to": "2026-11-29"}),
    ("ta", "naalaikku vendam, nalanniki vaanga", None, "2026-11-22"),
    ("te", "repu vaddu, ellundi randi", None, "2026-11-22"),
    ("kn", "ನಾಳೆ ಬೇಡ, ನಾಡಿದ್ದು ಬನ್ನಿ", None, "2026-11-22"),
    ("ml", "naale venda, mattannal varu", None, "2026-11-22"),
    ("te", "ఈ నెల 27న రండి", None, "2026-11-27"),
    ("te", "డిసెంబర్ రెండున పంపించండి", None, "2026-12-02"),
    ("hi", "agle mahine ki 5 tarikh ko", None, "2026-12-05"),
    ("en", "on the 5th of next month", None, "2026-12-05"),
    ("en", "next month the crop comes", None, {"from": "2026-12-01", "to": "2026-12-31"}),
    ("hi", "budh ko gadi bhejo", None, "2026-11-25"),
    ("pa", "ਪਹਿਲੀ ਦਸੰਬਰ ਤੋਂ ਪੰਜ ਦਸੰਬਰ ਤੱਕ", None, {"from": "2026-12-01", "to": "2026-12-05"}),
    ("ml", "mattannal", "date", "2026-11-22"),
    ("ml", "matannal", "date", "2026-11-22"),
    ("ml", "mattennal", "date", "2026-11-22"),
    ("mr", "3 diwsani pickup kara", None, "2026-11-23"),
    ("mr", "तीन दिवसांनी गाडी पाठवा", None, "2026-11-23"),
    ("mr", "don divsani ya", None, "2026-11-22"),
    ("mr", "5 divsanantar ya", None, "2026-11-25"),
    ("te", "idu rojula taruvatha lorry pampandi", None, "2026-11-25"),
    ("te", "3 rojula tarvata randi", None, "2026-11-23"),
    ("te", "మూడు రోజుల తర్వాత రండి", None, "2026-11-23"),
    ("te", "moodu rojullo randi", None, "2026-11-23"),
    ("ta", "3 naal kazhichu vaanga", None, "2026-11-23"),
    ("ta", "மூன்று நாள் கழித்து வாங்க", None, "2026-11-23"),
    ("ta", "rendu naalla vaanga", None, "2026-11-22"),
    ("kn", "3 dinadalli banni", None, "2026-11-23"),
    ("kn", "ಮೂರು ದಿನ ಬಿಟ್ಟು ಬನ್ನಿ", None, "2026-11-23"),
    ("ml", "3 divasam kazhinju varu", None, "2026-11-23"),
    ("ml", "മൂന്ന് ദിവസത്തിനുള്ളിൽ വരൂ", None, "2026-11-23"),
    ("gu", "3 divas pachi aavo", None, "2026-11-23"),
    ("gu", "ત્રણ દિવસમાં આવો", None, "2026-11-23"),
    ("bn", "3 din pore asben", None, "2026-11-23"),
    ("bn", "তিন দিন পরে আসুন", None, "2026-11-23"),
    ("pa", "3 din baad aao", None, "2026-11-23"),
    ("pa", "ਤਿੰਨ ਦਿਨਾਂ ਨੂੰ ਆਇਓ", None, "2026-11-23"),
    ("hi", "kal subah 8 baje aana", None, "2026-11-21"),
    ("en", "tomorrow at 8 am", None, "2026-11-21"),
    ("te", "repu udayam 8 gantalaku randi", None, "2026-11-21"),
    ("ta", "naalai kaalai 8 manikku vaanga", None, "2026-11-21"),
    ("ta", "நாளை காலை 8 மணிக்கு வாங்க", None, "2026-11-21"),
    ("kn", "ನಾಳೆ ಬೆಳಿಗ್ಗೆ 8 ಗಂಟೆಗೆ ಬನ್ನಿ", None, "2026-11-21"),
    ("ml", "നാളെ രാവിലെ 8 മണിക്ക് വരൂ", None, "2026-11-21"),
    ("bn", "কাল সকাল ৮টায় আসুন", None, "2026-11-21"),
    ("gu", "કાલે સવારે 8 વાગ્યે આવો", None, "2026-11-21"),
    ("mr", "उद्या सकाळी 8 वाजता या", None, "2026-11-21"),
    ("pa", "ਕੱਲ੍ਹ ਸਵੇਰੇ 8 ਵਜੇ ਆਇਓ", None, "2026-11-21"),
    ("bn", "kal sokal 8 tay asun", None, "2026-11-21"),
]  # fmt: skip

DAYS_BEHIND: list[tuple[str, str, Any, str]] = [
    ("hi", "kal paisa aana tha", None, "2026-11-19"),
    ("te", "మొన్న పడాల్సిన డబ్బు రాలేదు", None, "2026-11-18"),
    ("te", "monna padalsina dabbu raledu", None, "2026-11-18"),
    ("ml", "മിനിഞ്ഞാന്ന് കിട്ടേണ്ട പണം കിട്ടിയില്ല", None, "2026-11-18"),
    ("ta", "முந்தாநாள் வரவேண்டிய பணம் வரல", None, "2026-11-18"),
    ("kn", "ಮೊನ್ನೆ ಬರಬೇಕಿದ್ದ ಹಣ ಬಂದಿಲ್ಲ", None, "2026-11-18"),
    ("bn", "গত পরশু টাকা আসার কথা ছিল", None, "2026-11-18"),
    ("bn", "পরশু টাকা আসার কথা ছিল আসেনি", None, "2026-11-18"),
    ("gu", "પરમ દિવસે પૈસા આવવાના હતા", None, "2026-11-18"),
    ("gu", "kale paisa aavvana hata", None, "2026-11-19"),
    ("mr", "परवा पैसे यायचे होते आले नाहीत", None, "2026-11-18"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "said", "expecting", "day"), DAYS, ids=[d[1] for d in DAYS])
def test_a_day_ahead(language: str, said: str, expecting: Any, day: str | dict[str, str]) -> None:
    read = values(said, expecting, language)
    assert read["date"] == day
    assert {"price", "quantity"}.isdisjoint(read)


@pytest.mark.parametrize(
    ("language", "said", "expecting", "day"), DAYS_BEHIND, ids=[d[1] for d in DAYS_BEHIND]
)
def test_a_day_behind_who_asks_for_money(language: str, said: str, expecting: Any, day: str) -> None:
    assert values(said, expecting, language, past=True)["date"] == day


TWO_DAYS = [
    ("hi", "kal aao nahi to parso"),
    ("hi", "kal ya parso aao"),
    ("en", "tomorrow or day after tomorrow"),
    ("en", "come tomorrow, if not monday"),
]


@pytest.mark.parametrize(("language", "said"), TWO_DAYS)
def test_of_two_days_that_both_suit_the_speaker_chooses(language: str, said: str) -> None:
    assert "date" not in values(said, language=language)
    assert len(choices(said, language=language)["date"]) == 2


def test_since_when_money_is_missing_is_no_day_to_come() -> None:
    assert "date" not in values("3 rojula nunchi dabbu raledu", language="te", past=True)
    assert "date" not in values("15 din se paisa nahi aaya", language="hi", past=True)


def test_of_a_day_behind_nothing_is_refused() -> None:
    heard = read("kal paisa nahi aaya, somvar ko bheja tha", today=FRIDAY, language="hi", past=True)
    assert heard.alternatives["date"] == ("2026-11-19", "2026-11-16")


@pytest.mark.parametrize(
    ("language", "said", "code"),
    [
        ("hi", "sawa lakh dunga pure maal ka, lot ON-4471", "ON-4471"),
        ("mr", "लॉट PS-2210 साठी", "PS-2210"),
        ("en", "cancel booking BK-31", "BK-31"),
        ("en", "ON-4471 lot is mine", "ON-4471"),
    ],
)
def test_a_code_beside_the_word_for_a_lot(language: str, said: str, code: str) -> None:
    assert values(said, language=language)["reference"] == code


@pytest.mark.parametrize(
    "said", ["wheat of HD-2967", "NH-44 ke paas", "PB-1121 basmati 20 bags", "12 lot 15-20 bags"]
)
def test_a_variety_or_a_road_is_no_code(said: str) -> None:
    assert "reference" not in values(said)


SPANS: list[tuple[str, str]] = [
    ("en", "any day between 26 and 29 nov"),
    ("en", "between nov 26 and 29"),
    ("hi", "26 aur 29 nov ke beech kabhi bhi"),
    ("mr", "26 te 29 nov darmyan ya"),
    ("gu", "26 ane 29 nov vachche aavjo"),
    ("pa", "26 ton 29 nov vich aa jao"),
    ("bn", "26 theke 29 nov er moddhe asun"),
    ("kn", "26 rinda 29 nov olage banni"),
    ("ml", "26 muthal 29 nov vare"),
    ("ta", "nov 26 la irundhu 29 vara"),
    ("te", "26 nunchi 29 november madhyalo"),
]


@pytest.mark.parametrize(("language", "said"), SPANS, ids=[one[1] for one in SPANS])
def test_between_two_days(language: str, said: str) -> None:
    assert values(said, language=language)["date"] == {"from": "2026-11-26", "to": "2026-11-29"}


def test_a_punjabi_tonne_before_a_day_is_a_tonne() -> None:
    heard = values("25 ton 28 nov nu chakk lo", language="pa")
    assert (heard["quantity"]["kg"], heard["date"]) == (25000, "2026-11-28")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "wheat ready, seventy five quintal"),
        ("en", "sell now or wait"),
        ("hi", "paisa abhi tak nahi aaya"),
        ("hi", "टमाटर अभी निकाल दूँ या थोड़ा रुकूँ"),
        ("kn", "ಈಗ್ಲೇ ಕೊಡೋದಾ"),
        ("te", "ippude ammala"),
    ],
)
def test_now_is_a_day_only_for_who_is_asked_for_one(language: str, said: str) -> None:
    assert "date" not in values(said, language=language)
