"""Words about a list, in ten languages and in both letters; what only looks like one of them is none."""

import pytest

from flows.heard import Heard
from flows.languages import LANGUAGES
from flows.plain_words import FORMS, ORDINALS, beside, kilometres, nth, says
from flows.wishes import MY_WISHES_DOOR
from flows.words import words_of
from nlu.understanding import Understanding

FIRST = [
    "first",
    "pehla",
    "पहला",
    "ಮೊದಲನೆಯದು",
    "modalaneyadu",
    "ਪਹਿਲਾ",
    "पहिला",
    "మొదటిది",
    "முதல்",
    "প্রথমটা",
    "પહેલું",
    "ആദ്യത്തെ",
]
THIRD = [
    "third",
    "teesra",
    "तीसरा",
    "ಮೂರನೆಯದು",
    "moorane",
    "ਤੀਜਾ",
    "तिसरा",
    "మూడోది",
    "மூன்றாவது",
    "তৃতীয়টা",
    "ત્રીજું",
    "മൂന്നാമത്തെ",
]
CHEAPEST = ["cheapest", "sasta", "सस्ता", "ಅಗ್ಗದ್ದು", "agga", "ਸਸਤਾ", "स्वस्त", "చౌకైనది", "மலிவான", "সস্তা", "સસ્તું"]
BELOW = [
    "below 150",
    "150 se kam",
    "150 se km",
    "१५० से कम",
    "150ಕ್ಕಿಂತ ಕಡಿಮೆ",
    "150 ਤੋਂ ਘੱਟ",
    "१५० पेक्षा कमी",
    "150 కంటే తక్కువ",
    "150க்கு கீழ்",
    "১৫০ এর কম",
    "150 થી ઓછા",
    "150 ൽ താഴെ",
]
PICKUP_CODE = [
    "what is my pick-up code",
    "pickup code kya hai",
    "उठान कोड बताओ",
    "ಪಿಕಪ್ ಕೋಡ್ ಏನು",
    "ਚੁਕਾਈ ਕੋਡ ਕੀ ਹੈ",
    "उचल कोड काय आहे",
    "పికప్ కోడ్ ఏంటి",
    "எடுப்பு கோடு என்ன",
    "মাল তোলার কোড কত",
    "ઉપાડ કોડ શું છે",
    "പിക്കപ്പ് കോഡ് എന്താ",
]
NEAREST_MANDIS = [
    "nearest mandis",
    "paas ki mandi ka rate",
    "पास की मंडियाँ",
    "ಹತ್ತಿರದ ಮಂಡಿ",
    "ਨੇੜੇ ਦੀਆਂ ਮੰਡੀਆਂ",
    "जवळचे बाजार",
    "దగ్గరి మండీలు",
    "பக்கத்து சந்தைகள்",
    "কাছের মান্ডি",
    "નજીકની મંડીઓ",
    "അടുത്തുള്ള ചന്തകൾ",
]
FIFTY_KM = [
    "only within 50km",
    "50 kilometres",
    "50 km ke andar",
    "५० किमी के अंदर",
    "50 कि.मी.",
    "50 ಕಿ.ಮೀ ಒಳಗೆ",
    "50 ਕਿਲੋਮੀਟਰ",
    "50 కిమీ లోపల",
    "50 கி.மீ",
    "৫০ কিমি",
    "50 કિમી",
    "50 കിലോമീറ്റർ",
]

MY_WISHES = [
    "show my wishes please",
    "मेरी ज़रूरतों को दिखाओ",
    "meri zarooraton ki list",
    "ನನ್ನ ಬೇಡಿಕೆಗಳನ್ನು ತೋರಿಸಿ",
    "ನನ್ನ ಬೇಕುಗಳಲ್ಲಿ ಏನಿದೆ",
    "nanna bekugalannu torisi",
    "ਮੇਰੀਆਂ ਲੋੜਾਂ ਦਿਖਾਓ",
    "माझ्या गरजांची यादी",
    "నా అవసరాలను చూపించు",
    "என் தேவைகளை காட்டு",
    "আমার দরকারগুলো দেখাও",
    "મારી જરૂરિયાતોની યાદી",
    "എന്റെ ആവശ്യങ്ങളെ കാണിക്കൂ",
]
WHAT_COMES = [
    "what will i get",
    "मुझे कितना मिलेगा",
    "kitne paise milenge",
    "ನನಗೆ ಎಷ್ಟು ಹಣ ಸಿಗುತ್ತದೆ",
    "eshtu sigutte",
    "ਕਿੰਨੇ ਪੈਸੇ ਮਿਲਣਗੇ",
    "kinna milega",
    "मला किती मिळेल",
    "నాకు ఎంత వస్తుంది",
    "எனக்கு எவ்வளவு கிடைக்கும்",
    "আমি কত টাকা পাব",
    "મને કેટલા મળશે",
    "എനിക്ക് എത്ര കിട്ടും",
]
PAID = [
    "i have paid",
    "पैसे भेज दिए",
    "maine paise de diye",
    "ಹಣ ಕೊಟ್ಟಿದ್ದೇನೆ",
    "duddu kalisidde",
    "ਪੈਸੇ ਦੇ ਦਿੱਤੇ",
    "paise bhej ditte",
    "पैसे दिले",
    "డబ్బు కట్టాను",
    "பணம் கட்டிவிட்டேன்",
    "টাকা দিয়েছি",
    "પૈસા આપી દીધા",
    "പണം അടച്ചു",
]
BACK = [
    "I take my complaint back",
    "withdraw the complaint",
    "शिकायत वापस लेनी है",
    "shikayat ko wapas lo",
    "ದೂರು ವಾಪಸ್ ತಗೊಳ್ತೀನಿ",
    "ದೂರನ್ನು ಹಿಂಪಡೆಯುತ್ತೇನೆ",
    "ਸ਼ਿਕਾਇਤ ਵਾਪਸ ਲੈਣੀ ਹੈ",
    "shikayat vapas laini hai",
    "तक्रार मागे घेतो",
    "ఫిర్యాదు వెనక్కి తీసుకుంటాను",
    "புகாரை வாபஸ் வாங்குறேன்",
    "অভিযোগ ফিরিয়ে নিচ্ছি",
    "ફરિયાદ પાછી ખેંચવી છે",
    "പരാതി പിൻവലിക്കുന്നു",
]


