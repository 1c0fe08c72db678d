"""Text in, Understanding out: rules first, then Rasa, then the words that give a message away."""

import gc
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any, Literal, TextIO

from nlu import vocabulary
from nlu.fallback import guess
from nlu.language import Recognised, recognise
from nlu.lexicon import known_words, says_in
from nlu.normalise import clean, in_keys, shape
from nlu.rasa import Rasa
from nlu.rules import rule, without_greeting
from nlu.understanding import ACT, Expecting, Understanding
from nlu.values.read import Values, read
from nlu.watched import names_sensor, watched

#: Of a longer message only the beginning is read; ten SMS segments hold as much.
LONGEST = 1600

#: So many sentences of a language open its word lists; any day will do for that.
_OPENING, _SOME_DAY = 20, date(2026, 1, 1)

#: Any words may be a village while a place is asked for, unless they are clearly a wish of their own.
NAMED_PLACE = 0.9
CLEAR = 0.8
_NO_WISH = frozenset({"inform", "out_of_scope", "weather", "greet", "thank", "affirm", "deny"})

#: What the market trades in; the rest of what was heard serves the dialogue alone.
_CANONICAL = ("commodity", "quantity", "price", "date", "place", "phone", "reference", "grade")

#: "12 ton parali" out of the blue: mostly somebody has it to sell.
_UNASKED = 0.75

#: Wishes that are no other matter than the question that is open.
_SAME_MATTER: dict[Expecting | None, frozenset[str]] = {
    "date": frozenset({"schedule_pickup"}),
    "price": frozenset({"make_offer", "counter_offer"}),
    "place": frozenset({"update_profile"}),
}

#: Who asks about these looks back: "kal" is then yesterday.
_LOOKING_BACK = frozenset({"payment_status", "dispute", "rate"})
_BEHIND_OR_AHEAD = frozenset({"booking_status", "ask_price"})


#: Messages without a word: what they mean.
_SIGNS = (
    dict.fromkeys("👍👌✅✔☑💯", "affirm") | dict.fromkeys("👎❌✖🚫", "deny") | dict.fromkeys("🙏🤝", "thank")
)

#: The letter of a code says what it names, and so what can be said about it.
_OF_CODE = {
    "L": frozenset(
        {"edit_listing", "cancel_listing", "make_offer", "buy", "my_listings", "my_offers", "grade_photo"}
    ),
    "F": frozenset({"accept", "reject", "counter_offer", "my_offers"}),
    "B": frozenset(
        {
            "booking_status",
            "cancel_booking",
            "schedule_pickup",
            "payment_status",
            "dispute",
            "rate",
            "accept",
            "reject",
        }
    ),
}

#: Whose only number is a price, from how much on: "I will give 1900", "tell me above 2400". Offers are also answered by
#: their number, and some write the Gujarati "che" (is) as 6.
_OF_PRICES = dict.fromkeys(("make_offer", "counter_offer", "alerts", "payment_status"), 5) | dict.fromkeys(
    ("accept", "reject", "price_forecast"), 20
)

#: "2300 is too little, make it 2500", whatever else it was taken for with less than this.
_HAGGLING = 0.9

#: A sensor is a matter of `alerts`, whatever is said of it; who clearly means these only names it on the way.
_BEFORE_SENSORS = frozenset({"talk_to_human", "dispute"})


