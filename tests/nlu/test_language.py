"""Which language a message is in; unsure is said, not guessed."""

import pytest

from nlu.language import recognise
from nlu.normalise import normalise

NATIVE = [
    ("मुझे पराली बेचनी है", "hi"), ("मला भुसा विकायचा आहे", "mr"), ("ನಾನು ಹುಲ್ಲು ಮಾರಬೇಕು", "kn"),
    ("ਪਰਾਲੀ ਵੇਚਣੀ ਹੈ", "pa"),
    ("ગેહૂં વેચવા છે", "gu"), ("আমি খড় বিক্রি করব", "bn"), ("வைக்கோல் விற்க வேண்டும்", "ta"),
    ("గడ్డి అమ్మాలి", "te"),
    ("വൈക്കോൽ വിൽക്കണം", "ml"), ("12 ಟನ್ paddy ಮಾರಬೇಕು", "kn"),
]  # fmt: skip
LATIN = [
    ("mujhe parali bechni hai", "hi"), ("mera paisa kab milega bhai", "hi"),
    ("aaj mandi me gehu ka bhav kya hai", "hi"),
    ("naanu hullu marabeku", "kn"), ("nanna hana yavaga barutte", "kn"), ("ivattu eerulli bele eshtu", "kn"),
    ("I want to sell my paddy straw", "en"), ("when will the truck come", "en"),
    ("what is the price of onion today", "en"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "language"), NATIVE, ids=[s[0] for s in NATIVE])
def test_native_letters(said: str, language: str) -> None:
    heard = recognise(normalise(said))
    assert (heard.language, heard.script) == (language, "native")


@pytest.mark.parametrize(("said", "language"), LATIN, ids=[s[0] for s in LATIN])
def test_latin_letters(said: str, language: str) -> None:
    heard = recognise(normalise(said))
    assert (heard.language, heard.script) == (language, "native" if language == "en" else "latin")
    assert heard.confidence >= 0.85


@pytest.mark.parametrize("said", ["12", "", "Gurpreet", "ok", "Ludhiana", "qwxz", "12 ton", "L7QK2M"])
def test_what_could_be_anybodys_is_nobodys(said: str) -> None:
    assert recognise(normalise(said)).language is None
