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
    "nearest": "near|closest|नजदीक|पास|najdik|nazdik|paas|ಹತ್ತಿರ|hattira|hatra|ਨੇੜ|nere|nede|जवळ|javal|jawal|దగ్గర"
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
    "pickup_code": "pickup code|pick up code|loading code|पिकअप कोड|पिकप कोड|उठान कोड|uthan code|ಪಿಕಪ್ ಕೋಡ್|ಪಿಕ್ ಅಪ್ ಕೋಡ್"
    "|ਪਿਕਅੱਪ ਕੋਡ|ਪਿਕਅਪ ਕੋਡ|ਚੁਕਾਈ ਕੋਡ|chukai code|उचल कोड|uchal code|పికప్ కోడ్|పికప్ కోడు|பிக்கப் கோடு|எடுப்பு கோடு|eduppu code"
    "|পিকআপ কোড|মাল তোলার কোড|maal tolar code|પિકઅપ કોડ|ઉપાડ કોડ|upad code|പിക്കപ്പ് കോഡ്|പിക്കപ് കോഡ്",
    "mandi": "mandi|मंडि|मंडी|मण्डी|मंडई|बाजार समिति|ಮಂಡಿ|ಎಪಿಎಂಸಿ|ਮੰਡੀ|మండి|మండీ|మార్కెట్ యార్డ|மண்டி|মান্ডি|মন্ডি|મંડી|માર્કેટ યાર્ડ"
    "|മണ്ടി|മണ്ഡി|apmc|market|bazar|bajar|बाजार|சந்தை|santhai|sandhai|ചന്ത|chantha",
    "stop_looking": "stop looking|stop searching|no longer look|ढूंढना बंद|खोजना बंद|dhundhna band|dhoondhna band"
    "|dhundna band|khojna band|ಹುಡುಕುವುದು ನಿಲ್ಲಿಸ|ಹುಡುಕೋದು ನಿಲ್ಲಿಸ|hudukuvudu nillis|hudukodu nillis"
    "|ਲੱਭਣਾ ਬੰਦ|labhna band|शोधणे थांबव|शोधणं थांबव|shodhne thambav|వెతకడం ఆప|vetakadam aap"
    "|தேடுவதை நிறுத்த|theduvathai niruthu|খোঁজা বন্ধ|khoja bondho|શોધવાનું બંધ|shodhvanu bandh"
    "|തിരയുന്നത് നിർത്ത|thirayunnath nirth",
    "my_wishes": "my wish|what i look for|what i am looking for|मेरी जरूरत|मेरी मांग|meri zarurat"
    "|meri zaroorat|meri zarorat|meri jarurat|meri jaroorat|meri maang|ನನ್ನ ಬೇಕುಗಳ"
    "|ನನ್ನ ಬೇಡಿಕೆ|ನನ್ನ ಅಗತ್ಯ|nanna bekugal|nan bekugal|nanna bedike|nan bedike|nanna agatya"
    "|ਮੇਰੀਆਂ ਲੋੜ|ਮੇਰੀ ਲੋੜ|ਮੇਰੀਆਂ ਮੰਗ|meriyan lod|meriyan lor|meri lod|meri lor|meriyan mang"
    "|माझ्या गरज|माझ्या मागण|majhya garaj|mazya garaj|majhya magan|mazya magan|నా అవసరాల"
    "|నా కోరిక|naa avasaral|na avasaral|naa korik|na korik|என் தேவை|என்னோட தேவை|en thevai"
    "|en theva|ennoda theva|আমার দরকার|আমার চাহিদা|amar dorkar|amar chahida|મારી જરૂરિયાત"
    "|mari jaruriyat|mari jaruriat|mari jarooriyat|എന്റെ ആവശ്യങ്ങ|എൻ്റെ ആവശ്യങ്ങ|ente aavashy"
    "|ente avashy|ente aavasy|ente avasy",
    "would_get": "what will i get|how much will i get|how much money will i get|what would i get"
    "|how much would i get|what do i get|how much do i get|कितना मिले|कितने मिले|क्या मिले"
    "|कितना पैसा मिले|कितने पैसे मिले|कितने रुपए मिले|कितने रुपये मिले|kitna mile|kitne mile"
    "|kya mile|kitna paisa mile|kitne paise mile|kitne rupaye mile|kitne rupye mile|ಎಷ್ಟು ಸಿಗ"
    "|ಏನು ಸಿಗ|ಎಷ್ಟು ಹಣ ಸಿಗ|ಎಷ್ಟು ದುಡ್ಡು ಸಿಗ|eshtu sig|estu sig|yestu sig|eshtu hana sig"
    "|eshtu duddu sig|estu duddu sig|ਕਿੰਨਾ ਮਿਲ|ਕਿੰਨੇ ਮਿਲ|ਕੀ ਮਿਲ|ਕਿੰਨਾ ਪੈਸਾ ਮਿਲ|ਕਿੰਨੇ ਪੈਸੇ ਮਿਲ"
    "|kinna mil|kinne mil|ki mil|kinna paisa mil|kinne paise mil|किती मिळ|काय मिळ"
    "|किती पैसे मिळ|kiti mil|kay mil|kiti paise mil|ఎంత వస్త|ఎంత వచ్చ|ఎంత డబ్బు వస్త"
    "|entha vast|enta vast|entha dabbu vast|enta dabbu vast|எவ்வளவு கிடை|எவ்ளோ கிடை"
    "|எவ்வளவு வரு|எவ்வளவு பணம் கிடை|evvalavu kidai|evlo kidai|evvalavu varu|evlo varu"
    "|evvalavu panam kidai|evlo panam kidai|কত পাব|কী পাব|কত টাকা পাব|koto pab|kot pab"
    "|koto taka pab|કેટલા મળ|કેટલું મળ|શું મળ|કેટલા પૈસા મળ|કેટલા રૂપિયા મળ|ketla mal"
    "|ketlu mal|shu mal|ketla paisa mal|ketla rupiya mal|എത്ര കിട്ടു|എന്ത് കിട്ടു"
    "|എത്ര രൂപ കിട്ടു|ethra kitt|etra kitt|enthu kitt|ethra roopa kitt|etra roopa kitt",
    "have_paid": "i have paid|i ve paid|i paid|have already paid|i have sent the money|i sent the money"
    "|i have transferred|i transferred|i have made the payment|i made the payment"
    "|payment done|payment is done|पैसे दे दिए|पैसे दे दिये|पैसे भेज दि|पैसा भेज दि"
    "|पैसा दे दिया|पैसे डाल दि|पैसे भेजे हैं|पेमेंट कर दि|पेमेंट हो ग|भुगतान कर दि"
    "|paise de di|paisa de di|paise bhej di|paisa bhej di|pese bhej di|paise daal di"
    "|paise dal di|paise bhej chuk|payment kar di|payment kr di|payment ho g|bhugtan kar di"
    "|ಹಣ ಕೊಟ್ಟ|ದುಡ್ಡು ಕೊಟ್ಟ|ಹಣ ಕಳಿಸಿದ|ಹಣ ಕಳುಹಿಸಿದ|ದುಡ್ಡು ಕಳಿಸಿದ|ಹಣ ಹಾಕಿದ|ದುಡ್ಡು ಹಾಕಿದ"
    "|ಪೇಮೆಂಟ್ ಮಾಡಿದ|hana kott|duddu kott|hana kalisid|hana kalsid|duddu kalisid|duddu kalsid"
    "|hana hakid|duddu hakid|payment madid|ਪੈਸੇ ਦੇ ਦਿੱਤ|ਪੈਸੇ ਭੇਜ ਦਿੱਤ|ਪੈਸੇ ਪਾ ਦਿੱਤ"
    "|ਪੇਮੈਂਟ ਕਰ ਦਿੱਤ|paise paa dit|paise pa dit|payment kar dit|पैसे दिले|पैसे पाठवले"
    "|पैसे भरले|पैसे टाकले|पेमेंट केल|paise dile|paise pathavle|paise pathvle|paise bharle"
    "|paise takle|payment kel|డబ్బు కట్టా|డబ్బులు కట్టా|డబ్బు పంపించా|డబ్బు పంపాను"
    "|డబ్బులు పంపించా|డబ్బులు పంపాను|పేమెంట్ చేశా|dabbu katta|dabbulu katta|dabbu pampincha"
    "|dabbu pampanu|dabbulu pampincha|dabbulu pampanu|payment chesa|பணம் கட்டி"
    "|பணம் அனுப்பிட்ட|பணம் அனுப்பின|பணம் அனுப்பிவிட்ட|பணம் குடுத்து|பணம் கொடுத்து"
    "|பேமெண்ட் பண்ணிட்ட|panam katti|panam katten|panam anuppit|panam anuppin|panam anupit"
    "|panam kuduth|panam koduth|payment pannit|টাকা দিয়েছি|টাকা দিয়ে দিয়েছি|টাকা পাঠিয়ে"
    "|টাকা পাঠিয়েছি|টাকা পাঠালাম|পেমেন্ট করে|taka diyechi|taka diye diyechi|taka pathiye"
    "|taka pathalam|payment kore|પૈસા આપી દીધા|પૈસા મોકલી દીધા|પૈસા મોકલ્યા|પૈસા આપ્યા"
    "|પૈસા ભરી દીધા|પેમેન્ટ કરી દીધ|paisa aapi didh|paisa api didh|paisa mokli didh"
    "|paisa mokalya|paisa aapya|payment kari didh|പണം അടച്ചു|പണം അയച്ചു|പൈസ അയച്ചു"
    "|പണം കൊടുത്തു|പൈസ കൊടുത്തു|panam adachu|panam ayachu|paisa ayachu|panam koduthu"
    "|paisa koduthu|payment cheythu",
    "complaint": "complain|शिकायत|सिकायत|shikayat|sikayat|shikaayat|ದೂರು|ದೂರನ್ನ|ತಕರಾರು|dooru|duru|doorannu"
    "|takararu|ਸ਼ਿਕਾਇਤ|ਸ਼ਿਕੈਤ|तक्रार|takrar|takraar|ఫిర్యాదు|కంప్లైంట్|firyad|phiryad|புகார"
    "|கம்ப்ளைன்ட்|pugar|pukar|অভিযোগ|নালিশ|obhijog|ovijog|nalish|ફરિયાદ|fariyad|phariyad"
    "|പരാതി|parathi|paraathi",
    "take_back": "back|withdraw|cancel|drop|वापस|वापिस|रद्द|wapas|wapis|vapas|vapis|ವಾಪಸ|ಹಿಂಪಡೆ|ಹಿಂತೆಗೆ"
    "|ಹಿಂದಕ್ಕೆ|ರದ್ದು|himpade|hintege|hindakke|raddu|ਵਾਪਸ|ਵਾਪਿਸ|ਰੱਦ|radd|मागे|mage|maage"
    "|వెనక్కి|వాపస|ఉపసంహరి|రద్దు|venakki|vaapas|வாபஸ்|திரும்ப|ரத்து|thirumba|rathu|ফিরিয়ে"
    "|তুলে|প্রত্যাহার|firiye|phiriye|tule|protyahar|પાછી|રદ|pachi|paachi|പിൻവലി|തിരിച്ചെടു"
    "|pinvali|thirichedu",
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
_WORDS = {meaning: tuple(form.strip() for form in forms) for meaning, forms in _LEVEL.items()}


def says(text: str, meaning: str) -> bool:
    said = levelled(text)
    return any(form in said for form in _LEVEL[meaning])


def beside(text: str, one: str, other: str) -> bool:
    """ "Take my complaint back", "withdraw the complaint": both said, with a word between them at most."""
    said = levelled(text).split()
    at, there = ([n for n, word in enumerate(said) if word.startswith(_WORDS[each])] for each in (one, other))
    return any(0 < abs(a - b) <= 2 for a in at for b in there)


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
