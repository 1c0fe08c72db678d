"""Takes the picture for the README: `make test ARGS=tests/browser/picture.py`. Other runs leave it alone."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Page

from tests.browser import stories
from tests.browser.conftest import Desk
from tests.browser.phone import Phone

PICTURE = Path("docs/simulator.png")
MOST_BYTES = 400_000


@pytest.fixture
def desk(real_bot: Desk) -> Desk:
    return real_bot


async def test_four_people_in_the_middle_of_it(
    page: Page, gurpreet: Phone, manjula: Phone, rafiq: Phone, lakshmi: Phone, straw: Path
) -> None:
    await stories.manjula_joins(manjula)
    await stories.manjula_describes_her_straw(manjula)
    await manjula.press("1")

    await stories.rafiq_looks_for_straw(rafiq, "Mandya")
    await rafiq.tap("5 tonnes")
    await rafiq.tap("Yes, go ahead")
    await manjula.gets("Rafiq")
    await manjula.press("1")
    await rafiq.gets("The farmer has confirmed")

    await stories.gurpreet_joins(gurpreet)
    await stories.gurpreet_describes_his_straw(gurpreet, straw)

    await lakshmi.type("ಭತ್ತದ ಹುಲ್ಲಿನ ಬೆಲೆ ಎಷ್ಟು?")
    await lakshmi.type("ಮಂಡ್ಯ")

    await page.evaluate("document.activeElement.blur()")
    await page.mouse.move(0, 0)
    keep(await page.screenshot(animations="disabled"))


def keep(shot: bytes) -> None:
    with Image.open(BytesIO(shot)) as image:
        image.convert("RGB").save(PICTURE, optimize=True)
    assert PICTURE.stat().st_size < MOST_BYTES
