"""How many SMS a text is, beside Twilio's own calculator (npm sms-segments-calculator)."""

import random
from collections.abc import Iterator
from pathlib import Path

import regex
import smsutil
from babel.messages.pofile import read_po

import locales
from bot.channels.sms import segments
from tests.conformance.node import asked, needs_node

CATALOGUES = sorted(Path(next(iter(locales.__path__))).glob("*/LC_MESSAGES/*.po"))
#: Where one message becomes two and two become three: in units of two bytes, and in letters of seven bits.
EDGES = (1, 2, 69, 70, 71, 134, 135, 153, 160, 161, 201, 306, 307)
LETTERS = {
    "seven bits": [*"abc ABC019@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà\n\r"],
    "costs two": ["a", *"|^€{}[]~\\\f"],
    "line ends": ["\r\n", "\n", "\r", "a"],
    "line ends among Indic letters": ["\r\n", "ಅ", "₹"],
    "beyond sixteen bits": ["🌾", "🚜", "ಅ"],
}


def said() -> Iterator[str]:
    """The longest that each catalogue says."""
    for catalogue in CATALOGUES:
        with catalogue.open("rb") as file:
            texts = [entry.string for entry in read_po(file) if entry.id and isinstance(entry.string, str)]
        yield from sorted(texts, key=len)[-25:]


def made() -> Iterator[str]:
    chance = random.Random(1948)
    for letters in LETTERS.values():
        for length in EDGES:
            yield "".join(chance.choices(letters, k=length))
    for length in EDGES:
        yield "a" * (length - 1) + "€"
        yield "€" * length
        yield "ಅ" * (length - 1) + "🌾"
        yield "a" * (length - 1) + "₹"


def whole_letters(text: str) -> int:
    """As many as if no letter with its vowel signs and joiners, and no emoji, may be torn apart."""
    if segments(text) == 1 or smsutil.is_valid_gsm(text):
        return segments(text)
    count, room = 1, 67
    for letter in regex.findall(r"\X", text):
        units = len(letter.encode("utf-16-be")) // 2
        if units > room:
            count, room = count + 1, 67
        room -= units
    return count


@needs_node
def test_we_count_as_twilio_does() -> None:
    texts = [*said(), *made()]
    assert len(CATALOGUES) >= 19 and len(texts) > 500
    theirs = asked("segments.js", texts)
    assert [(text, segments(text)) for text in texts] == [*zip(texts, theirs, strict=True)]
    assert len(set(theirs)) > 5


@needs_node
def test_a_letter_on_the_edge_is_where_they_may_count_one_more() -> None:
    """Twilio's calculator moves a whole cluster of signs into the next message, smsutil does not."""
    chance = random.Random(1950)
    clusters = ["क्षि", "ಶ್ರೀ", "ன்னே", "ਕੀ", "👨‍🌾", "👍🏽", "a"]
    texts = ["".join(chance.choices(clusters, k=length)) for length in range(20, 120)]
    theirs = asked("segments.js", texts)
    ours = [segments(text) for text in texts]
    assert all(
        our <= their <= whole_letters(text) for text, our, their in zip(texts, ours, theirs, strict=True)
    )
    assert sum(their - our for our, their in zip(ours, theirs, strict=True)) > 0