@pytest.mark.parametrize(("n", "word"), [(1, each) for each in FIRST] + [(3, each) for each in THIRD])
def test_which_of_the_list(n: int, word: str) -> None:
    assert nth(f"{word} please") == n


@pytest.mark.parametrize("word", CHEAPEST)
def test_the_cheapest(word: str) -> None:
    assert says(word, "cheapest") and not says(word, "nearest") and nth(word) is None


@pytest.mark.parametrize("said", BELOW)
def test_no_more_than_that(said: str) -> None:
    assert says(said, "below") and kilometres(Heard(said)) is None


@pytest.mark.parametrize("said", PICKUP_CODE)
def test_the_code_for_the_cart(said: str) -> None:
    assert says(said, "pickup_code") and not says(said, "mandi")


@pytest.mark.parametrize("said", NEAREST_MANDIS)
def test_the_mandis_nearby(said: str) -> None:
    assert says(said, "nearest") and says(said, "mandi") and not says(said, "pickup_code")


@pytest.mark.parametrize("said", FIFTY_KM)
def test_no_farther_than_that(said: str) -> None:
    assert kilometres(Heard(said)) == 50


def test_kilometres_in_words_are_those_that_were_understood() -> None:
    assert kilometres(Heard("fifty km", Understanding("inform", 1.0, values={"number": 50}))) == 50
    assert kilometres(Heard("pachas rupaye", Understanding("inform", 1.0, values={"number": 50}))) is None


def test_a_quantity_or_a_crop_says_nothing_about_the_list() -> None:
    for said in ("10 ton", "12 टन पराली", "paddy straw", "haan", "menu"):
        assert nth(said) is None and not any(says(said, each) for each in FORMS), said


def test_every_ordinal_has_its_words() -> None:
    assert {str(n) for n in ORDINALS} < set(FORMS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_name_on_the_door_of_the_wishes_is_known(language: str) -> None:
    for script in ("native", "latin"):
        assert says(words_of(language, script)(MY_WISHES_DOOR.label), "my_wishes")


@pytest.mark.parametrize("said", MY_WISHES)
def test_my_wishes_as_speech_bends_them(said: str) -> None:
    assert says(said, "my_wishes")


@pytest.mark.parametrize("said", WHAT_COMES)
def test_what_one_would_get(said: str) -> None:
    assert says(said, "would_get")


@pytest.mark.parametrize(
    "said", ["when will i get my money", "paisa kab milega", "hullu elli sigutte", "kahan milega"]
)
def test_when_and_where_is_not_how_much(said: str) -> None:
    assert not says(said, "would_get")


@pytest.mark.parametrize("said", PAID)
def test_it_is_paid(said: str) -> None:
    assert says(said, "have_paid")


@pytest.mark.parametrize("said", ["i will pay", "paise bhejo", "paise kab bhejoge", "ಹಣ ಕಳಿಸಿ", "పేమెంట్ ఎప్పుడు"])
def test_it_is_not_paid_yet(said: str) -> None:
    assert not says(said, "have_paid")


@pytest.mark.parametrize("said", BACK)
def test_a_complaint_is_taken_back(said: str) -> None:
    assert beside(said, "complaint", "take_back")


@pytest.mark.parametrize(
    "said",
    [
        "I complain, he must send my money back",
        "shikayat hai, mere paise wapas karo",
        "ದೂರ ಇದೆ ವಾಪಸ್ ಬನ್ನಿ",
        "back",
    ],
)
def test_a_complaint_is_made(said: str) -> None:
    assert not beside(said, "complaint", "take_back")
