"""A whole trade stays within its budget, SMS segments and answers, and the document says what it costs."""

from pathlib import Path

import pytest

from tests.conversations.costs import CHANNELS, LANGUAGES, by_telephone, tables, whole_sales

DOCUMENT = Path(__file__).parents[2] / "docs" / "costs.md"
NATIVE = [code for code in LANGUAGES if not code.endswith("_latin")]
LATIN = ["en", *(code for code in LANGUAGES if code.endswith("_latin"))]
#: From the farmer's first message to the confirmed booking, the code against forgers among them.
MOST_SEGMENTS = dict.fromkeys(NATIVE, 16) | dict.fromkeys(LATIN, 8) | {"ta": 18}
MOST_ANSWERS = 6
#: From the same first message to the money.
MOST_SEGMENTS_PAID = dict.fromkeys(NATIVE, 50) | dict.fromkeys(LATIN, 30)
MOST_ANSWERS_PAID = {"sms": 28, "whatsapp": 22}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_sale_by_sms_is_within_its_budget(language: str) -> None:
    sale = whole_sales("sms")[language]
    assert sale.agreed.answers == 8
    assert all(sale.paid.each)  # each of them was sent and counted
    assert sale.agreed.segments <= MOST_SEGMENTS[language]
    assert sale.paid.segments <= MOST_SEGMENTS_PAID[language]
    assert sale.paid.answers <= MOST_ANSWERS_PAID["sms"]


@pytest.mark.parametrize("language", LATIN)
def test_no_sms_of_a_sale_in_latin_letters_costs_more_than_one(language: str) -> None:
    assert set(whole_sales("sms")[language].agreed.each) == {1}


@pytest.mark.parametrize("language", [*NATIVE, "hi_latin"])
def test_a_whole_sale_on_whatsapp_takes_six_answers(language: str) -> None:
    sale = whole_sales("whatsapp")[language]
    assert sale.published < sale.agreed.answers <= MOST_ANSWERS
    assert sale.agreed.said < sale.agreed.answers  # the news of the offer comes by itself
    assert sale.paid.answers <= MOST_ANSWERS_PAID["whatsapp"]


def test_every_language_sells_and_buys_on_both_channels() -> None:
    for channel in CHANNELS:
        sales = whole_sales(channel)
        assert set(NATIVE) <= set(sales)
        assert set(NATIVE) <= {sale.buyers_language for sale in sales.values()}


def test_whoever_telephones_sells_in_every_language() -> None:
    sales = whole_sales("voice")
    assert set(sales) == set(NATIVE)
    assert all(sale.calls for sale in sales.values())


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_document_says_what_the_scripts_cost(channel: str) -> None:
    assert tables(channel) in DOCUMENT.read_text("utf-8"), "make costs prints the tables"


def test_the_document_says_what_a_trade_by_telephone_costs() -> None:
    assert by_telephone() in DOCUMENT.read_text("utf-8")
