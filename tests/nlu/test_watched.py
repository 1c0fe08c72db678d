"""Rain and sensors of which somebody wants to be told: in ten languages, told apart from prices and from weather."""

from collections.abc import AsyncIterator

import pytest

from nlu.normalise import clean, in_keys
from nlu.understand import Understander
from nlu.understanding import ACT
from nlu.values.read import read
from nlu.watched import names_sensor, watched
from tests.nlu.reading import FRIDAY

#: None of these is a training sentence.
SENSORS = [
    "my sensor is not working",
    "how to install soil sensor",
    "what does my sensor say",
    "मिट्टी का सेंसर लगाना है",
    "नमी सेंसर",
    "sensor lagana hai",
    "mera sensor kharab hai",
    "ਮਿੱਟੀ ਦਾ ਸੈਂਸਰ ਲਾਉਣਾ ਹੈ",
    "mitti da sensor launa hai",
    "ನನ್ನ ಸೆನ್ಸಾರ್ ಕೆಲಸ ಮಾಡ್ತಿಲ್ಲ",
    "mannina sensor beku",
    "माझा सेन्सर बंद आहे",
    "matich sensor lavaycha ahe",
    "నా సెన్సార్ పని చేయడం లేదు",
    "nela sensor kavali",
    "என் சென்சார் வேலை செய்யல",
    "vayal sensor kudunga",
    "আমার সেন্সর কাজ করছে না",
    "matir sensor lagbe",
    "મારું સેન્સર બંધ છે",
    "jamin nu sensor joiye",
    "എന്റെ സെൻസർ വർക്ക് ചെയ്യുന്നില്ല",
    "manninte sensor venam",
]
RAIN = [
    "tell me when it rains",
    "बारिश हो तो बताना",
    "barish ho to batana",
    "ਮੀਂਹ ਪਵੇ ਤਾਂ ਦੱਸਣਾ",
    "meenh pave tan dassna",
    "ಮಳೆ ಬಂದರೆ ತಿಳಿಸಿ",
    "male bandre tilisi",
    "पाऊस आला तर सांगा",
    "paus ala tar sanga",
    "వాన వస్తే చెప్పండి",
    "vana vaste cheppandi",
    "மழை வந்தா சொல்லுங்க",
    "mazhai vandha sollunga",
    "বৃষ্টি হলে জানাবেন",
    "brishti hole janaben",
    "વરસાદ આવે તો કહેજો",
    "varsad ave to kahejo",
    "മഴ വന്നാൽ പറയണം",
    "mazha vannal parayanam",
]
DRY = ["tell me when the soil is dry", "मिट्टी सूख जाए तो बताना", "mannu onagidre heli", "soil moisture"]
PRICES = [
    "tell me when the price goes up after the rain",
    "tell me when onion passes 2000",
    "barish ke baad pyaz ka bhav badhe to batana",
    "सूखी पराली मिले तो बताना",
    "alert me",
]


@pytest.fixture(scope="module")
async def by(rasa_url: str) -> AsyncIterator[Understander]:
    understander = Understander(rasa_url, 10.0)
    yield understander
    await understander.close()


def taken_for_an_alert(said: str) -> str | None:
    return watched(in_keys(clean(said)), read(said, today=FRIDAY))


@pytest.mark.parametrize("said", SENSORS)
async def test_a_sensor_is_heard_without_and_with_a_model(by: Understander, said: str) -> None:
    alone = Understander(None, 1.0)
    for one in (alone, by):
        heard = await one.understand(said, today=FRIDAY)
        assert (heard.intent, heard.values["watch"]) == ("alerts", "sensor")
        assert heard.confidence >= ACT


@pytest.mark.parametrize(
    ("said", "what"), [(each, "weather") for each in RAIN] + [(each, "sensor") for each in DRY]
)
async def test_to_be_told_of_rain_or_of_dry_soil(by: Understander, said: str, what: str) -> None:
    heard = await by.understand(said, today=FRIDAY)
    assert (heard.intent, heard.values.get("watch")) == ("alerts", what)
    assert heard.confidence >= ACT and "price" not in heard.values


@pytest.mark.parametrize("said", PRICES)
def test_a_price_or_a_crop_is_waited_for_as_ever(said: str) -> None:
    assert taken_for_an_alert(said) is None


@pytest.mark.parametrize("said", ["will it rain tomorrow", "kal barish hogi kya", "ನಾಳೆ ಮಳೆ ಬರುತ್ತಾ"])
async def test_who_only_asks_for_the_weather_waits_for_nothing(by: Understander, said: str) -> None:
    heard = await by.understand(said, today=FRIDAY)
    assert heard.intent == "weather" and "watch" not in heard.values


async def test_who_wants_a_person_gets_one(by: Understander) -> None:
    heard = await by.understand("let me talk to a person about the sensor", today=FRIDAY)
    assert heard.intent == "talk_to_human" and "watch" not in heard.values


def test_what_sounds_like_a_sensor_is_none() -> None:
    assert not any(names_sensor(each) for each in ("sense", "sensex", "census", "center", "sansar"))
