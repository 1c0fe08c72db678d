"""A whole sale stays within its budget: segments by SMS, answers on WhatsApp."""

import pytest

from tests.conversations.costs import LANGUAGES, table, whole_sales

#: From the farmer's first message to the confirmed booking, the code against forgers among them.
MOST_SEGMENTS = {"en": 8, "hi_latin": 8, "hi": 16, "kn": 16, "pa": 16, "ta": 18}
MOST_ANSWERS = 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_sale_by_sms_is_within_its_budget(language: str) -> None:
    sale = whole_sales("sms")[language]
    assert sale.answers == 8
    assert all(sale.each)  # each of them was sent and counted
    assert sale.segments <= MOST_SEGMENTS[language]


@pytest.mark.parametrize("language", ["en", "hi_latin"])
def test_no_sms_of_a_sale_in_latin_letters_costs_more_than_one(language: str) -> None:
    assert set(whole_sales("sms")[language].each) == {1}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_sale_on_whatsapp_takes_six_answers(language: str) -> None:
    sale = whole_sales("whatsapp")[language]
    assert sale.published < sale.answers <= MOST_ANSWERS
    assert sale.said < sale.answers  # the news of the booking comes by itself


def test_the_table_has_a_line_for_each_language_and_channel() -> None:
    _, _, *lines = table().splitlines()
    assert len(lines) == 2 * len(LANGUAGES)
