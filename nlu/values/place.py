"""Where, in the speaker's own words: {"name": "Ludhiana"}; whether there is such a place the market knows.

A name in another script also carries `latin`, its sound in Latin letters, for a gazetteer that is written in them.
"""

from nlu import lexicon
from nlu.normalise import Word
from nlu.phonetic import latin_name
from nlu.values.message import Found, Message

_BEFORE = frozenset(
    "from at in near village town city dist district tehsil taluk taluka mandal gaon gaav gram jila zila shahar "
    "गांव ग्राम जिला शहर तहसील ಗ್ರಾಮ ಊರು ಜಿಲ್ಲೆ ತಾಲೂಕು ತಾಲ್ಲೂಕು grama ooru uru jille taluku".split()
)
_AFTER = frozenset(
    "se me mein mai mei ke se में से मे पर par gaon gaav गांव village dist district जिला jila zila tehsil "
    "ಗ್ರಾಮ ಊರು ಜಿಲ್ಲೆ ತಾಲೂಕು grama ooru jille taluku inda alli ನಿಂದ ದಿಂದ ಇಂದ ಅಲ್ಲಿ ಗ್ರಾಮದಿಂದ ಊರಿನಿಂದ".split()
)
_CASES = (
    ("ಿನಿಂದ", "ು"), ("ಿನಲ್ಲಿ", "ು"), ("ದಿಂದ", ""), ("ಯಿಂದ", ""), ("ನಿಂದ", ""), ("ಿಂದ", "ು"), ("ದಲ್ಲಿ", ""), ("ಯಲ್ಲಿ", ""),
    ("ನಲ್ಲಿ", ""), ("ಲ್ಲಿ", ""), ("inalli", "u"), ("ininda", "u"), ("yinda", ""), ("dinda", ""), ("ninda", ""), ("inda", ""),
    ("dalli", ""), ("yalli", ""), ("nalli", ""), ("alli", ""),
)  # fmt: skip
_AROUND_A_NAME = frozenset(
    "i am i'm my is it its we are the our village from at in near live mera meri mere hamara gaon gaav ka ki ke naam hai h "
    "hun hu hoon main mai se me mein से में मेरा मेरे हमारा गांव का की के नाम है हूं मैं ನನ್ನ ನಮ್ಮ ಊರು ಗ್ರಾಮ ಹೆಸರು ನಾನು ಇದು "
    "nanna namma ooru uru grama hesaru naanu nanu idu ide ಇದೆ sir ji जी bhai भाई place pin pincode pickup yes haan , - . "
    "village: town city rahta rehta raha रहता रहते रहती".split()
)
_KINDS_OF_PLACE = frozenset(
    "village dist district tehsil taluk taluka mandal gaon gaav gram jila zila गांव ग्राम जिला तहसील ಗ್ರಾಮ ಜಿಲ್ಲೆ ತಾಲೂಕು "
    "ತಾಲ್ಲೂಕು jille taluku".split()
)
_WORDS_OF_A_NAME = 3
_LINES_OF_AN_ADDRESS = 8


def find(message: Message) -> list[Found]:
    if message.expecting == "place" and (whole := _whole_answer(message)):
        return [whole]
    return [found for at in range(len(message.words)) if (found := _marked(message, at))]


def _whole_answer(message: Message) -> Found | None:
    left = [at for at in range(len(message.words)) if message.free(at, at + 1)]
    while left and message.key(left[0]) in _AROUND_A_NAME:
        left.pop(0)
    while left and message.key(left[-1]) in _AROUND_A_NAME:
        left.pop()
    spelled = [at for at in left if message.kind(at) == "word" and message.key(at) not in _KINDS_OF_PLACE]
    if not spelled or len(left) > _LINES_OF_AN_ADDRESS or _is_sentence(message, spelled):
        return None
    return Found("place", (_place(message.words[left[0] : left[-1] + 1]),), left[0], left[-1] + 1)


def _is_sentence(message: Message, spelled: list[int]) -> bool:
    said = [at for at in spelled if message.key(at) not in _AROUND_A_NAME]
    everyday = sum(message.key(at) in lexicon.forms("ordinary") for at in said)
    return everyday * 2 > len(said)


def _marked(message: Message, at: int) -> Found | None:
    key = message.key(at)
    if message.kind(at) != "word" or not message.free(at, at + 1):
        return None
    if key in _BEFORE and (end := _name_after(message, at + 1)) > at + 1:
        return Found("place", (_place(message.words[at + 1 : end]),), at, end)
    if key in _AFTER and (start := _name_before(message, at)) < at:
        return Found("place", (_place(message.words[start:at]),), start, at + 1)
    if message.language in ("kn", None) and _bare(key) != key and _unknown(message, at):
        return Found("place", (_place(message.words[at : at + 1]),), at, at + 1)
    return None


def _name_after(message: Message, start: int) -> int:
    end = start
    while end < min(len(message.words), start + _WORDS_OF_A_NAME) and _unknown(message, end):
        end += 1
    return end


def _name_before(message: Message, end: int) -> int:
    start = end
    while start > max(0, end - _WORDS_OF_A_NAME) and _unknown(message, start - 1):
        start -= 1
    return start


def _unknown(message: Message, at: int) -> bool:
    """Not a word that we know to mean something else."""
    key = message.key(at)
    if message.kind(at) != "word" or not message.free(at, at + 1) or len(key) < 3:
        return False
    known = key in _BEFORE or key in _AFTER or key in _AROUND_A_NAME
    return not known and key not in lexicon.known_words() and _bare(key) not in lexicon.known_words()


def _bare(key: str) -> str:
    """Without the Kannada endings for "from" and "in"."""
    for ending, restored in _CASES:
        if key.endswith(ending) and len(key) - len(ending) >= 2:
            return key.removesuffix(ending) + restored
    return key


def _place(said: tuple[Word, ...]) -> dict[str, str]:
    *first, last = (word.text for word in said if word.key not in _KINDS_OF_PLACE)
    name = " ".join([*first, _without_case(last)]).replace(" ,", ",").replace(" - ", "-").strip(" ,-")
    if name.isascii():
        return {"name": name.title() if name.islower() or name.isupper() else name}
    return {"name": name, "latin": latin_name(name)}


def _without_case(text: str) -> str:
    bare = _bare(text.lower())
    return text if bare == text.lower() else bare
