"""With the language model away, words give a message away."""

import pytest

from nlu.fallback import guess
from nlu.normalise import normalise
from nlu.understanding import ACT
from tests.nlu.reading import values

SAID = [
    ("12 ton parali bechna hai", "sell"), ("I want to sell 12 tonnes of straw", "sell"),
    ("१२ टन पराली बेचनी है", "sell"),
    ("ನಾನು 12 ಟನ್ ಭತ್ತದ ಹುಲ್ಲು ಮಾರಬೇಕು", "sell"), ("12 ton hullu marabeku", "sell"),
    ("pyaz ka bhav kya hai", "ask_price"), ("what is the price of onion", "ask_price"),
    ("ಈರುಳ್ಳಿ ಬೆಲೆ ಎಷ್ಟು", "ask_price"),
    ("eerulli bele eshtu", "ask_price"), ("आज गेहूं का रेट", "ask_price"),
    ("mujhe bhusa kharidna hai", "buy"), ("I am looking for paddy straw", "buy"), ("ನನಗೆ ಹುಲ್ಲು ಬೇಕು", "buy"),
    ("paisa kab milega", "payment_status"), ("my payment has not come", "payment_status"),
    ("ಹಣ ಯಾವಾಗ ಬರುತ್ತೆ", "payment_status"),
    ("gaadi kab aayegi", "booking_status"), ("ಲಾರಿ ಯಾವಾಗ ಬರುತ್ತೆ", "booking_status"),
    ("cancel my booking L7QK2M", "cancel_booking"), ("मेरी बुकिंग रद्द करो", "cancel_booking"),
    ("meri listing dikhao", "my_listings"), ("ನನ್ನ ಪಟ್ಟಿ ತೋರಿಸಿ", "my_listings"),
    ("meri listing hatao", "cancel_listing"),
    ("koi offer aaya kya", "my_offers"), ("I want to talk to a person", "talk_to_human"),
    ("kisi se baat karao", "talk_to_human"),
    ("ಯಾರಾದರೂ ಜೊತೆ ಮಾತಾಡಬೇಕು", "talk_to_human"), ("barish kab hogi", "weather"), ("ಮಳೆ ಬರುತ್ತಾ", "weather"),
    ("patte peele ho rahe hain", "pest_help"), ("delete my account", "delete_data"),
    ("मेरा डेटा हटाओ", "delete_data"),
    ("bhasha badlo", "change_language"), ("mera naam badalna hai naam badalna hai", "update_profile"),
    ("12 ton", "inform"), ("Ludhiana se", "inform"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "intent"), SAID, ids=[s[0] for s in SAID])
def test_keywords(said: str, intent: str) -> None:
    found = guess(normalise(said), values(said))
    assert found.intent == intent
    assert found.confidence >= 0.5


@pytest.mark.parametrize("said", ["asdf qwer", "the moon is made of cheese", "ಚಂದ್ರ", "lorem ipsum dolor"])
def test_without_a_telling_word_it_admits_it(said: str) -> None:
    found = guess(normalise(said), values(said))
    assert (found.intent, found.confidence < 0.3) == ("out_of_scope", True)


def test_a_word_that_is_the_whole_message_is_acted_on_and_one_among_others_asked_about() -> None:
    assert guess("language", {}).confidence > ACT > guess("language of the moon", {}).confidence
