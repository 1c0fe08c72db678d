"""The catalogues are complete, and the lint that says so can tell when they are not."""

import pytest
from babel.messages.catalog import Message

from bot import channels
from flows.languages import LANGUAGES
from flows.menu import DOORS
from flows.say import Reply, msg
from flows.words import Words
from locales.messages import check, faults_of, gather

EVERY = [(language.code, script) for language in LANGUAGES.values() for script in language.scripts]


def test_every_text_is_there_in_every_language() -> None:
    assert check() == []


def test_texts_are_found_where_they_are_said() -> None:
    texts = {(text.id, text.context) for text in gather()}
    assert ("What do you want to sell?", None) in texts
    assert ("Sell", "label") in texts
    assert (("{n} photo", "{n} photos"), None) in texts
    assert (("{n} tonne", "{n} tonnes"), "mass") in texts
    assert ("Paddy straw", "commodity") in texts


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (Message("Yes", "", context="label"), "not translated"),
        (Message("Yes", "हाँ, बिल्कुल मुझे मंज़ूर है", context="label"), "longer than a button (27 of 20)"),
        (Message("You have joined, {name}.", "स्वागत है!"), "its blanks differ"),
        (Message("{price:rate}, {where}", "{price}, {where}"), "its blanks differ"),
        (Message("Change language or letters", "भाषा " * 15), "longer than a row's hint (75 of 72)"),
        (Message("I am back.", "मैं वापस आ गया हूँ और अब हम वहीं से आगे बढ़ेंगे। " * 3), "costs 3 SMS of 2"),
        (Message("I am back.", "मैं आ गया।", flags=["fuzzy"]), "its English changed"),
    ],
)
def test_the_lint_sees(message: Message, fault: str) -> None:
    assert fault in list(faults_of(message, "hi"))


def test_the_lint_is_content_with_what_is_right() -> None:
    assert list(faults_of(Message("You have joined, {name}.", "{name}, स्वागत है!"), "hi")) == []


@pytest.mark.parametrize(("language", "script"), EVERY)
def test_the_main_menu_fits_a_whatsapp_list_and_is_never_cut(language: str, script: str) -> None:
    words = Words(language, script)  # type: ignore[arg-type]
    shown = channels.render("whatsapp", Reply((msg("I am back."),), DOORS, 1), words)
    assert [row.title for row in shown.rows] == [words(door.label) for door in DOORS]
    assert [row.description for row in shown.rows] == [words(door.hint) for door in DOORS if door.hint]


@pytest.mark.parametrize(
    ("language", "script"), [pair for pair in EVERY if pair[1] == "latin" or pair[0] == "en"]
)
def test_the_main_menu_costs_one_sms_in_latin_letters(language: str, script: str) -> None:
    words = Words(language, script)  # type: ignore[arg-type]
    assert channels.render("sms", Reply((msg("I am back."),), DOORS, 1), words).segments == 1
