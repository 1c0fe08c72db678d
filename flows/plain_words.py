"""Words of small matters in ten languages, in their own letters and in Latin ones, for which there is no intent.

Each form stands for whatever begins like it; it may be of several words. Written as `levelled` leaves a sentence.
"""

import re
import unicodedata
from collections.abc import Sequence

from flows.heard import Heard

FORMS: dict[str, str] = {
    "cheapest": "cheap|lowest price|सस्त|सबसे कम|sast|sabse kam|ಅಗ್ಗ|ಕಡಿಮೆ ಬೆಲೆ|ಕಮ್ಮಿ ಬೆಲೆ|agga|kadime bele"
    "|kammi bele|ਸਸਤ|ਸਭ ਤੋਂ ਘੱਟ|स्वस्त|svast|swast|చౌక|తక్కువ ధర|తక్కువ రేటు|chouka|chauka"
    "|takkuva dhara|takkuva rate|மலிவ|குறைந்த விலை|கம்மி விலை|malivu|kammi vilai|সস্ত|কম দাম|sosta"
    "|kom dam|સસ્ત|ઓછા ભાવ|ocha bhav|വില കുറ|കുറഞ്ഞ വില|vila kur|kuranja vila",
    "nearest": "near|closest|नजदीक|पास|najdik|nazdik|paas|ಹತ್ತಿರ|hattira|hatra|ਨੇੜ|nere|जवळ|javal|jawal|దగ్గర"
    "|daggara|அருக|பக்கத்த|arugil|pakkath|কাছে|kache|નજીક|najik|അടുത്ത|aduth",
    "below": "below|under|less than|up to|upto|at most|not more than|max|से कम|से नीचे|तक|se kam|se km|se niche"
    "|se neeche|tak|ಕಡಿಮೆ|ಕಮ್ಮಿ|ಒಳಗೆ|kadime|kammi|olage|ਤੋਂ ਘੱਟ|ਤੋਂ ਥੱਲੇ|ਤੱਕ|ton ghat|to ghat"
    "|पेक्षा कमी|पर्यंत|च्या आत|peksha kami|paryant|తక్కువ|లోపు|లోపల|takkuva|thakkuva|lopu|குறை|கீழ்"
    "|கம்மி|உள்ள|kurai|keezh|kizh|কম|নিচে|মধ্যে|kom|moddhe|ઓછ|નીચે|સુધી|ochh|ocha|sudhi|താഴെ|കുറ|വരെ"
    "|thazhe|kurav|kuranj|vare",
    "km": "km|kilomet|किमी|कि मी|किलोमीट|ಕಿಮೀ|ಕಿ ಮೀ|ಕಿಲೋಮೀಟ|ਕਿਮੀ|ਕਿ ਮੀ|ਕਿਲੋਮੀਟ|కిమీ|కి మీ|కిలోమీట|கிமீ|கி மீ"
    "|கிலோமீட்ட|কিমি|কি মি|কিলোমিট|કિમી|કિ મી|કિલોમીટ|കിമീ|കി മീ|കിലോമീറ്റ",
    "1": "first|1st|पहल|pehl|pahl|पहिल|pahil|ಮೊದಲ|modala|ਪਹਿਲ|మొదట|modati|முதல்|mudhal|muthal|প্রথম|prothom"
    "|પહેલ|pehel|ആദ്യ|ഒന്നാമ|aadya|adyat|onnam",
    "2": "second|2nd|दूसर|दुसर|doosr|dusr|ಎರಡನ|eradane|ਦੂਜ|dooj|duj|రెండో|రెండవ|rendo|rendav|இரண்டா|ரெண்டா"
    "|irandav|দ্বিতী|dwiti|બીજ|bij|രണ്ടാമ|randam",
    "3": "third|3rd|तीसर|तिसर|teesr|tisr|ಮೂರನ|moorane|murane|ਤੀਜ|ਤੀਸਰ|teej|tij|మూడో|మూడవ|moodo|mudo|moodav"
    "|மூன்றா|மூணா|moondrav|moonav|তৃতী|triti|ત્રીજ|trij|മൂന്നാമ|moonnam|munnam",
    "4": "fourth|4th|चौथ|chauth|choth|ನಾಲ್ಕನ|nalkane|naalkane|ਚੌਥ|నాలుగో|నాలుగవ|nalugo|nalugav|நான்கா|நாலா"
    "|naangav|nalav|চতুর্থ|choturth|ચોથ|നാലാമ|nalam|naalam",
    "5": "fifth|5th|पांचव|पाचव|panchv|paanchv|panchw|pachv|ಐದನ|aidane|ਪੰਜਵ|panjv|ఐదో|ఐదవ|aido|aidav|ஐந்தா"
    "|அஞ்சா|aindhav|anjav|পঞ্চম|ponchom|પાંચમ|pancham|അഞ്ചാമ|anjam",
    "6": "sixth|6th|छठ|सहाव|chhath|sahav|ಆರನ|arane|aarane|ਛੇਵ|chhev|ఆరో|ఆరవ|aaro|aarav|ஆறா|ষষ্ঠ|shoshth|છઠ્ઠ"
    "|ആറാമ|aaram",
    "7": "seventh|7th|सातव|saatv|satv|ಏಳನ|elane|yelane|ਸੱਤਵ|sattv|ఏడో|ఏడవ|edav|ஏழா|ezhav|সপ্তম|soptom|સાતમ"
    "|satam|ഏഴാമ|ezham",
    "8": "eighth|8th|आठव|aathv|athv|ಎಂಟನ|entane|ਅੱਠਵ|ఎనిమిదో|ఎనిమిదవ|enimido|எட்டா|ettav|অষ্টম|oshtom|આઠમ"
    "|atham|എട്ടാമ|ettam",
    "9": "ninth|9th|नौव|नवव|nauv|navv|ಒಂಬತ್ತನ|ombattane|ਨੌਵ|తొమ్మిదో|తొమ్మిదవ|tommido|ஒன்பதா|onbadhav|নবম"
    "|nobom|નવમ|navam|ഒമ്പതാമ|ഒൻപതാമ|ombatham",
    "for_sale": "for sale|available|sells|selling|someone sell|somebody sell|comes|there is|lists|बिकने|बिकाऊ|आए"
    "|आये|आ जाए|मिले|उपलब्ध|bikne|bikau|aaye|aye|aae|aa jaye|mile|ಮಾರಾಟ|ಬಂದರೆ|ಬಂದ್ರೆ|ಸಿಕ್ಕ|ಇದ್ದರೆ"
    "|marata|bandare|bandre|sikk|iddare|ਵਿਕਣ|ਆਵੇ|ਆਏ|ਮਿਲੇ|vikan|aave|विकायला|विक्रीला|आलं|आली|आल्यावर"
    "|मिळ|vikayla|vikrila|aala|aali|అమ్మక|వస్తే|దొరిక|ఉంటే|ammak|vaste|vasthe|dorik|விற்பனை|வந்தா|கிடை"
    "|virpan|vandha|vantha|kidai|বিক্রি|এলে|আসলে|পেলে|bikri|ele|asle|pele|વેચા|આવે|મળે|vecha|male"
    "|വിൽപ്പന|വന്നാ|കിട്ടി|ഉണ്ടെങ്കിൽ|vilpan|vanna|kitti",
    "price": "price|rate|भाव|दाम|रेट|कीमत|किंमत|दर|bhav|bhaav|daam|dam|keemat|kimat|ಬೆಲೆ|ದರ|ರೇಟ್|bele|dara|ਭਾਅ"
    "|ਰੇਟ|ਮੁੱਲ|bhaa|mull|ధర|రేటు|dhara|retu|விலை|ரேட்|vilai|দাম|দর|রেট|dor|ભાવ|રેટ|വില|നിരക്ക|vila",
    "stop_looking": "stop looking|stop searching|no longer look|ढूंढना बंद|खोजना बंद|dhundhna band|dhoondhna band"
    "|dhundna band|khojna band|ಹುಡುಕುವುದು ನಿಲ್ಲಿಸ|ಹುಡುಕೋದು ನಿಲ್ಲಿಸ|hudukuvudu nillis|hudukodu nillis"
    "|ਲੱਭਣਾ ਬੰਦ|labhna band|शोधणे थांबव|शोधणं थांबव|shodhne thambav|వెతకడం ఆప|vetakadam aap"
    "|தேடுவதை நிறுத்த|theduvathai niruthu|খোঁজা বন্ধ|khoja bondho|શોધવાનું બંધ|shodhvanu bandh"
    "|തിരയുന്നത് നിർത്ത|thirayunnath nirth",
}
ORDINALS = range(1, 10)
#: Longer sentences speak of other things than the list before one's eyes.
SHORT = 8
#: "50km".
_GLUED = re.compile(r"(\d)(?=[^\d ])")
_NUKTA = re.compile("[\u093c\u09bc\u0a3c]")


