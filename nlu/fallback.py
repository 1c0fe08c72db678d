"""What a message is about, told by words that give it away: while Rasa is down or slow this decides, and while Rasa is
unsure it makes a guess of the same intent surer; it never overrules one.

`languages/<code>/keywords.tsv` lists the words by intent; a star stands for any ending. Each place in a message speaks
for an intent with the longest phrase that begins there, a word of it a point. The most points win; of equals the intent
that stands first in the English list, which begins with the most telling. Values alone are an answer to something
(`inform`), neither words nor values nothing of ours (`out_of_scope`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from nlu.languages import lines
from nlu.phrases import Phrases

_ONE_WORD, _ONLY_VALUES, _MORE_WORDS, _WITH_VALUE = 0.5, 0.6, 0.7, 0.8
_NOTHING = 0.15

#: A value that makes the guess likelier.
_FITTING = {
    "sell": ("commodity", "quantity"),
    "buy": ("commodity", "quantity"),
    "ask_price": ("commodity",),
    "price_forecast": ("commodity",),
    "make_offer": ("price", "reference"),
    "counter_offer": ("price",),
    "schedule_pickup": ("date",),
    "accept": ("reference",),
    "cancel_booking": ("reference",),
    "cancel_listing": ("reference",),
    "booking_status": ("reference",),
}


@dataclass(frozen=True)
class Guess:
    intent: str
    confidence: float


def guess(text: str, values: Mapping[str, Any]) -> Guess:
    """`text` is normalised, `values` what was read from it."""
    weights: dict[str, int] = {}
    said = text.split()
    for at in range(len(said)):
        longest: dict[str, int] = {}
        for phrase in _phrases().at(said, at):
            longest.setdefault(phrase.meaning, len(phrase.words))
        for intent, words in longest.items():
            weights[intent] = weights.get(intent, 0) + words
    if not weights:
        return Guess("inform", _ONLY_VALUES) if values else Guess("out_of_scope", _NOTHING)
    intent = max(_most_telling_first(), key=lambda one: weights.get(one, 0))
    if any(name in values for name in _FITTING.get(intent, ())):
        return Guess(intent, _WITH_VALUE)
    nothing_else = weights[intent] == len(said)
    return Guess(intent, _MORE_WORDS if weights[intent] > 1 or nothing_else else _ONE_WORD)


@cache
def _phrases() -> Phrases:
    return Phrases((intent, forms) for _, (intent, forms) in lines("keywords"))


@cache
def _most_telling_first() -> tuple[str, ...]:
    return tuple(intent for language, (intent, _) in lines("keywords") if language == "en")
