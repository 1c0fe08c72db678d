"""The same question on every channel, inside what the channel can carry, in every script."""

import re
from dataclasses import replace

import pytest
import regex
import smsutil
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.channels import render
from bot.channels.sms import pages as sms_pages
from bot.channels.sms import segments
from bot.channels.text import cut, graphemes, units
from bot.message import Outgoing, Picture, Row
from flows.say import Option, Reply, Say, label, msg, verbatim
from flows.say import Picture as Shown


def english(say: Say) -> str:
    return say.text.format(**say.blanks)


def ask(question: str, *labels: str, details: tuple[str, ...] = (), wants: str | None = None) -> Reply:
    options = tuple(
        Option(f"o{n}", verbatim(words), verbatim(details[n]) if details else None)
        for n, words in enumerate(labels)
    )
    return Reply((verbatim(question),), options, serial=7, wants=wants)


def whatsapp(reply: Reply) -> Outgoing:
    return render("whatsapp", reply, english)


def sms(reply: Reply) -> Outgoing:
    return render("sms", reply, english)


def test_a_picture_goes_where_one_can_be_shown_with_its_own_words() -> None:
    reply = Reply(
        (verbatim("Grade B."),),
        (Option("o", verbatim("Sell")),),
        7,
        picture=Shown("ab/k.jpg", verbatim("Counted.")),
    )
    assert Reply.from_json(reply.to_json()) == reply
    sent = whatsapp(reply)
    assert sent.picture == Picture("ab/k.jpg", "Counted.")
    assert sent.body == "Grade B."
    for words in (sms(reply), render("voice", reply, english)):
        assert words.picture is None
        assert words.text.startswith("Grade B.")


# ---- WhatsApp


def test_up_to_three_short_choices_are_buttons() -> None:
    sent = whatsapp(ask("ಒಪ್ಪಿಗೆಯೇ?", "ಹೌದು", "ಬೇಡ"))
    assert sent.buttons == (Row("7:o0", "ಹೌದು"), Row("7:o1", "ಬೇಡ"))
    assert sent.rows == ()
    assert sent.body == "ಒಪ್ಪಿಗೆಯೇ?"
    assert sent.text == "ಒಪ್ಪಿಗೆಯೇ?\n\n1 ಹೌದು\n2 ಬೇಡ"


def test_a_label_too_long_for_a_button_turns_the_buttons_into_a_list() -> None:
    fits, too_long = "ಕ" * 20, "ಕ" * 21
    assert len(whatsapp(ask("?", fits, "b")).buttons) == 2
    sent = whatsapp(ask("?", too_long, "b"))
    assert sent.buttons == ()
    assert [row.title for row in sent.rows] == [too_long, "b"]
    assert sent.rows_title == "Choose"
    assert sent.body == "?"


def test_emoji_count_twice_as_meta_may_count_them() -> None:
    assert whatsapp(ask("?", "🌾" * 10, "b")).buttons
    assert not whatsapp(ask("?", "🌾" * 10 + "a", "b")).buttons


def test_four_to_ten_choices_are_a_list_and_eleven_are_lines() -> None:
    for number in (4, 10):
        assert len(whatsapp(ask("?", *(f"c{n}" for n in range(number)))).rows) == number
    sent = whatsapp(ask("?", *(f"c{n}" for n in range(11))))
    assert not sent.interactive
    assert sent.text.endswith("\n10 c9\n11 c10")


def test_details_stand_under_the_rows_and_in_the_lines() -> None:
    sent = whatsapp(ask("Which?", "Wheat", "Onion", details=("12 t, Ludhiana", "3 t, Nashik")))
    assert sent.rows == (Row("7:o0", "Wheat", "12 t, Ludhiana"), Row("7:o1", "Onion", "3 t, Nashik"))
    assert sent.text == "Which?\n\n1 Wheat: 12 t, Ludhiana\n2 Onion: 3 t, Nashik"


