"""What we print on a door may be written at any time, in every language and script, and opens that door."""

import re
from pathlib import Path
from uuid import uuid4

import pytest

import flows
import flows.catalogue
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


#: Rules know these words whatever is open; and a second name for a door that has one.
KNOWN_BY_RULE = {("menu", "Menu"), ("help", "Help"), ("person", "Talk to a person"), ("on", "Go on")}
SECOND_NAMES = {("person", "Ask for the file"), ("price_alert", "New alert")}
DOOR = re.compile(r'label\("([^"]+)"\),\s*deed="go:(\w+)"')


def test_each_door_has_a_flow_behind_it() -> None:
    assert PRINTED.keys() <= FLOWS.keys()


def test_each_button_that_begins_something_by_itself_is_such_a_door() -> None:
    sources = (file.read_text("utf-8") for file in Path(flows.__file__).parent.rglob("*.py"))
    buttons = {(flow, words) for source in sources for words, flow in DOOR.findall(source)}
    assert len(buttons) > len(SECOND_NAMES | KNOWN_BY_RULE)
    assert buttons - KNOWN_BY_RULE - SECOND_NAMES <= {(flow, say.text) for flow, say in PRINTED.items()}


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
    # In the other script too.
    assert opened("Rate", "hi", "native") == "price"
    assert opened("Rate", "hi", "native", Frame("sell", stage="review")) is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "My money"),
        ("kn", "Nanna hana"),
        ("mr", "Vajan zala"),
        ("ta", "Edai pottachu"),
        ("gu", "Mara paisa"),
    ],
)
def test_what_is_wrong_is_no_door(language: str, words: str) -> None:
    script: Script = "native" if language == "en" else "latin"
    asks_what = Frame("dispute", slots={"code": "B7QK2M"}, asking="reason")
    assert opened(words, language, script, asks_what) is None
    assert opened(words, language, script) in ("money", "weighing")


def test_a_door_answers_no_question_that_lay_below() -> None:
    family = Frame("family", slots={"who": "new"}, asking="name")
    state = State([family, Frame("my_bookings", asking="code")])
    person = Person(uuid4(), "Asha", "en", "native", (), None, True)
    turn = Turn(person, Channel("sms"), state, Heard("Another person"), NOW)
    list(names_a_door(turn))
    assert state.top is family and family.slots == {"who": "new"}