def levelled(text: str) -> str:
    """Small letters, plain digits, no signs, no nukta, one space between words and around all of it."""
    letters = _NUKTA.sub("", unicodedata.normalize("NFD", text.casefold())).replace("\u0901", "\u0902")
    plain = "".join(
        str(unicodedata.decimal(each))
        if each.isdecimal()
        else each
        if unicodedata.category(each)[0] in "LM"
        else " "
        for each in unicodedata.normalize("NFC", letters)
        if each not in "\u200c\u200d"
    )
    apart = _GLUED.sub(r"\1 ", plain)
    return f" {' '.join(apart.split())} "


_LEVEL: dict[str, Sequence[str]] = {
    meaning: tuple(levelled(form).rstrip() for form in forms.split("|")) for meaning, forms in FORMS.items()
}


def says(text: str, meaning: str) -> bool:
    said = levelled(text)
    return any(form in said for form in _LEVEL[meaning])


def kilometres(heard: Heard) -> int | None:
    """ "50 km", "fifty km"; but "150 se km" is "less than 150" in a hurry."""
    said = levelled(heard.text)
    for form in _LEVEL["km"]:
        if found := re.search(rf" (\d{{1,4}}){re.escape(form)}", said):
            return int(found[1])
    if says(heard.text, "km") and " se km " not in said and not re.search(r"\d", said):
        number = heard.values.get("number") or (heard.values.get("price") or {}).get("rupees")
        return int(number) if number else None
    return None


def nth(text: str) -> int | None:
    return next((n for n in ORDINALS if says(text, str(n))), None)


def is_short(text: str) -> bool:
    return len(levelled(text).split()) <= SHORT