def test_what_a_row_cannot_hold_is_said_in_full_above_the_list() -> None:
    long_label = "ಸೋಯಾಬೀನ್ ಹೊಟ್ಟು ಮತ್ತು ಮೆಕ್ಕೆಜೋಳದ ದಂಟು"
    sent = whatsapp(ask("?", long_label, "b", "c", "d"))
    title = sent.rows[0].title
    assert title.endswith("…") and units(title) <= 24
    assert graphemes(long_label)[: len(graphemes(title)) - 1] == graphemes(title)[:-1]
    assert sent.body == f"?\n\n1 {long_label}"


@pytest.mark.parametrize(
    "reply",
    [
        ask("?", "same", "same"),
        ask("?", "", "b"),
        ask("", "a", "b"),
        ask("x" * 1025, "a", "b"),
        Reply((verbatim("?"),), (Option("x" * 200, verbatim("a")), Option("b", verbatim("b")))),
    ],
    ids=["equal titles", "empty title", "no words", "words too long", "payload too long"],
)
def test_what_meta_would_refuse_is_sent_as_numbered_lines(reply: Reply) -> None:
    sent = whatsapp(reply)
    assert not sent.interactive
    assert re.search(r"^2 ", sent.text, re.MULTILINE)


def test_words_of_exactly_the_limit_keep_their_buttons() -> None:
    assert whatsapp(ask("x" * 1024, "a", "b")).buttons


def test_a_deed_is_a_payload_of_its_own() -> None:
    reply = Reply((verbatim("?"),), (Option("sell", label("Sell"), deed="go:sell"),), serial=3)
    assert whatsapp(reply).buttons == (Row("go:sell", "Sell"),)


def test_paragraphs_are_set_apart_and_empty_ones_left_out() -> None:
    reply = Reply((msg("One."), verbatim(" \x00 "), msg("Two {n}.", n=2)))
    assert whatsapp(reply).text == "One.\n\nTwo 2."
    assert sms(reply).text == "One.\nTwo 2."


def test_a_question_for_a_place_offers_the_pin_on_whatsapp_alone() -> None:
    assert whatsapp(ask("Where?", wants="place")).wants_location
    assert not whatsapp(ask("Photo?", wants="photo")).wants_location
    assert not sms(ask("Where?", wants="place")).wants_location


# ---- SMS


def test_choices_are_plain_lines() -> None:
    sent = sms(ask("Mandi Mitra", "Sell", "Price"))
    assert sent == Outgoing("Mandi Mitra\n1 Sell\n2 Price", segments=1)


def test_rupees_and_fine_print_do_not_double_the_price_of_latin_text() -> None:
    sent = sms(ask("“Fair” price – ₹2,500…₹ 3,000 a tonne • today’s 🌾", "Sell → now"))
    assert sent.text == '"Fair" price - Rs 2,500...Rs 3,000 a tonne * today\'s\n1 Sell -> now'
    assert smsutil.is_valid_gsm(sent.text)
    assert sent.segments == 1


def test_indic_text_keeps_its_signs_for_it_costs_the_same() -> None:
    assert sms(ask("ಬೆಲೆ – ₹2,500")).text == "ಬೆಲೆ – ₹2,500"


def test_an_emoji_alone_stays() -> None:
    assert sms(ask("🙏")).text == "🙏"
    assert sms(ask("ok?", "👍", "👎")).text == "ok?\n1 👍\n2 👎"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("ಕ" * 64, 1),
        ("ಕ" * 70, 1),
        ("ಕ" * 71, 2),
        ("₹" + "a" * 70, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a\r\n" * 53 + "a", 1),
    ],
)
def test_segments_are_counted_as_they_are_paid(text: str, expected: int) -> None:
    assert segments(text) == expected


def pages(reply: Reply) -> list[str]:
    return sms_pages(reply, english)


MORE = "For the rest write MORE."


