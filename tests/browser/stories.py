"""What Gurpreet, Manjula and Rafiq do, each on their own phone, in their own language."""

from pathlib import Path

from tests.browser.phone import Phone


async def gurpreet_joins(phone: Phone) -> str:
    """In Hindi: his greeting has said which language."""
    assert "नाम" in await phone.begin("नमस्ते")
    await phone.type("गुरप्रीत सिंह")
    await phone.share_pin("Moga")
    return await phone.tap("हाँ")


async def gurpreet_describes_his_straw(phone: Phone, photo: Path) -> str:
    """From the menu to the review."""
    await phone.tap("बेचना है")
    await phone.tap("धान की पराली")
    await phone.type("12 टन")
    await phone.tap("कल")
    await phone.type("250 रुपये क्विंटल")
    return await phone.attach(photo)


async def manjula_joins(phone: Phone) -> str:
    """In Kannada with Latin letters, saying at once what she has; ends at the question for the place."""
    assert "hesaru" in await phone.begin("5 ton hullu marabeku")
    await phone.type("Manjula")
    await phone.press("571401")
    await phone.press("1")
    return await phone.type("haudu")


async def manjula_describes_her_straw(phone: Phone) -> str:
    """From her place to the review."""
    assert "Rs 200" in await phone.type("nale")
    await phone.press("300")
    return await phone.press("1")


async def rafiq_looks_for_straw(phone: Phone, place: str) -> str:
    """In English, joining on the way; ends at what is for sale near that place."""
    await phone.begin("I want to buy paddy straw")
    await phone.tap("English")
    await phone.type("Rafiq")
    await phone.share_pin(place)
    await phone.tap("Yes")
    await phone.type("5 tonnes")
    return await phone.tap("My place")
