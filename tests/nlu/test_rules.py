"""Whole messages that mean one thing, in whatever language, with or without a language model."""

from typing import Any

import pytest

from nlu.normalise import normalise
from nlu.rules import rule, without_greeting
from nlu.understanding import Understanding


def ruled(said: str, expecting: Any = None, language: str | None = None) -> Understanding | None:
    return rule(normalise(said), expecting, language)


def intent(said: str, expecting: Any = None, language: str | None = None) -> str | None:
    found = ruled(said, expecting, language)
    return found.intent if found else None


STOP = [
    "STOP", "stop", "Stop!", "UNSUBSCRIBE", "बंद करो", "band karo", "रोको", "ನಿಲ್ಲಿಸಿ", "nillisi", "ਬੰਦ ਕਰੋ",
    "थांबवा",
    "ఆపండి", "நிறுத்து", "বন্ধ করুন", "બંધ કરો", "നിർത്തുക",
]  # fmt: skip
START = [
    "START", "unstop", "शुरू करो", "shuru karo", "ಪ್ರಾರಂಭಿಸಿ", "shuru maadi", "ਸ਼ੁਰੂ ਕਰੋ", "सुरू करा",
    "ప్రారంభించండి",
    "தொடங்கு", "শুরু করুন", "શરૂ કરો", "ആരംഭിക്കുക",
]  # fmt: skip
HELP = [
    "HELP", "help me", "मदद", "madad", "सहायता", "ಸಹಾಯ", "sahaya", "ਮਦਦ", "मदत", "సహాయం", "உதவி", "সাহায্য", "મદદ",
    "സഹായം",
]  # fmt: skip
COMMANDS = [
    ("menu", "menu"), ("main menu", "menu"), ("मेनू", "menu"), ("ಮೆನು", "menu"),
    ("back", "back"), ("peeche", "back"), ("पीछे", "back"), ("ಹಿಂದೆ", "back"), ("hinde", "back"),
    ("repeat", "repeat"), ("phir se bolo", "repeat"), ("दोबारा", "repeat"), ("ಇನ್ನೊಮ್ಮೆ ಹೇಳಿ", "repeat"),
    ("matte heli", "repeat"),
    ("cancel", "cancel"), ("radd karo", "cancel"), ("रद्द करो", "cancel"), ("ರದ್ದು ಮಾಡಿ", "cancel"),
    ("raddu", "cancel"),
    ("hello", "greet"), ("namaste ji", "greet"), ("राम राम", "greet"), ("ನಮಸ್ಕಾರ", "greet"),
    ("thank you", "thank"), ("dhanyavad", "thank"), ("ಧನ್ಯವಾದಗಳು", "thank"),
    ("yes", "affirm"), ("haan", "affirm"), ("ಹೌದು", "affirm"), ("no", "deny"), ("nahi", "deny"), ("ಬೇಡ", "deny"),
]  # fmt: skip
YES = [
    "yes", "y", "ok", "okay", "haan", "haan ji", "ha", "han", "ji", "hu", "sari", "haudu", "aytu", "हां", "हाँ",
    "जी हां", "ठीक है",
    "thik hai", "ಹೌದು", "ಸರಿ", "ಹೂಂ", "ok sir", "haan bhai", "haan ji theek hai", "हाँ हाँ", "ho", "avunu", "ஆம்",
    "হ্যাঁ", "હા", "അതെ",
]  # fmt: skip
NO = [
    "no", "n", "nahi", "nahin", "na", "nhi", "illa", "beda", "नहीं", "ना", "जी नहीं", "ಇಲ್ಲ", "ಬೇಡ", "no thanks",
    "nahi nahi",
    "nako", "kaadu", "இல்லை", "না", "ના", "അല്ല",
]  # fmt: skip
LANGUAGES = [
    ("ಕನ್ನಡ", "kn"), ("kannada", "kn"), ("Kannada please", "kn"), ("ಕನ್ನಡದಲ್ಲಿ", "kn"), ("kannadadalli heli", "kn"),
    ("hindi", "hi"),
    ("hindi me", "hi"), ("हिंदी", "hi"), ("हिन्दी में", "hi"), ("english", "en"), ("in English please", "en"),
    ("अंग्रेज़ी", "en"),
    ("punjabi mein", "pa"), ("ਪੰਜਾਬੀ", "pa"), ("मराठी", "mr"), ("తెలుగు", "te"), ("தமிழ்", "ta"), ("বাংলা", "bn"),
    ("ગુજરાતી", "gu"),
    ("മലയാളം", "ml"), ("change language to hindi", "hi"),
]  # fmt: skip