class Understander:
    """One for the whole program. Without a `rasa_url`, or while Rasa fails, the keyword fallback answers.

    `prepared`: the word lists are read before it is made, or by somebody who has begun with `read_word_lists`.
    """

    def __init__(self, rasa_url: str | None, timeout: float, *, prepared: bool = False) -> None:
        self.rasa = Rasa(rasa_url, timeout) if rasa_url else None
        if not prepared:
            read_word_lists()

    async def understand(
        self,
        text: str,
        *,
        language: str | None = None,
        expecting: Expecting | None = None,
        today: date,
    ) -> Understanding:
        cleaned = clean(text[:LONGEST])
        normal = in_keys(cleaned)
        heard = recognise(normal)
        if expecting in ("name", "place") and heard.script != "native":
            # Names of people and villages are of no language.
            heard = Recognised(None, heard.script, 0.0, heard.likely)
        spoken = heard.language or language
        if not any(letter.isalnum() for letter in normal):
            return _in(heard, Understanding(*_wordless(text)))
        values = read(cleaned, today=today, language=spoken, expecting=expecting)
        certain = rule(normal, expecting, spoken) or _answer(cleaned, normal, values, expecting, spoken)
        if certain and (certain.confidence > NAMED_PLACE or " " not in normal):
            return _in(heard, certain)
        intent, confidence, source = await self._intent(normal, values)
        if certain and (confidence < CLEAR or intent in _NO_WISH):
            return _in(heard, certain)
        if intent == "inform" and (wish := _unasked(normal, values, expecting)):
            intent, confidence = wish, _UNASKED
        if confidence < _HAGGLING and _haggles(cleaned, normal, spoken, today):
            intent, confidence = "counter_offer", max(confidence, _UNASKED)
        if names_sensor(normal) and not (intent in _BEFORE_SENSORS and confidence >= CLEAR):
            intent = "alerts"
        watch = watched(normal, values) if intent == "alerts" else None
        back, bids = _looks_back(intent, normal, spoken), 0 if watch else _OF_PRICES.get(intent, 0)
        if back or bids:
            values = read(cleaned, today=today, language=spoken, expecting=expecting, past=back, bids=bids)
        if _answers(expecting, values) and (confidence < CLEAR or intent in _SAME_MATTER.get(expecting, ())):
            return _in(heard, _with(Understanding("inform", CLEAR, source=source), values))
        if watch:
            confidence = max(confidence, _UNASKED)
            values = replace(values, values={**values.values, "watch": watch})
        return _in(heard, _with(Understanding(intent, confidence, source=source), values))

    async def _intent(self, normal: str, values: Values) -> tuple[str, float, Literal["rasa", "fallback"]]:
        verdict = await self.rasa.verdict(shape(normal)) if self.rasa else None
        if self.rasa and verdict and verdict.intent == "greet" and (said := without_greeting(normal)):
            wish = await self.rasa.verdict(shape(said))
            verdict = wish if wish and wish.confidence >= ACT and wish.intent not in _NO_WISH else verdict
        if verdict and (named := _OF_CODE.get(str(values.values.get("reference", ""))[:1])):
            verdict = verdict.among(named)
        if verdict and verdict.confidence >= ACT:
            return verdict.intent, verdict.confidence, "rasa"
        guessed = guess(normal, {**values.alternatives, **values.values})
        if verdict is None:
            return guessed.intent, guessed.confidence, "fallback"
        agreed = guessed.confidence if verdict.intent == guessed.intent else 0.0
        return verdict.intent, max(verdict.confidence, agreed), "rasa"

    async def close(self) -> None:
        if self.rasa:
            await self.rasa.close()


