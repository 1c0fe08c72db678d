"""The card and the help by SMS, printed from the one table."""

import re
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
import smsutil
from PIL import Image

from bot.channels.sms import fold
from flows.languages import LANGUAGES
from flows.shortcodes import card
from flows.shortcodes.answering import HANDS
from flows.shortcodes.grammar import COMMANDS
from flows.shortcodes.parse import Order, parse
from flows.words import words_of

DOC = Path(__file__).parents[3] / "docs" / "shortcodes.md"


def test_every_code_has_a_hand_and_every_example_is_a_whole_command() -> None:
    assert HANDS.keys() == COMMANDS.keys()
    for command in COMMANDS.values():
        found = parse(command.example, date(2026, 11, 20))
        assert isinstance(found, Order) and found.command is command, command.example


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_for_each_code_fits_one_sms(language: str) -> None:
    words = words_of(language, "latin" if language != "en" else "native")
    for command in COMMANDS.values():
        said = fold(f"{command.form}\n{words(command.does)}")
        assert smsutil.is_valid_gsm(said), said
        assert len(smsutil.split(said).parts) == 1, said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_says_every_code_in_ten_languages(language: str) -> None:
    said = card.text(language)
    for command in COMMANDS.values():
        assert f"\n{command.form}\n" in said
    if language != "en":
        assert said != card.text("en")
        native = re.findall(r"[^\x00-\x7f]", said)
        assert len(native) > 500, "written in its own letters"


@pytest.mark.parametrize("language", ["hi", "ml"])
def test_the_card_is_a_picture_and_a_page(language: str, tmp_path: Path) -> None:
    for ending, begins in ((".png", b"\x89PNG"), (".pdf", b"%PDF"), (".txt", b"Mandi")):
        card.write(language, tmp_path / f"card{ending}")
        assert (tmp_path / f"card{ending}").read_bytes().startswith(begins)
    with Image.open(BytesIO(card.picture(language))) as drawn:
        assert drawn.size == (card.WIDTH, card.HEIGHT)
        right_edge = drawn.convert("L").crop((card.WIDTH - card.MARGIN // 2, 0, card.WIDTH, card.HEIGHT))
        assert right_edge.getextrema() == (255, 255), "nothing runs over the edge"


def test_the_document_has_the_same_table() -> None:
    written = DOC.read_text("utf-8")
    for command in COMMANDS.values():
        assert f"| `{command.form}` |" in written, command.form
