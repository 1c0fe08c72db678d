"""Whatever arrives is answered in time and in one of our intents, and no word of it is written to a log."""

import asyncio
import logging

import pytest

from nlu.understand import Understander
from nlu.values.read import read
from tests.nlu.reading import FRIDAY
from tests.nlu.test_lexicon import INTENTS

#: A word that stands in every message and nowhere else.
SECRET = "zqxgurpreet"

BAD = {
    "zero-width bomb": "\u200b\u200c\u200d\u2060\ufeff" * 800 + SECRET,
    "combining marks": "a" + "\u0301" * 3000 + " ಕ" + "\u0ccd" * 3000 + SECRET,
    "zalgo": "b̷͎̈́e̸̘͋c̵̱̀h̶̠̾ ".replace(" ", SECRET) * 40,
    "ten thousand letters": (SECRET + " parali bechni hai ") * 330,
    "one word of ten thousand letters": SECRET * 900,
    "scripts mixed in one word": f"pराਲী பарali ಭत्त {SECRET}",
    "Kruti Dev typed on a Unicode phone": f"eq>s /kku cspuk gS] 20 fDoaVy {SECRET}",
    "right-to-left marks": f"\u202e12 ton parali\u202c \u2067{SECRET}\u2069",
    "Urdu": f"مجھے گندم بیچنی ہے {SECRET}",
    "pictures only": "🌾🚜💸" * 200,
    "regex bomb": "(a+)+$" * 200 + SECRET,
    "backtracking bait": "1," * 700 + "x " + SECRET,
    "digits without end": "9" * 5000 + SECRET,
    "SQL": f"'; DROP TABLE message; -- {SECRET}",
    "HTML": f"<script>alert('{SECRET}')</script><img src=x onerror=alert(1)>",
    "format strings": f"{{0.__class__}} %s %n ${{jndi:ldap://x}} {SECRET}",
    "controls": "\x00\x01\x07\x1b[31m" + SECRET + "\r\n" * 200,
    "unpaired surrogate": "parali \ud83d " + SECRET,
    "nothing": "",
    "blanks": " \n\t\u3000" * 100,
}


@pytest.mark.parametrize("said", BAD.values(), ids=BAD.keys())
async def test_an_answer_in_time(said: str, rasa_url: str, caplog: pytest.LogCaptureFixture) -> None:
    by = Understander(rasa_url, timeout=5.0)
    with caplog.at_level(logging.DEBUG):
        async with asyncio.timeout(5):
            heard = await by.understand(said, today=FRIDAY)
    await by.close()
    assert heard.intent in INTENTS
    assert 0 <= heard.confidence <= 1
    assert SECRET not in caplog.text


@pytest.mark.parametrize("said", BAD.values(), ids=BAD.keys())
def test_no_value_is_invented_without_end(said: str) -> None:
    values = read(said[:1600], today=FRIDAY).values
    assert len(repr(values)) < 2000


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("👍", "affirm"),
        ("👍🏽👍🏽", "affirm"),
        ("❌", "deny"),
        ("🙏🙏", "thank"),
        ("🌾", "out_of_scope"),
        ("👍👎", "out_of_scope"),
    ],
)
async def test_a_message_without_a_word(said: str, intent: str) -> None:
    heard = await Understander(None, timeout=1).understand(said, today=FRIDAY)
    assert heard.intent == intent
