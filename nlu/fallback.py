"""What a message is about when the language model is down, slow or unsure: words that give it away.

`languages/<code>/keywords.tsv` lists them by intent, in English the telling ones first; a star stands for any ending.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex

from nlu.languages import lines
from nlu.normalise import normalise

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
    for intent, pattern in _patterns():
        weight = sum(len(found[0].split()) for found in pattern.finditer(text))
        if weight:
            weights[intent] = max(weights.get(intent, 0), weight)
    if not weights:
        return Guess("inform", _ONLY_VALUES) if values else Guess("out_of_scope", _NOTHING)
    intent = max(weights, key=lambda one: weights[one])
    if any(name in values for name in _FITTING.get(intent, ())):
        return Guess(intent, _WITH_VALUE)
    return Guess(intent, _MORE_WORDS if weights[intent] > 1 else _ONE_WORD)


@cache
def _patterns() -> list[tuple[str, regex.Pattern[str]]]:
    patterns = []
    of_english = [intent for language, (intent, _) in lines("keywords") if language == "en"]
    listed = [(intent, forms) for _, (intent, forms) in lines("keywords")]
    for intent, forms in sorted(listed, key=lambda line: of_english.index(line[0])):
        either = "|".join(_pattern(form) for form in sorted(forms.split("|"), key=len, reverse=True))
        patterns.append((intent, regex.compile(rf"(?<!\S)(?:{either})(?!\S)")))
    return patterns


def _pattern(form: str) -> str:
    words = (regex.escape(normalise(word)) + (r"\S*" if word.endswith("*") else "") for word in form.split())
    return " ".join(words)
