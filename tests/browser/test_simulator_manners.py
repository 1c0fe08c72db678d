"""The page by keyboard, by ear, in the pocket, in the dark: for everybody."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import DESK, POCKET, Desk, heard
from tests.browser.phone import Phone, picture


async def test_every_control_of_a_phone_is_reached_by_tab(page: Page, gurpreet: Phone) -> None:
    await gurpreet.type("buttons")
    await gurpreet.screen.locator(".log").focus()
    reached: list[str] = []
    for _ in range(8):
        await page.keyboard.press("Tab")
        reached.append(
            await page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText")
        )
    assert reached[:7] == [
        "Yes",
        "No",
        "Go back",
        "Attach a photo",
        "Message from Gurpreet",
        "Share a location",
        "Send a sample voice note",
    ]
    assert reached[7] == "Messages of Manjula"


async def test_enter_sends_and_shift_enter_starts_a_line(page: Page, gurpreet: Phone, desk: Desk) -> None:
    box = gurpreet.screen.locator("textarea")
    await box.fill("one")
    await box.press("Shift+Enter")
    await page.keyboard.type("two")
    assert heard(desk) == []
    await gurpreet.answered(box.press("Enter"))
    assert heard(desk)[0]["Body"] == "one\ntwo"
    await box.press("Enter")
    await box.fill("   ")
    await box.press("Enter")
    assert await gurpreet.type("three") == "You said: three"
    assert len(heard(desk)) == 2


async def test_incoming_messages_are_announced(gurpreet: Phone, manjula: Phone) -> None:
    for phone in (gurpreet, manjula):
        log = phone.screen.get_by_role("log")
        await expect(log).to_have_attribute("aria-live", "polite")
        await phone.type("hello")
        await expect(log).to_contain_text("Mandi Mitra: ")


async def test_in_the_pocket_one_phone_fills_the_screen(page: Page, gurpreet: Phone, manjula: Phone) -> None:
    await page.set_viewport_size(POCKET)
    tabs = page.get_by_role("tab")
    await expect(tabs).to_have_text(["Gurpreet", "Manjula", "Rafiq", "Lakshmi"])
    await expect(page.get_by_role("tab", selected=True)).to_have_count(1)
    await expect(page.get_by_role("tab", selected=True)).to_have_text("Gurpreet")
    await expect(gurpreet.screen.locator("textarea")).to_be_in_viewport(ratio=1)
    await expect(manjula.screen.locator("textarea")).not_to_be_in_viewport()

    await tabs.filter(has_text="Manjula").click()
    await expect(page.get_by_role("tab", selected=True)).to_have_text("Manjula")
    await expect(manjula.screen.locator("textarea")).to_be_in_viewport(ratio=1)
    await manjula.type("namaskara")
    await picture(page, "simulator-pocket")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.documentElement.scrollWidth") == POCKET["width"]

    await page.get_by_role("tab", selected=True).focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", selected=True)).to_have_text("Rafiq")


async def test_a_phone_out_of_sight_shows_that_something_came(page: Page, desk: Desk) -> None:
    await page.set_viewport_size(POCKET)
    buyer = page.get_by_role("tab", name="Rafiq")
    await expect(buyer).to_have_attribute("aria-selected", "false")
    account = desk.settings.twilio_account_sid
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.post(
            f"{desk.settings.twilio_api_url}/2010-04-01/Accounts/{account}/Messages.json",
            data={"To": "whatsapp:+919876500003", "From": "whatsapp:+14155238886", "Body": "A lot near you"},
            auth=(account, "simulator"),
        )
    await expect(buyer).to_have_attribute("data-unread", "")
    await buyer.click()
    await expect(buyer).not_to_have_attribute("data-unread", "")


CONTRASTS = """(selectors) => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = rgba(getComputedStyle(e).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = {};
  for (const selector of selectors) {
    const element = document.querySelector(selector);
    const [a, b] = [light(rgba(getComputedStyle(element).color)), light(behind(element))];
    found[selector] = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_stand_out_from_what_is_behind_them(
    page: Page, gurpreet: Phone, manjula: Phone, scheme: Any
) -> None:
    await page.emulate_media(color_scheme=scheme)
    await gurpreet.type("buttons")
    await manjula.type("hello")
    await gurpreet.write("break")
    await gurpreet.screen.locator(".trouble").wait_for()
    await picture(page, f"simulator-{scheme}")
    contrasts: dict[str, float] = await page.evaluate(
        CONTRASTS,
        [
            "h1",
            "h1 span",
            ".title p",
            ".who p",
            ".new-phone summary",
            ".presence",
            ".whatsapp .mine .text",
            ".whatsapp .mine .foot",
            ".whatsapp .bubble:not(.mine) .foot",
            ".whatsapp .trouble",
            ".whatsapp .choice",
            ".sms .text",
            ".sms .mine .text",
            ".sms .foot",
            ".sms .soft-keys button",
        ],
    )
    assert {what: round(c, 1) for what, c in contrasts.items() if c < 4.5} == {}


async def test_nothing_moves_for_who_asked_for_stillness(page: Page, gurpreet: Phone) -> None:
    moving = "getComputedStyle(document.querySelector('.bubble')).animationName"
    await gurpreet.type("hello")
    assert await page.evaluate(moving) == "arrive"
    await page.emulate_media(reduced_motion="reduce")
    assert await page.evaluate(moving) == "none"


async def test_at_desk_size_nothing_is_cut_off(page: Page) -> None:
    await page.set_viewport_size(DESK)
    for name in ("gurpreet", "manjula", "rafiq", "lakshmi"):
        await expect(page.locator(f"#phone-{name} .case")).to_be_in_viewport(ratio=1)


async def test_a_photo_and_a_map_stay_within_their_bubble(gurpreet: Phone, straw: Path) -> None:
    await gurpreet.attach(straw)
    await gurpreet.share_pin("Moga")
    for shown in ("img", ".map"):
        inner = await gurpreet.sent.locator(shown).bounding_box()
        outer = await gurpreet.sent.locator(".paper", has=gurpreet.page.locator(shown)).bounding_box()
        assert inner and outer
        assert outer["x"] <= inner["x"]
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]