@pytest.mark.parametrize("said", STOP)
@pytest.mark.parametrize("expecting", [None, "yes_no", "name", "text", "quantity", "place"])
def test_stop_is_obeyed_whatever_was_asked(said: str, expecting: Any) -> None:
    assert intent(said, expecting) == "stop"


@pytest.mark.parametrize("said", START)
def test_start(said: str) -> None:
    assert intent(said) == "start"


@pytest.mark.parametrize("said", HELP)
@pytest.mark.parametrize("expecting", [None, "name", "quantity"])
def test_help(said: str, expecting: Any) -> None:
    assert intent(said, expecting) == "help"


@pytest.mark.parametrize(("said", "meant"), COMMANDS, ids=[c[0] for c in COMMANDS])
def test_a_command(said: str, meant: str) -> None:
    assert intent(said) == meant


@pytest.mark.parametrize("said", YES)
def test_yes(said: str) -> None:
    assert intent(said, "yes_no") == "affirm"


@pytest.mark.parametrize("said", NO)
def test_no(said: str) -> None:
    assert intent(said, "yes_no") == "deny"


@pytest.mark.parametrize("said", ["ha", "na", "ho", "hu", "y", "n", "ji"])
def test_a_syllable_means_yes_or_no_only_when_asked(said: str) -> None:
    assert intent(said) is None


@pytest.mark.parametrize(("said", "code"), LANGUAGES, ids=[c[0] for c in LANGUAGES])
def test_the_name_of_a_language_chooses_it(said: str, code: str) -> None:
    found = ruled(said)
    assert found is not None
    assert found.intent == "change_language"
    assert found.values == {"language": code}


def test_a_language_in_latin_letters() -> None:
    found = ruled("hindi roman")
    assert found is not None
    assert found.values == {"language": "hi", "script": "latin"}


@pytest.mark.parametrize("said", ["skip", "skip karo", "छोड़ दो", "photo nahi hai", "ಫೋಟೋ ಇಲ್ಲ", "aage"])
def test_skipping(said: str) -> None:
    found = ruled(said)
    assert found is not None
    assert (found.intent, found.values) == ("deny", {"skip": True})


@pytest.mark.parametrize("said", ["Ok", "Hari", "Shanti", "Ji", "Hello", "Sari", "haan", "thanks"])
@pytest.mark.parametrize("expecting", ["name", "text"])
def test_a_bare_word_is_a_name_when_a_name_is_asked(said: str, expecting: Any) -> None:
    assert intent(said, expecting) is None


@pytest.mark.parametrize(
    "said",
    [
        "stop selling my onions to him", "I want to cancel my booking", "no 15 not 12", "help me sell wheat",
        "hindi film dikhao",
        "12 ton", "parali", "", "!!!", "menu card ka rate kya hai", "yes but no",
    ],
)  # fmt: skip
def test_a_sentence_is_left_to_the_model(said: str) -> None:
    assert ruled(said) is None


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("namaste ji mujhe pyaj bechna hai", "mujhe pyaj bechna hai"),
        ("hello", None),
        ("hello sir", None),
        ("mujhe pyaj bechna hai", None),
    ],
)
def test_what_follows_a_greeting(said: str, rest: str | None) -> None:
    assert without_greeting(said) == rest
