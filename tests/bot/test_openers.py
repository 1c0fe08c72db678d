"""Templates that begin a conversation: what Meta would refuse is found here, and no word gets into a wrong blank."""

from dataclasses import replace
from uuid import UUID

import pytest

from bot.openers import Template, faults, notice_of, template, templates
from flows.heard import News
from flows.languages import LANGUAGES
from flows.notices import NOTICES
from flows.say import Reply, msg
from marketplace_core.accounts import Person

GOOD = Template(
    name="booking_pending_en_123456",
    language="en",
    body="Mandi Mitra: {{1}} wants to book your {{2}}.\nTap the button to go on.",
    samples=("Asha", "B7QK2M"),
    title="Go on",
    payload="go:on",
)


def person(language: str, script: str = "native") -> Person:
    return Person(UUID(int=1), "Gurpreet", language, script, (), None, True)  # type: ignore[arg-type]


def opener_of(
    kind: str, reply: Reply, language: str = "en", script: str = "native"
) -> dict[str, object] | None:
    kept = notice_of(News(kind, "B7QK2M", {}), reply, person(language, script))
    return kept.get("opener")


@pytest.mark.parametrize("one", templates(), ids=lambda one: one.name)
def test_meta_finds_no_fault_with_any_of_ours(one: Template) -> None:
    assert faults(one) == []


def test_every_notice_has_its_template_in_all_ten_languages_and_no_two_share_a_name() -> None:
    names = [one.name for one in templates()]
    assert len(names) == len(set(names))
    said = {id(notice.opener) for notice in NOTICES.values()}
    assert all(notice.opener for notice in NOTICES.values())
    assert len(names) == 10 * len(said) == len(LANGUAGES) * len(said)
    assert len(names) <= 6_000, (
        "a verified account holds no more; one that is not verified holds 250, too few for us"
    )


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"body": "{{1}} wants to book {{2}} from you, and more words."}, "it begins with a blank"),
        ({"body": "Somebody wants to book something: {{1}} {{2}} today."}, "two blanks stand side by side"),
        ({"body": "Somebody with a name, {{1}}, wants to book {{2}}."}, "it ends with a blank"),
        ({"body": "Of {{1}}, {{2}} now"}, "too few words for its blanks"),
        ({"body": "Somebody, {{1}}, wants to book your {{3}} now."}, "the blanks are not numbered in order"),
        ({"body": "Ah {{1}} and {{2}} " + "word " * 250}, "the body is too long"),
        ({"samples": ("Asha", "")}, "a blank has no sample"),
        ({"title": "Twenty one characters"}, "the button is empty or too long"),
        ({"payload": ""}, "the button says nothing to us"),
    ],
)
def test_what_meta_refuses_is_found(changed: dict[str, object], fault: str) -> None:
    assert faults(GOOD) == []
    assert fault in faults(replace(GOOD, **changed))  # type: ignore[arg-type]


class TestFilling:
    def test_the_blanks_are_those_of_the_words_that_were_to_be_said(self) -> None:
        reply = Reply((msg("{name} wants to book your {code}.", name="Asha", code="L4X"), msg("More.")))
        opener = opener_of("booking.pending", reply)
        assert opener and opener["values"] == ["Asha", "L4X"]
        assert opener["text"] == "Mandi Mitra: Asha wants to book your L4X.\nTap the button to go on."

    def test_in_another_order_where_the_language_has_another(self) -> None:
        terms = {
            "name": "Asha",
            "code": "L4X",
            "price": {"paise": 245_000, "per": "quintal"},
            "amount": {"kg": 4000, "unit": "quintal"},
        }
        reply = Reply((msg("{name} offers {price:rate} for {amount:mass} of your {code}.", **terms),))
        english, hindi = (opener_of("offer.made", reply, language) for language in ("en", "hi"))
        assert english and english["values"] == ["Asha", "₹2,450 a quintal", "40 quintals", "L4X"]
        assert hindi and hindi["values"] == ["Asha", "L4X", "40 क्विंटल", "₹2,450 क्विंटल"]

    def test_latin_letters_get_the_template_of_their_language(self) -> None:
        reply = Reply((msg("{name} wants to book your {code}.", name="Asha", code="L4X"),))
        assert opener_of("booking.pending", reply, "hi", "latin") == opener_of("booking.pending", reply, "hi")

    def test_a_name_cannot_break_the_line_or_fill_the_page(self) -> None:
        reply = Reply((msg("{name} wants to book your {code}.", name="A\n\nB" + "x" * 500, code="L4X"),))
        opener = opener_of("booking.pending", reply)
        assert opener
        name = opener["values"][0]  # type: ignore[index]
        assert name.startswith("A B") and len(name) <= 100

    def test_what_says_something_else_has_no_template(self) -> None:
        assert opener_of("booking.pending", Reply((msg("Something else."),))) is None

    def test_a_sentence_without_blanks_stands_for_whatever_is_said(self) -> None:
        opener = opener_of("grading.graded", Reply((msg("Something else."),)))
        assert opener and opener["values"] == []


def test_other_words_are_another_template() -> None:
    opener = NOTICES["booking.pending"].opener
    assert opener is not None
    changed = replace(opener, text=msg("{name} would like to book your {code}."))
    before, after = template(opener, "en").name, None
    NOTICES["test.changed"] = replace(NOTICES["booking.pending"], opener=changed)
    try:
        after = template(changed, "en").name
    finally:
        del NOTICES["test.changed"]
    assert before.rpartition("_")[2] != after.rpartition("_")[2]
