"""One phone of the simulator page, in the words of the person who holds it.

Everything a person does returns the text of the answer that came for it.
"""

from collections.abc import Awaitable
from pathlib import Path

from playwright.async_api import Locator, Page, expect

PATIENCE = 20_000.0
SCREENSHOTS = Path(".mandi/screenshots")


class Phone:
    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.screen: Locator = page.locator(f"#phone-{name}")

    @property
    def received(self) -> Locator:
        return self.screen.locator(".bubble:not(.mine)")

    @property
    def sent(self) -> Locator:
        return self.screen.locator(".bubble.mine")

    @property
    def sheet(self) -> Locator:
        return self.screen.get_by_role("dialog")

    async def messages(self) -> list[str]:
        """What stands on the phone, oldest first; what the person sent begins with "> "."""
        bubbles = await self.screen.locator(".bubble").all()
        return [
            ("> " if "mine" in str(await b.get_attribute("class")) else "") + await words(b) for b in bubbles
        ]

    async def last_message(self) -> str:
        return await words(self.received.last)

    async def begin(self, words: str) -> str:
        """One of the ways to begin that an empty phone offers."""
        ways = self.screen.get_by_role("group", name="Ways to begin")
        return await self.answered(ways.get_by_role("button", name=words, exact=True).click())

    async def press(self, digits: str) -> str:
        """On the keys of a feature phone."""
        for digit in digits:
            await self.screen.locator(".keypad").get_by_role("button", name=digit, exact=True).click()
        return await self.answered(self.screen.get_by_role("button", name="Send", exact=True).click())

    async def type(self, text: str) -> str:
        return await self.answered(self.write(text))

    async def tap(self, label: str) -> str:
        """A button of the newest message, or else a row of its list."""
        newest = self.received.last
        button = newest.locator(".choice").and_(self.page.get_by_role("button", name=label, exact=True))
        if await button.count():
            return await self.answered(button.first.click())
        await newest.locator(".open-list").click()
        row = self.sheet.locator(".row").filter(has=self.page.get_by_text(label, exact=True))
        return await self.answered(row.first.click())

    async def choices(self) -> list[str]:
        """The labels that the newest message offers."""
        newest = self.received.last
        if await newest.locator(".open-list").count():
            await newest.locator(".open-list").click()
            labels = await self.sheet.locator(".row strong").all_inner_texts()
            await self.page.keyboard.press("Escape")
            return labels
        return await newest.locator(".choice").all_inner_texts()

    async def attach(self, *photos: Path, caption: str = "") -> str:
        if caption:
            await self.screen.locator("textarea").fill(caption)
        return await self.answered(self.screen.locator("input[type=file]").set_input_files(list(photos)))

    async def share_pin(self, place: str) -> str:
        await self.screen.locator(".place").click()
        return await self.answered(self.sheet.locator(".row").filter(has_text=place).click())

    async def share_point(self, lat: float, lon: float) -> str:
        await self.screen.locator(".place").click()
        await self.sheet.get_by_label("Latitude").fill(str(lat))
        await self.sheet.get_by_label("Longitude").fill(str(lon))
        return await self.answered(self.sheet.get_by_role("button", name="Send pin").click())

    async def speak(self) -> str:
        return await self.answered(self.screen.locator(".voice").click())

    async def answered(self, act: Awaitable[None]) -> str:
        """Does it, and waits until one more message of the bot stands on this phone."""
        before = await self.received.count()
        await act
        await expect(self.received.nth(before)).to_be_visible(timeout=PATIENCE)
        return await self.last_message()

    async def gets(self, part: str) -> str:
        """Waits for a message that comes by itself."""
        message = self.received.filter(has_text=part).last
        await expect(message).to_be_visible(timeout=PATIENCE)
        return await words(message)

    async def write(self, text: str) -> None:
        box = self.screen.locator("textarea")
        await box.fill(text)
        await box.press("Enter")


async def words(bubble: Locator) -> str:
    texts = await bubble.locator(".text").all_inner_texts()
    return "\n".join(texts)


async def picture(page: Page, name: str) -> None:
    """Kept for whoever wants to see what the test saw."""
    await page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")
