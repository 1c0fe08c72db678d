"""STOP, START and HELP in ten languages, once even where the carrier has answered; and MORE of a long answer."""

from collections.abc import Generator
from typing import Any, Literal
from uuid import uuid4

import pytest

from flows import engine as dialogue
from flows.engine import Outcome
from flows.heard import Heard, News
from flows.say import Option, Reply, label, verbatim
from flows.state import Frame, State
from flows.turn import Channel, Do
from marketplace_core.accounts import Person
from marketplace_core.accounts import commands as accounts
from nlu.normalise import normalise
from nlu.rules import rule
from nlu.understanding import Understanding
from tests.conftest import NOW

ADDRESS = uuid4()
ASHA = Person(uuid4(), "Asha", "en", "native", (), None, True)
LONG = Reply((verbatim("long"),), (Option("a", label("Yes")),), serial=4)

WORDS = {
    "stop": ("stop", "बंद करो", "ನಿಲ್ಲಿಸಿ", "ਬੰਦ ਕਰੋ", "थांबवा", "ఆపండి", "நிறுத்து", "বন্ধ করুন", "બંધ કરો", "നിർത്തുക"),
    "start": (
        "start", "शुरू करो", "ಪ್ರಾರಂಭಿಸಿ", "ਸ਼ੁਰੂ ਕਰੋ", "सुरू करा", "ప్రారంభించండి", "தொடங்கு", "শুরু করুন", "શરૂ કરો",
        "ആരംഭിക്കുക",
    ),
    "help": ("help", "मदद", "ಸಹಾಯ", "ਮਦਦ", "मदत", "సహాయం", "உதவி", "সাহায্য", "મદદ", "സഹായം"),
}  # fmt: skip
MORE = {
    "en": "MORE", "hi": "और", "kn": "ಇನ್ನಷ್ಟು", "pa": "ਹੋਰ", "mr": "आणखी", "te": "ఇంకా", "ta": "மேலும்", "bn": "আরও",
    "gu": "વધુ", "ml": "കൂടുതൽ",
}  # fmt: skip
LATIN_MORE = {
    "hi": "AUR", "kn": "INNASHTU", "pa": "HOR", "mr": "AANKHI", "te": "INKA", "ta": "MELUM", "bn": "ARO", "gu": "VADHU",
    "ml": "KOODUTHAL",
}  # fmt: skip


def played(heard: Heard, state: State | None = None, opted_out: bool = False) -> tuple[Outcome, list[Any]]:
    """The turn, and which commands it asked the market for; none of them has a result that matters here."""
    channel = Channel("sms", ADDRESS, terse=True, opted_out=opted_out)
    steps: Generator[Do, Any, Outcome] = dialogue.turn(state or State(), heard, ASHA, channel, NOW)
    asked = []
    try:
        request = next(steps)
        while True:
            asked.append((request.command, *request.args))
            request = steps.send(None)
    except StopIteration as end:
        return end.value, asked


@pytest.mark.parametrize(
    ("intent", "word"), [(intent, word) for intent, all in WORDS.items() for word in all]
)
@pytest.mark.parametrize("shape", ["{}", "  {} ", "{}.", "{}!!", "“{}”", "*{}*", "{}।"])
def test_ten_languages_say_it_and_shape_does_not_matter(intent: str, word: str, shape: str) -> None:
    for written in (word, word.upper(), word.capitalize()):
        understood = rule(normalise(shape.format(written)))
        assert understood is not None, written
        assert understood.intent == intent


@pytest.mark.parametrize("text", ["do not stop my sale", "बंद बोरी 40", "stop at 2500", "the bus stop"])
def test_a_sentence_that_has_the_word_in_it_is_no_stop(text: str) -> None:
    found = rule(normalise(text))
    assert found is None or found.intent != "stop"


def carriers(said: Literal["stop", "start", "help"], text: str) -> Heard:
    return Heard(text, rule(normalise(text)) or Understanding("out_of_scope", 0.5), carrier_said=said)


@pytest.mark.parametrize("text", ["STOP", "CANCEL", "END", "quit"])
def test_a_stop_the_carrier_has_answered_is_kept_and_not_answered_again(text: str) -> None:
    outcome, asked = played(carriers("stop", text), State([Frame("sell")], last=LONG))
    assert outcome.reply is None
    assert asked == [(accounts.opt_out, ADDRESS)]
    assert outcome.state.frames == []


def test_a_start_the_carrier_has_answered_opens_the_address_and_says_nothing() -> None:
    outcome, asked = played(carriers("start", "START"), opted_out=True)
    assert outcome.reply is None
    assert asked == [(accounts.opt_in, ADDRESS)]


def test_a_yes_that_a_carrier_takes_for_a_start_is_still_an_answer() -> None:
    state = State([Frame("sell", stage="drop", trail=["commodity"], slots={"commodity": "wheat"})])
    outcome, asked = played(carriers("start", "YES"), state)
    assert asked == []
    assert outcome.reply is not None
    assert outcome.state.frames == []


def test_a_help_the_carrier_has_answered_changes_nothing() -> None:
    state = State([Frame("sell")], last=LONG)
    before = state.to_json()
    outcome, asked = played(carriers("help", "INFO"), state)
    assert (outcome.reply, asked) == (None, [])
    assert outcome.state.to_json() == before


@pytest.mark.parametrize(("language", "word"), [*MORE.items(), *LATIN_MORE.items()])
def test_more_is_understood_in_every_language_while_a_choice_is_open(language: str, word: str) -> None:
    for expecting in (None, "choice", "yes_no", "commodity", "place"):
        understood = rule(normalise(f" {word.lower()}. "), expecting, language)
        assert understood is not None
        assert "more" in understood.values


def more() -> Heard:
    return Heard("more", rule("more"))


def test_more_turns_the_page_of_the_last_message_and_keeps_its_choices() -> None:
    state = State([Frame("sell")], serial=4, last=LONG)
    for page in (1, 2):
        outcome, _ = played(more(), State.from_json(state.to_json()))
        state = outcome.state
        assert outcome.reply is not None
        assert (outcome.reply.page, outcome.reply.serial, outcome.reply.options) == (page, 4, LONG.options)


def test_news_that_asked_nothing_has_more_too_until_something_else_is_said() -> None:
    told, _ = played(
        Heard(news=News("listing.expired", "L7QK2M", {})), State([Frame("sell")], serial=4, last=LONG)
    )
    assert told.reply is not None
    outcome, _ = played(more(), State.from_json(told.state.to_json()))
    assert outcome.reply is not None
    assert (outcome.reply.parts, outcome.reply.page) == (told.reply.parts, 1)
    assert outcome.state.last == LONG
    after, _ = played(Heard("wait", rule("wait")), outcome.state)
    assert after.state.told is None


def test_more_with_nothing_said_yet_shows_the_menu() -> None:
    outcome, _ = played(more())
    assert outcome.reply is not None
    assert len(outcome.reply.options) > 5
