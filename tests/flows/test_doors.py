"""What we print on a door may be written at any time, in every language and script, and opens that door."""

from uuid import uuid4

import pytest

import flows.catalogue  # noqa: F401 - fills the registry
from flows.doors import PRINTED, names_a_door, printed
from flows.heard import Heard
from flows.languages import LANGUAGES
from flows.registry import FLOWS
from flows.state import Frame, State
from flows.turn import Channel, Turn
from flows.words import Words
from marketplace_core.accounts import Person
from nlu.understanding import Script
from tests.conftest import NOW

TONGUES = [(code, script) for code, language in LANGUAGES.items() for script in language.scripts]


def opened(text: str, language: str, script: Script, *frames: Frame) -> str | None:
    """The flow that these words put on top, before it asks the market for anything."""
    person = Person(uuid4(), "Asha", language, script, (), None, True)
    turn = Turn(person, Channel("whatsapp", photos=True), State(list(frames)), Heard(text), NOW)
    steps = names_a_door(turn)
    try:
        next(steps)
    except StopIteration as end:
        return turn.state.frames[-1].flow if end.value else None
    return turn.state.frames[-1].flow


def test_each_door_has_a_flow_behind_it() -> None:
    assert PRINTED.keys() <= FLOWS.keys()


@pytest.mark.parametrize(("language", "script"), TONGUES)
def test_no_two_doors_of_a_language_have_the_same_words(language: str, script: Script) -> None:
    assert len(printed(language, script)) == len(PRINTED)


@pytest.mark.parametrize(("language", "script"), TONGUES)
def test_the_words_on_a_door_open_it(language: str, script: Script) -> None:
    words = Words(language, script)
    for name, text in PRINTED.items():
        assert opened(f" {words(text)}. ", language, script) == name


def test_either_script_of_their_language_will_do_and_other_words_open_nothing() -> None:
    assert opened("Mot din", "bn", "native") == opened("মত দিন", "bn", "latin") == "rate"
    assert opened("মত দিন", "hi", "native") is None
    assert opened("Sell it all", "en", "native") is None


def test_what_answers_the_open_question_is_no_door() -> None:
    asks_name = Frame("register", slots={"language": "en"}, asking="name")
    assert opened("Sell", "en", "native", asks_name) is None
    assert (
        opened("Price", "en", "native", Frame("sell", stage="review")) is None
    )  # which of it shall be changed
    assert opened("Sell", "en", "native", Frame("sell", asking="quantity")) is None
    assert opened("Buy", "en", "native", Frame("sell", asking="quantity")) == "buy"
