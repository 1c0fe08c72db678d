"""Whole messages that mean one thing: they need no model, and are never wrong.

The words stand in `languages/<code>/rules.tsv`, one line for an intent.
"""

from functools import cache

from nlu import lexicon
from nlu.languages import lines
from nlu.normalise import normalise
from nlu.understanding import Expecting, Understanding

#: They mean the same while a name or a free text is being asked for.
_UNIVERSAL = frozenset({"stop", "start", "help", "menu", "back", "repeat", "cancel", "talk_to_human"})
#: Words about the question itself; the label says the nearest thing to it, a value says which.
_ASIDES = {"skip": "deny", "why": "help", "wait": "inform", "more": "repeat"}
_OWN_WORDS_ASKED = ("name", "text")


def rule(text: str, expecting: Expecting | None = None, language: str | None = None) -> Understanding | None:
    """`text` is normalised. None: no rule is sure of it."""
    words = [word for word in text.split() if any(letter.isalnum() for letter in word)]
    if not words or len(words) > 8:
        return None
    own = _table().get(" ".join(words), {}).get(language or "")
    if not own and (chosen := _language(words)):  # "hinde" is a way back in Kannada, not Hindi
        return Understanding("change_language", 1.0, values=chosen)
    intent = _whole_message(words, language)
    if intent is None or (expecting in _OWN_WORDS_ASKED and intent not in _UNIVERSAL):
        return None
    if intent in ("affirm", "deny") and expecting != "yes_no" and _doubtful(" ".join(words), language):
        return None
    if intent in _ASIDES:
        return Understanding(_ASIDES[intent], 1.0, values={intent: True})
    return Understanding(intent, 1.0)


def _doubtful(said: str, language: str | None) -> bool:
    """ "aam" is a yes in Tamil and a mango in Hindi: such a word is an answer only to a question."""
    if language is None:
        return lexicon.says("yesno_when_asked", said)
    return lexicon.doubtful("yesno_when_asked", said, _table().get(said, {}).keys(), language)


@cache
def _table() -> dict[str, dict[str, str]]:
    """By the words of the message, the intent by language."""
    table: dict[str, dict[str, str]] = {}
    for language, (intent, forms) in lines("rules"):
        for form in forms.split("|"):
            table.setdefault(normalise(form), {})[language] = intent
    return table


def without_greeting(text: str) -> str | None:
    """What follows "namaskar ji," when it is more than a word: the wish that the greeting drowns."""
    words = [word for word in text.split() if any(letter.isalnum() for letter in word)]
    for length in (3, 2, 1):
        greeted = "greet" in _table().get(" ".join(words[:length]), {}).values()
        if greeted and len(words) - length > 1:
            return " ".join(words[length:])
    return None


def _whole_message(words: list[str], language: str | None) -> str | None:
    for said in (words, [word for word in words if not lexicon.says("polite", word)]):
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
            if not lexicon.says("polite", words[at]):
                return None
            length = 1
        at += length
    return minds.pop() if minds in ({"affirm"}, {"deny"}) else None


def _language(words: list[str]) -> dict[str, str] | None:
    """ "ಕನ್ನಡ", "hindi me", "kannadadalli", "hindi roman"."""
    codes: set[str] = set()
    for word in words:
        if code := _named(word):
            codes.add(code)
        elif not _beside_a_language(word):
            return None
    if len(codes) != 1:
        return None
    latin = any(lexicon.says("roman", word) for word in words)
    return {"language": codes.pop(), "script": "latin"} if latin else {"language": codes.pop()}


def _named(word: str) -> str | None:
    names = lexicon.table("language_name")
    stems = (word, *(stem.text for kind in ("ending", "place_ending") for stem in lexicon.stems(word, kind)))
    return next((names[stem] for stem in stems if stem in names), None)


def _beside_a_language(word: str) -> bool:
    return any(lexicon.says(kind, word) for kind in ("around_language", "roman", "polite"))
