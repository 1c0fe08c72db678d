"""A real Rasa with our trained model, over HTTP: sentences that no rule and no keyword list was made for."""

import asyncio
import io
import json
from collections.abc import AsyncIterator

import pytest

from nlu.evaluation.cases import intent_cases, value_cases
from nlu.evaluation.measures import macro_f1
from nlu.understand import Understander, canonical, understand_lines
from nlu.understanding import ACT
from tests.nlu.reading import FRIDAY


@pytest.fixture(scope="module")
async def by(rasa_url: str) -> AsyncIterator[Understander]:
    understander = Understander(rasa_url, 10.0)
    yield understander
    await understander.close()


SAID = [
    ("I have twelve tonnes of rice straw lying in my field, want to sell", "sell"),
    ("mere khet me 12 ton parali padi hai bechni hai", "sell"),
    ("मेरे पास 12 टन पराली है, बेचना चाहता हूँ", "sell"),
    ("ನನ್ನ ಹತ್ತಿರ 12 ಟನ್ ಭತ್ತದ ಹುಲ್ಲು ಇದೆ, ಮಾರಬೇಕು", "sell"),
    ("nanna hatra 12 ton hullu ide maarbeku", "sell"),
    ("what is today's onion rate in the mandi", "ask_price"),
    ("aaj pyaaz ka kya rate chal raha hai", "ask_price"),
    ("आज गेहूं का भाव क्या है", "ask_price"),
    ("ಇವತ್ತು ಈರುಳ್ಳಿ ದರ ಎಷ್ಟು", "ask_price"),
    ("ivattu eerulli rate eshtide", "ask_price"),
    ("I want to buy wheat straw for my cattle", "buy"),
    ("mujhe bhusa kharidna hai", "buy"),
    ("ನನಗೆ ಹುಲ್ಲು ಖರೀದಿ ಮಾಡಬೇಕು", "buy"),
    ("when will I get my money", "payment_status"),
    ("mera paisa abhi tak nahi aaya", "payment_status"),
    ("ನನ್ನ ಹಣ ಇನ್ನೂ ಬಂದಿಲ್ಲ", "payment_status"),
    ("where has my truck reached", "booking_status"),
    ("truck kahan tak pahuncha", "booking_status"),
    ("connect me to a real person please", "talk_to_human"),
    ("kisi aadmi se baat karwa do", "talk_to_human"),
    ("will it rain tomorrow", "weather"),
    ("kal barish hogi kya", "weather"),
    ("ನಾಳೆ ಮಳೆ ಬರುತ್ತಾ", "weather"),
    ("show me what I have put up for sale", "my_listings"),
    ("meri listing dikhao", "my_listings"),
]


@pytest.mark.parametrize(("said", "intent"), SAID, ids=[s[0] for s in SAID])
async def test_a_sentence(by: Understander, said: str, intent: str) -> None:
    heard = await by.understand(said, today=FRIDAY)
    assert heard.intent == intent
    assert heard.confidence >= ACT


async def test_spelling_hardly_matters(by: Understander) -> None:
    for said in (
        "mujhe parali bechni hai",
        "muje praali bechni h",
        "mujhe parrali bechnee hai",
        "MUJHE PARALI BECHNI HAI!!",
    ):
        heard = await by.understand(said, today=FRIDAY)
        assert (heard.intent, heard.values) == ("sell", {"commodity": "paddy_straw"})


@pytest.mark.parametrize(
    "said",
    [
        "who will win the cricket match",
        "film kaun si acchi hai",
        "tell me a joke",
        "mujhe bank se loan chahiye",
        "ಸಿನಿಮಾ ಟಿಕೆಟ್ ಬೇಕು",
    ],
)
async def test_other_matters_are_not_taken_for_market_business(by: Understander, said: str) -> None:
    heard = await by.understand(said, today=FRIDAY)
    assert heard.intent == "out_of_scope" or heard.confidence < ACT


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("नमस्कार, मला कांदा विकायचा आहे", "sell"),
        ("namaste ji gehu ka bhav batao", "ask_price"),
        ("வணக்கம் ஐயா", "greet"),
    ],
)
async def test_a_greeting_does_not_drown_the_wish_behind_it(by: Understander, said: str, intent: str) -> None:
    assert (await by.understand(said, today=FRIDAY)).intent == intent


async def test_many_at_once(by: Understander) -> None:
    asked = [f"{n} ton parali bechni hai bhai jaldi" for n in range(2, 22)]
    heard = await asyncio.gather(*(by.understand(said, today=FRIDAY) for said in asked))
    assert [h.values["quantity"]["value"] for h in heard] == list(range(2, 22))
    assert {h.intent for h in heard} == {"sell"}


#: What `make eval-nlu` measured lies some points above; a fall below is a fault, not bad luck.
FLOOR, WORST, WHOLE_FRAMES = 0.92, 0.87, 0.75


async def test_phrases_that_training_never_saw(by: Understander) -> None:
    meant: dict[tuple[str, str], list[str]] = {}
    taken: dict[tuple[str, str], list[str]] = {}
    for case in intent_cases():
        heard = await by.understand(case.text, today=FRIDAY)
        for group in ((case.language, case.script), ("all", case.script)):
            meant.setdefault(group, []).append(case.intent)
            taken.setdefault(group, []).append(heard.intent)
    scores = {group: macro_f1(meant[group], taken[group]) for group in meant}
    assert (
        len(scores) == 10 + 9 + 2
    )  # ten languages, nine of them in native letters too, and each script as a whole
    low = {group: score for group, score in scores.items() if score < (FLOOR if group[0] == "all" else WORST)}
    assert low == {}


async def test_whole_frames_that_training_never_saw(by: Understander) -> None:
    whole = []
    for case in value_cases():
        heard = await by.understand(case.text, expecting=case.expecting, today=FRIDAY)
        whole.append(heard.intent == case.intent and canonical(heard.values) == case.values)
    assert sum(whole) / len(whole) >= WHOLE_FRAMES


async def test_lines_in_lines_out(rasa_url: str) -> None:
    asked = [
        json.dumps({"text": "mujhe 12 ton parali bechni hai"}),
        json.dumps({"text": "12", "expecting": "quantity", "language": "kn"}),
        "",
        "not json",
        json.dumps({"text": 12}),
        json.dumps({"text": "12", "language": ["kn"]}),
        json.dumps(["text"]),
        json.dumps({"text": "ಕನ್ನಡ"}),
    ]
    out = io.StringIO()
    await understand_lines(asked, out, rasa_url=rasa_url, today=FRIDAY)
    sale, number, *broken, language = [json.loads(line) for line in out.getvalue().splitlines()]
    assert sale.pop("confidence") >= ACT
    assert sale == {
        "intent": "sell",
        "language": "hi",
        "script": "latin",
        "values": {"quantity": {"value": 12, "unit": "t", "kg": 12000}, "commodity": "paddy_straw"},
    }
    assert number["values"]["quantity"] == {"value": 12, "unit": None, "kg": None}
    assert [list(line) for line in broken] == [["error"]] * 4
    assert language["intent"] == "change_language"
