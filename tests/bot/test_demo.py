"""How the story of the demo is read, and how it stands on the page."""

from datetime import UTC, datetime

import pytest

from bot.demo.story import STORY, Chapter, Deed, Hears, NotAStory, Person, Says, pattern, read, spelt
from bot.demo.transcript import Columns, Line, fold, page, wide

OM = Person("om", "sms", "en", "+919876500021", "farmer")
ASHA = Person("asha", "whatsapp", "hi", "+919876500022", "buyer")
NOON = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)


def test_people_lines_and_deeds_are_told_apart() -> None:
    people, steps = read(
        "# said to nobody\n\nom@sms[en] +919876500021 is the farmer\n"
        "== Once\nom > [photo]\nom < Hello\n(rain falls)\n"
    )
    assert people == (OM,)
    assert steps == (Chapter("Once"), Says("om", "[photo]"), Hears("om", "Hello"), Deed("rain falls"))


@pytest.mark.parametrize("line", ["om says hello", "om >", "(rain"])
def test_a_line_that_means_nothing_is_refused(line: str) -> None:
    with pytest.raises(NotAStory):
        read(line)


def test_everybody_who_speaks_in_the_story_takes_part_in_it() -> None:
    people, steps = read(STORY.read_text("utf-8"))
    assert {step.who for step in steps if isinstance(step, Says | Hears)} == {person.who for person in people}


def test_a_name_means_from_then_on_what_stood_there_first() -> None:
    found = pattern("Your lot is L1.", {}).search("Your lot  is LAMTA4. Call 9876500021.")
    assert found
    codes = found.groupdict()
    assert codes == {"L1": "LAMTA4"}
    assert spelt("GRADE L1 A", codes) == "GRADE LAMTA4 A"
    assert pattern("L1 is sold", codes).search("LAMTA4 is sold")
    assert not pattern("L1 is sold", codes).search("L7QK2M is sold")


@pytest.mark.parametrize(("name", "code", "other"), [("P1", "585900", "58590"), ("K1", "2002", "20021")])
def test_a_code_of_digits_is_taken_whole(name: str, code: str, other: str) -> None:
    assert pattern(f"code: {name}", {}).search(f"code: {code}.")
    assert not pattern(f"code: {name}", {}).search(f"code: {other}.")


def test_what_is_wanted_is_taken_as_it_is_written() -> None:
    assert not pattern("₹1.000?", {}).search("₹1x000")


def test_vowel_signs_stand_on_their_letter_and_lines_are_folded_between_words() -> None:
    assert wide("ಕಿ") == wide("कु") == 1
    assert list(fold("paddy straw, 5 tonnes", 12)) == ["paddy straw,", "5 tonnes"]
    assert list(fold("upi://pay?pa=mandi@upi", 10)) == ["upi://pay?", "pa=mandi@u", "pi"]


def test_each_stands_in_their_own_column_with_the_clock_of_india() -> None:
    columns = Columns((OM, ASHA), 80)
    (row,) = columns.rows(Line(NOON, "asha", ("> [हाँ]",)))
    clock, asha = row.split("│")
    assert clock.split() == ["12:00:00"]
    assert asha.strip() == "> [हाँ]"
    (deed,) = columns.rows(Line(NOON, None, ("(rain falls)",)))
    assert deed == "12:00:00 (rain falls)"


def test_on_the_page_nothing_that_was_written_is_markdown() -> None:
    lines = [
        Line(NOON, None, ("Once",), chapter=True),
        Line(NOON, "om", ("> a|b *c* <d>", "[yes]")),
    ]
    *_, chapter, _, _, _, row, _, _, _, end = page((OM, ASHA), lines, ["All is well."]).splitlines()
    assert chapter == "## Once"
    assert row == "| 12:00:00 | &gt; a&#124;b &#42;c&#42; &lt;d&gt;<br>&#91;yes&#93; |  |"
    assert end == "* All is well."