def test_what_does_not_fit_comes_on_more() -> None:
    reply = ask(
        "Namaste! " + "These are the markets near you. " * 7 + "Which one?", *("word " * 9 for _ in range(8))
    )
    first, *rest = pages(reply)
    assert first.endswith(f"\n{MORE}")
    assert "3 word" in first
    assert segments(first) <= 3
    assert all(segments(page) <= 2 for page in rest)
    assert rest[-1].endswith("8 word word word word word word word word word")
    assert [sms(replace(reply, page=n)).text for n in range(1 + len(rest))] == [first, *rest]


def test_a_question_is_never_sent_without_its_choices() -> None:
    words = "माल कहाँ पड़ा है? " * 12  # four segments alone
    (only,) = pages(ask(words, "हाँ", "नहीं"))
    assert only.endswith("1 हाँ\n2 नहीं")
    told = Reply((verbatim("क" * 130), verbatim("ठीक है?")), ask("", "हाँ", "नहीं").options, 7)
    assert pages(told) == ["क" * 130 + "\nठीक है?\n1 हाँ\n2 नहीं"]  # one segment dearer than it should be


def test_of_many_choices_the_first_stay_with_the_question_and_the_numbers_go_on() -> None:
    villages = [f"ಹಳ್ಳಿ ಹೆಸರು {n}" for n in "ಅಆಇಈಉಊಋಎಏ"]
    first, *rest = pages(ask("ನಿಮಗೆ ಹತ್ತಿರದ ಊರು ಯಾವುದು?", *villages))
    assert first.startswith("ನಿಮಗೆ ಹತ್ತಿರದ ಊರು ಯಾವುದು?\n1 ")
    assert first.endswith(MORE)
    seen = [int(number) for page in (first, *rest) for number in re.findall(r"^(\d+) ", page, re.MULTILINE)]
    assert seen == list(range(1, 10))
    assert all(segments(page) <= 2 for page in (first, *rest))


def test_what_more_cannot_bring_is_sent_whole() -> None:
    parts = [verbatim("क" * 200), verbatim("ठीक है? 4821")]
    assert MORE in sms(Reply(tuple(parts))).text
    assert sms(Reply(tuple(parts), whole=True)).text == "\n".join(["क" * 200, "ठीक है? 4821"])


def test_beyond_the_last_page_the_last_is_said_again() -> None:
    reply = ask("word " * 100)
    last = pages(reply)[-1]
    assert sms(replace(reply, page=40)).text == last


def test_a_text_too_long_keeps_its_head_and_every_choice() -> None:
    sent = sms(ask("word " * 400, "Sell", "Price", details=("d" * 40, "e")))
    assert units(sent.text) <= 1600
    assert sent.text.startswith("word word")
    assert sent.text.endswith("word...\n1 Sell\n2 Price")


# ---- a phone call


def test_every_choice_is_a_key() -> None:
    sent = render("voice", ask("Shall we sell?", "Yes", "No"), english)
    assert sent == Outgoing("Shall we sell?\nFor Yes, press 1.\nFor No, press 2.")


# ---- whatever is said

LETTERS = st.one_of(
    st.characters(min_codepoint=0x0900, max_codepoint=0x0D7F),
    st.sampled_from("\u200c\u200d \n\t\r\x00\u202e₹–…👨🌾🇮🇳👍🏽"),
    st.characters(max_codepoint=0x7E),
)
SHORT = st.text(LETTERS, max_size=30)
LONG = st.builds(lambda words, times: words * times, SHORT, st.integers(0, 80))
REPLIES = st.builds(
    lambda parts, options: Reply(
        tuple(verbatim(part) for part in parts),
        tuple(
            Option(f"o{n}", verbatim(words), verbatim(detail) if detail else None)
            for n, (words, detail) in enumerate(options)
        ),
        serial=12,
    ),
    st.lists(LONG, max_size=3),
    st.lists(st.tuples(st.one_of(SHORT, LONG), st.one_of(st.just(""), SHORT, LONG)), max_size=15),
)