@cache
def read_word_lists() -> None:
    """Now rather than while the first farmer waits: a few sentences of each language open every list."""
    gc.disable()  # what is read stays: looking through it for garbage, now and later, takes seconds
    for language, sentences in vocabulary.sentences().items():
        for said in sentences[:: max(1, len(sentences) // _OPENING)]:
            recognise(said)
            rule(said, None, language)
            guess(said, {})
            names_sensor(said)
            for expecting in (None, "place"):
                read(said, today=_SOME_DAY, language=language, expecting=expecting)
    gc.freeze()
    gc.enable()


def _answer(
    cleaned: str, normal: str, values: Values, expecting: Expecting | None, language: str | None
) -> Understanding | None:
    """A message that gives values and says nothing else, or takes back one for another."""
    if expecting == "text":
        return Understanding("inform", 1.0, values={"text": cleaned})
    if not values.values and not values.alternatives:
        return None
    said = set(values.unread)
    rest = _without(said, ("filler",), language)
    takes_back = values.corrected or says_in(language, "denial", normal.split(maxsplit=1)[0])
    if expecting is None and "reference" in values.values:
        return None  # something is said about what has this code
    if takes_back and not _without(rest, ("denial", "putting_right"), language):
        return _with(Understanding("correct", 0.95), values)
    if expecting is None and _without(said, ("polite",), language):
        return None  # with no question open "12 ton hai" offers and "12 ton chahiye" asks
    if wish := _unasked(normal, values, expecting):
        return _with(Understanding(wish, _UNASKED), values)
    if not rest:
        by_name = expecting == "place" and "name" in values.values.get("place", {})
        return _with(Understanding("inform", NAMED_PLACE if by_name else 0.95), values)
    if expecting == "name" and "name" in values.values:
        return _with(Understanding("inform", 0.9), values)
    if expecting == "place" and "place" in values.values and not rest & known_words():
        return _with(Understanding("inform", NAMED_PLACE), values)
    return None


def _unasked(normal: str, values: Values, expecting: Expecting | None) -> str | None:
    """So much of something, while no question is open, answers nothing: it is for sale, or wanted if a word says so."""
    if expecting is not None or not {"commodity", "quantity"} <= {*values.values, *values.alternatives}:
        return None
    return "buy" if guess(normal, {**values.alternatives, **values.values}).intent == "buy" else "sell"


def _haggles(cleaned: str, normal: str, language: str | None, today: date) -> bool:
    """One sum is too little, another is named."""
    if not any(says_in(language, "too_little", word) for word in normal.split()):
        return False
    heard = read(cleaned, today=today, language=language, bids=_OF_PRICES["counter_offer"])
    return heard.corrected and "price" in heard.values


def _looks_back(intent: str, normal: str, language: str | None) -> bool:
    """A booking and a price may be behind or ahead: "kal aani thi", "kal aayegi"."""
    told = intent in _BEHIND_OR_AHEAD and any(says_in(language, "past_verb", w) for w in normal.split())
    return told or intent in _LOOKING_BACK


def _answers(expecting: Expecting | None, values: Values) -> bool:
    return expecting in values.values or expecting in values.alternatives


def _wordless(text: str) -> tuple[str, float]:
    """A thumb up is a yes; other pictures and dots are no business of ours."""
    meant = {_SIGNS[sign] for sign in text if sign in _SIGNS}
    return (meant.pop(), CLEAR) if len(meant) == 1 else ("out_of_scope", 0.5)


def _without(said: set[str], kinds: tuple[str, ...], language: str | None) -> set[str]:
    """The words that are of none of these kinds for who speaks this language."""
    return {word for word in said if not any(says_in(language, kind, word) for kind in kinds)}


def _with(understanding: Understanding, values: Values) -> Understanding:
    return replace(understanding, values=values.values, alternatives=values.alternatives)


def _in(heard: Recognised, understanding: Understanding) -> Understanding:
    return replace(
        understanding,
        language=heard.language,
        likely_language=heard.likely,
        script=heard.script,
        language_confidence=heard.confidence,
    )


async def understand_lines(lines: Iterable[str], out: TextIO, *, rasa_url: str | None, today: date) -> None:
    """JSON lines {"text", "language"?, "expecting"?} in; one line of what was understood for each out."""
    understander = Understander(rasa_url, timeout=5.0)
    try:
        for line in lines:
            if line.strip():
                answer = await _understood_line(understander, line, today)
                out.write(json.dumps(answer, ensure_ascii=False) + "\n")
                out.flush()
    finally:
        await understander.close()


async def _understood_line(understander: Understander, line: str, today: date) -> dict[str, object]:
    try:
        asked = json.loads(line)
        text, language, expecting = asked["text"], asked.get("language"), asked.get("expecting")
        if not isinstance(text, str) or not {type(language), type(expecting)} <= {str, type(None)}:
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {"error": 'each line is a JSON object with "text" and, if wanted, "language" and "expecting"'}
    heard = await understander.understand(text, language=language, expecting=expecting, today=today)
    answer = {
        "intent": heard.intent,
        "confidence": round(heard.confidence, 4),
        "language": heard.language or language or heard.likely_language,
        "script": heard.script,
        "values": canonical(heard.values),
    }
    return answer | ({"questions": dict(heard.alternatives)} if heard.alternatives else {})


def canonical(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values in the form that the market and its partners agree on: a place by its name in Latin letters."""
    kept = {name: values[name] for name in _CANONICAL if name in values}
    place = kept.get("place")
    if place and "latin" in place:
        kept["place"] = {"name": place["latin"]}
    return kept
