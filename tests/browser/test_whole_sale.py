"""Whole sales as people see them: a real browser, the real bot, real understanding, a real database."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser import stories
from tests.browser.conftest import Desk
from tests.browser.phone import Phone, picture, words

CODE = re.compile(r"\b[LB][A-Z0-9]{5}\b")


@pytest.fixture
def desk(real_bot: Desk) -> Desk:
    return real_bot


def code_in(message: str) -> str:
    (code,) = CODE.findall(message)
    return code


async def all_went_well(page: Page) -> None:
    await expect(page.locator(".trouble")).to_have_count(0)
    assert "".join(await page.locator(".alert").all_inner_texts()) == ""


async def test_a_newcomer_sells_straw_by_taps(page: Page, gurpreet: Phone, straw: Path) -> None:
    assert "गुरप्रीत सिंह" in await stories.gurpreet_joins(gurpreet)
    await picture(page, "sale-1-joined")

    review = await stories.gurpreet_describes_his_straw(gurpreet, straw)
    for part in ("धान की पराली", "12 टन", "Moga", "₹250", "1 फोटो"):
        assert part in review
    await expect(gurpreet.sent.last.locator("img")).to_have_js_property("complete", True)
    await picture(page, "sale-2-review")

    code = code_in(await gurpreet.tap("हाँ, कर दें"))
    await picture(page, "sale-3-published")
    mine = await gurpreet.tap("मेरी लिस्टिंग")
    assert code in mine
    assert "12 टन" in mine

    sent = [message.removeprefix("> ") for message in await gurpreet.messages() if message.startswith("> ")]
    typed = ["गुरप्रीत सिंह", "12 टन", "250 रुपये क्विंटल"]
    tapped = ["नमस्ते", "हाँ", "बेचना है", "धान की पराली", "कल", "हाँ, कर दें", "मेरी लिस्टिंग"]
    pinned, photographed = "Moga, Punjab", ""
    assert sorted(sent) == sorted([*typed, *tapped, pinned, photographed])
    await all_went_well(page)


async def test_a_buyer_books_and_the_farmer_confirms(
    page: Page, gurpreet: Phone, rafiq: Phone, lakshmi: Phone, straw: Path
) -> None:
    await stories.gurpreet_joins(gurpreet)
    await stories.gurpreet_describes_his_straw(gurpreet, straw)
    listing = code_in(await gurpreet.tap("हाँ, कर दें"))

    assert "Which one?" in await stories.rafiq_looks_for_straw(rafiq, "Moga")
    assert "12 tonnes" in await rafiq.choices()
    await picture(page, "booking-1-found")
    assert "= ₹12,500" in await rafiq.tap("12 tonnes")
    booking = code_in(await rafiq.tap("Yes, pay cash"))

    notice = await gurpreet.gets("Rafiq")
    for part in (listing, "धान की पराली", "5 टन", "₹12,500"):
        assert part in notice
    assert await gurpreet.choices() == ["पक्का करें", "मना करें"]
    assert await rafiq.screen.get_by_text("The farmer has confirmed").count() == 0
    await picture(page, "booking-2-farmer-asked")

    assert booking in await gurpreet.tap("पक्का करें")
    confirmed = await rafiq.gets(f"The farmer has confirmed {booking}")
    assert "5 tonnes, ₹12,500: confirmed" in confirmed
    assert "5 tonnes, ₹12,500: confirmed" in await rafiq.tap("My bookings")
    await picture(page, "booking-3-confirmed")

    for line in ("I want to buy 10 tonnes of paddy straw", "1", "Lakshmi", "142039", "1", "yes"):
        await lakshmi.type(line)
    assert "7 tonnes" in await lakshmi.press("1")
    assert not any(booking in message for message in await lakshmi.messages())
    await picture(page, "booking-4-the-rest")
    await all_went_well(page)


async def test_a_sale_by_sms_in_digits_and_latin_kannada(page: Page, manjula: Phone) -> None:
    assert "Manjula" in await stories.manjula_joins(manjula)
    await picture(page, "sms-1-joined")
    review = await stories.manjula_describes_her_straw(manjula)
    for part in ("5 ton", "571401", "Rs 300"):
        assert part in review
    await picture(page, "sms-2-review")
    code = code_in(await manjula.press("1"))
    assert code in await manjula.press("1")
    await picture(page, "sms-3-published")

    for bubble in await manjula.received.all():
        assert re.search(r"\b[12] SMS · GSM-7", await bubble.locator(".cost").inner_text()), await words(
            bubble
        )
    await all_went_well(page)