@given(REPLIES)
def test_no_whatsapp_message_is_larger_than_meta_takes(reply: Reply) -> None:
    sent = whatsapp(reply)
    assert units(sent.text) <= 1600
    assert not (sent.buttons and sent.rows)
    assert len(sent.buttons) <= 3 and len(sent.rows) <= 10
    if sent.interactive:
        choices = sent.buttons or sent.rows
        assert 1 <= units(sent.body) <= 1024
        assert [row.payload for row in choices] == [f"12:o{n}" for n in range(len(reply.options))]
        assert all(1 <= units(row.title) <= (20 if sent.buttons else 24) for row in choices)
        assert all(units(row.description) <= 72 for row in choices)
        assert len({row.title for row in choices}) == len(choices)
    if sent.rows:
        assert 1 <= units(sent.rows_title) <= 20


@given(REPLIES)
def test_no_sms_is_longer_than_the_carrier_takes_and_its_segments_are_known(reply: Reply) -> None:
    sent = sms(reply)
    assert units(sent.text) <= 1600
    assert not sent.interactive
    length = units(sent.text)
    if not smsutil.is_valid_gsm(sent.text):  # 70 units in one part, else 67, or 66 where a pair does not fit
        assert sent.segments == 1 if length <= 70 else length / 67 <= sent.segments <= length / 66 + 1


@settings(deadline=None)
@given(REPLIES)
def test_every_choice_can_be_reached_by_its_number(reply: Reply) -> None:
    # a label longer than a page goes on in the next one: a digit there is no number of a choice
    assume(not any(char.isdigit() for option in reply.options for char in english(option.label)))
    for text in (whatsapp(reply).text, "\n".join(pages(reply))):
        numbers = [int(found) for found in re.findall(r"^(\d+)(?: |$)", text, re.MULTILINE)]
        wanted = list(range(1, len(reply.options) + 1))
        assert numbers[len(numbers) - len(wanted) :] == wanted
    spoken = render("voice", reply, english)
    assert units(spoken.text) <= 4000
    for key in range(1, len(reply.options) + 1):
        assert f"press {key}." in spoken.text


#: Letters that need each other: consonants with their signs, joined ones, in ten scripts.
INDIC = st.lists(
    st.sampled_from(
        [
            "क्षि ",
            "ಸ್ತ್ರೀ ",
            "ਪ੍ਰਾ",
            "ক্ষী ",
            "ક્ષિ",
            "தீர்",
            "స్త్రీ",
            "സ്ത്രീ",
            "क्‍या ",
            "کھیت ",
            "ଓଡ଼ି",
            "wheat ",
            "👨‍🌾",
            "\n",
        ]
    ),
    min_size=40,
    max_size=120,
).map("".join)


@settings(deadline=None)
@given(INDIC)
def test_parts_together_are_the_whole_and_no_letter_is_cut(text: str) -> None:
    said = pages(Reply((verbatim(text),), (), 7))
    assert all(segments(page) <= 2 for page in said)
    kept = [grapheme for page in said for grapheme in graphemes(page.removesuffix(MORE))]
    wanted = graphemes(text)
    assert [one for one in kept if not one.isspace()] == [one for one in wanted if not one.isspace()]


@given(LONG, st.integers(0, 100))
def test_a_letter_is_never_cut_in_two(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert units(short) <= limit
    if short != text and short:
        kept = short.removesuffix("…")
        assert text.startswith(kept)
        assert graphemes(text)[: len(graphemes(kept))] == graphemes(kept)


def test_control_characters_reach_no_phone() -> None:
    for channel in ("whatsapp", "sms", "voice"):
        sent = render(channel, ask("a\x00b\x1b\u202ec\r\nd", "x\x07\ny"), english)
        assert not regex.search(r"[\x00-\x09\x0b-\x1f\u202e]", sent.text)
        assert "abc\nd" in sent.text and "x y" in sent.text
