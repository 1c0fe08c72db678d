"""Whole messages that mean one thing: they need no model, and are never wrong.

The words stand in `rules.tsv`, one line for an intent and a language.
"""

from functools import cache
from pathlib import Path

from nlu.normalise import normalise
from nlu.understanding import Expecting, Understanding

_FILE = Path(__file__).with_name("rules.tsv")

#: They mean the same while a name or a free text is being asked for.
_UNIVERSAL = frozenset({"stop", "start", "help", "menu", "back", "repeat", "cancel", "talk_to_human"})
_OWN_WORDS_ASKED = ("name", "text")

#: Too short to mean anything unless a yes or a no was asked for.
_ONLY_WHEN_ASKED = frozenset(
    "ha haa han hn hm hu hun ho na n y k ji jee mat not न हा हो ना sahi sari sare hoon aam saru athe shari maadi ಮಾಡಿ no. "
    "done right correct publish confirm मत kar do कर दो kardo".split()
)
_POLITE = frozenset(
    "ji sir bhai bhaiya please pls plz saab sahab जी सर भाई भैया साहब ಸರ್ ಅಣ್ಣ anna ri ರೀ ಸಾರ್ saar sirji madam".split()
)

#: How people name our languages, in their own and in others' words.
_LANGUAGES = {
    "en": "english angrezi angreji inglish ingreji अंग्रेजी अंग्रेज़ी इंग्लिश इंग्रजी ಇಂಗ್ಲಿಷ್ ಇಂಗ್ಲೀಷ್ ਅੰਗਰੇਜ਼ੀ ইংরেজি અંગ્રેજી ఇంగ్లీష్ ஆங்கிலம் ഇംഗ്ലീഷ്",
    "hi": "hindi हिंदी हिन्दी ಹಿಂದಿ ਹਿੰਦੀ হিন্দি હિન્દી હિંદી హిందీ ஹிந்தி இந்தி ഹിന്ദി",
    "kn": "kannada kanada ಕನ್ನಡ कन्नड़ कन्नड ਕੰਨੜ কন্নড় કન્નડ కన్నడ கன்னடம் കന്നഡ",
    "pa": "punjabi panjabi ਪੰਜਾਬੀ पंजाबी ಪಂಜಾಬಿ পাঞ্জাবি પંજાબી పంజాబీ பஞ்சாபி പഞ്ചാബി",
    "mr": "marathi मराठी ಮರಾಠಿ ਮਰਾਠੀ মারাঠি મરાઠી మరాఠీ மராத்தி മറാത്തി",
    "te": "telugu తెలుగు तेलुगु तेलुगू ತೆಲುಗು ਤੇਲਗੂ তেলুগু તેલુગુ தெலுங்கு തെലുങ്ക്",
    "ta": "tamil தமிழ் तमिल ತಮಿಳು ਤਾਮਿਲ তামিল તમિલ తమిళం തമിഴ്",
    "bn": "bengali bangla বাংলা बंगाली बांग्ला ಬಂಗಾಳಿ ਬੰਗਾਲੀ બંગાળી బెంగాలీ வங்காளம் ബംഗാളി",
    "gu": "gujarati gujrati ગુજરાતી गुजराती ಗುಜರಾತಿ ਗੁਜਰਾਤੀ গুজরাটি గుజరాతీ குஜராத்தி ഗുജറാത്തി",
    "ml": "malayalam മലയാളം मलयालम ಮಲಯಾಳಂ ਮਲਿਆਲਮ মালয়ালম મલયાલમ మలయాళం மலையாளம்",
}
_AROUND_A_LANGUAGE = frozenset(
    "in into to me mein mai please language bhasha basha lo karo kro kar do badlo bolo likho chahiye switch change set my use talk "
    "speak only reply write में मे भाषा करो बदलो बोलो लिखो चाहिए कर दो ಭಾಷೆ ಮಾಡಿ ಬದಲಿಸಿ ಬದಲಾಯಿಸಿ ಬೇಕು ನಲ್ಲಿ alli nalli dalli maadi madi beku "
    "badalisi badalayisi heli bhashe ഭാഷ భాష மொழி ভাষা ભાષા ਭਾਸ਼ਾ ਵਿੱਚ vich madhe मध्ये ma".split()
)
_LANGUAGE_ENDINGS = ("ದಲ್ಲಿ", "ಯಲ್ಲಿ", "ನಲ್ಲಿ", "ಲ್ಲಿ", "dalli", "yalli", "nalli", "alli")
_LATIN_LETTERS = frozenset("roman latin रोमन ರೋಮನ್".split())


def rule(text: str, expecting: Expecting | None = None, language: str | None = None) -> Understanding | None:
    """`text` is normalised. None: no rule is sure of it."""
    words = [word for word in text.split() if any(letter.isalnum() for letter in word)]
    if not words or len(words) > 8:
        return None
    if chosen := _language(words):
        return Understanding("change_language", 1.0, values=chosen)
    intent = _whole_message(words, language)
    if intent is None or (expecting in _OWN_WORDS_ASKED and intent not in _UNIVERSAL):
        return None
    if intent in ("affirm", "deny") and expecting != "yes_no" and " ".join(words) in _ONLY_WHEN_ASKED:
        return None
    if intent == "skip":
        return Understanding("deny", 1.0, values={"skip": True})
    return Understanding(intent, 1.0)


@cache
def _table() -> dict[str, dict[str, str]]:
    """By the words of the message, the intent by language."""
    table: dict[str, dict[str, str]] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines()[1:]:
        intent, language, forms = line.split("\t")
        for form in forms.split("|"):
            table.setdefault(normalise(form), {})[language] = intent
    return table


def _whole_message(words: list[str], language: str | None) -> str | None:
    for said in (words, [word for word in words if word not in _POLITE]):
        meanings = _table().get(" ".join(said))
        if meanings:
            return meanings.get(language or "") or next(iter(meanings.values()))
    return _all_of_one_mind(words)


def _all_of_one_mind(words: list[str]) -> str | None:
    """ "haan ji, theek hai": every part of it a yes."""
    minds: set[str] = set()
    at = 0
    while at < len(words):
        for length in range(min(3, len(words) - at), 0, -1):
            meanings = _table().get(" ".join(words[at : at + length]))
            if meanings:
                minds.update(meanings.values())
                break
        else:
            if words[at] not in _POLITE:
                return None
            length = 1
        at += length
    return minds.pop() if minds in ({"affirm"}, {"deny"}) else None


@cache
def _language_names() -> dict[str, str]:
    return {normalise(name): code for code, names in _LANGUAGES.items() for name in names.split()}


def _language(words: list[str]) -> dict[str, str] | None:
    """ "ಕನ್ನಡ", "hindi me", "kannadadalli", "hindi roman"."""
    codes = [code for word in words if (code := _named(word))]
    rest = [
        word
        for word in words
        if not _named(word) and word not in _AROUND_A_LANGUAGE | _LATIN_LETTERS | _POLITE
    ]
    if rest or len(set(codes)) != 1:
        return None
    latin = any(word in _LATIN_LETTERS for word in words)
    return {"language": codes[0], "script": "latin"} if latin else {"language": codes[0]}


def _named(word: str) -> str | None:
    names = _language_names()
    if word in names:
        return names[word]
    return next(
        (names[stem] for ending in _LANGUAGE_ENDINGS if (stem := word.removesuffix(ending)) in names), None
    )
